"""Kill builds, fill their disks, and operate them: `python -m tests.faults`, or `make faults`.

A folder with a former release gets builds that are killed, with all their processes, alternately on
one and two workers. After each, `latest` must name a release whose every byte is as validated;
after some, a build that may finish must give the same bytes as an undisturbed one.

Then builds get small disks, for the releases and all temporary files, each a little larger than the
last, until one suffices, so that the disk fills at different stages. Each time, the build must
report it in one sentence, and `latest` must name a whole release: the former one, or the new one if
it was complete before the disk was full.

Finally, a server and a worker are stopped, killed and restarted during runs; see
`operation_faults`.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shortscience.pipeline.publishing.contents import read_contents
from tests.conftest import BIN, RAW
from tests.operation_faults import operate

KILLS_PER_FOLDER = 5
LONGEST_SECONDS = 300


class Kill(NamedTuple):
    """A killed build: seconds until the kill, and the target of `latest` then."""

    seconds: float
    workers: int
    latest: str


class BrokenPromiseError(AssertionError):
    """A release does not have its guaranteed properties."""


def kill_builds(kills: int, seed: int, scratch: Path) -> Iterator[Kill]:
    """Yield each kill after checking all guarantees.

    Raises BrokenPromiseError, or CalledProcessError if a build that may finish fails.
    """
    draws = random.Random(seed)
    sample = scratch / "former"
    sample.mkdir(parents=True)
    shutil.copy(next(RAW.glob("000_*")), sample)
    former = build(sample, scratch / "whole", workers=1)
    start = time.monotonic()
    whole = build(RAW, scratch / "whole", workers=1)
    longest = time.monotonic() - start
    for first in range(0, kills, KILLS_PER_FOLDER):
        out = scratch / f"out-{first}"
        shutil.copytree(former, out / "releases" / former.name)
        (out / "latest").symlink_to(Path("releases") / former.name)
        for number in range(first, min(first + KILLS_PER_FOLDER, kills)):
            kill = Kill(draws.uniform(0, longest), 1 + number % 2, "")
            _kill(out, kill)
            yield kill._replace(latest=_check(out, {former.name, whole.name}))
        finished = build(RAW, out, workers=2)
        if (finished / "manifest.json").read_bytes() != (whole / "manifest.json").read_bytes():
            raise BrokenPromiseError(f"{finished} differs from a release that was not disturbed")
        _check(out, {whole.name})
        shutil.rmtree(out)


def build(raw: Path, out: Path, *, workers: int) -> Path:
    """Build a release as a user does, without disturbing it."""
    subprocess.run(_command(raw, out, workers), check=True, capture_output=True, timeout=600)
    return (out / "latest").resolve()


def _command(raw: Path, out: Path, workers: int) -> list[str]:
    options = ["--out", str(out), "--workers", str(workers)]
    return [str(BIN / "shortscience"), "build", str(raw), *options]


def _kill(out: Path, kill: Kill) -> None:
    with subprocess.Popen(
        _command(RAW, out, kill.workers),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(kill.seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(LONGEST_SECONDS)


def fill_disks(step: int, scratch: Path) -> Iterator[tuple[int, str]]:
    """Yield (bytes, the build's output) per disk, the last of which was large enough.

    Each is `step` bytes larger. Raises BrokenPromiseError, or CalledProcessError if no disk can be
    mounted.
    """
    sample = scratch / "former"
    sample.mkdir(parents=True)
    shutil.copy(next(RAW.glob("000_*")), sample)
    former = build(sample, scratch / "whole", workers=1)
    whole = build(RAW, scratch / "whole", workers=1)
    size = sum(path.stat().st_size for path in former.rglob("*") if path.is_file())
    while True:
        size += step
        with _disk(scratch / "disk", size) as disk:
            out, temporary = disk / "out", disk / "tmp"
            shutil.copytree(former, out / "releases" / former.name)
            (out / "latest").symlink_to(Path("releases") / former.name)
            temporary.mkdir()
            done = subprocess.run(
                _command(RAW, out, workers=2),
                env={**os.environ, "TMPDIR": str(temporary)},
                capture_output=True,
                text=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
            if done.returncode == 0:
                _check(out, {whole.name})
                yield size, "is large enough"
                return
            said = done.stderr.strip()
            if done.returncode != 1 or "space" not in said or str(disk) not in said:
                raise BrokenPromiseError(f"On a disk of {size} bytes, a build said {said}")
            _check(out, {former.name, whole.name})
            if left := [*(out / ".work").glob("release-*"), *temporary.iterdir()]:
                raise BrokenPromiseError(f"On a disk of {size} bytes, a build left {left[0]}")
        yield size, said


@contextlib.contextmanager
def _disk(path: Path, size: int) -> Iterator[Path]:
    path.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _check(out: Path, expected: set[str]) -> str:
    """Return the release that `latest` names, after checking every byte."""
    latest = (out / "latest").resolve()
    if latest.name not in expected:
        raise BrokenPromiseError(f"{out / 'latest'} names {latest}")
    return read_contents(latest).release_id


def main() -> None:
    """Kill builds, fill their disks, operate them, and print the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--step", type=int, default=200_000, help="bytes from disk to disk")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shortscience-faults-") as scratch:
        killed = kill_builds(arguments.kills, arguments.seed, Path(scratch) / "kills")
        for number, (seconds, workers, latest) in enumerate(killed, 1):
            print(f"{number:>4}  killed after {seconds:5.2f} s, --workers {workers}: {latest}")
        print("`latest` was whole each time, and every last build gave the same bytes.")
        for size, said in fill_disks(arguments.step, Path(scratch) / "disks"):
            print(f"{size:>10,} bytes  {said}", flush=True)
        for seen in operate(Path(scratch) / "operated"):
            print(" | ".join(map(str, seen)), flush=True)


if __name__ == "__main__":
    main()
