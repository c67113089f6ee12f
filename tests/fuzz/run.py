"""Fuzz every parser, one after the other: `python -m tests.fuzz.run --seconds N [TARGET …]`.

Seeds are this project's own and, if present beside it, real files, which are read into a temporary
folder. An input that breaks a target is minimised, kept in `--keep`, and printed with the command
that reproduces it.
"""

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT
from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS

AVAILABLE = importlib.util.find_spec("atheris") is not None
MISSING = "atheris is not installed: it has wheels for Linux on x86-64 alone"
MAX_BYTES = 8192
"""Longest input tried; longer ones are slower and find nothing new."""
SECONDS_PER_INPUT = 300
"""Wall-clock limit against endless loops, long enough for a busy machine."""
MEBIBYTES = 4096
MINIMISING_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """The result for a target: `crash` is the input that broke it, if any."""

    target: str
    crash: Path | None
    log: str

    def __str__(self) -> str:
        """Return what broke, and how to reproduce it."""
        if self.crash is None:
            return f"{self.target}: nothing found"
        error = next((line for line in self.log.splitlines() if _is_error(line)), "no Python error")
        return (
            f"{self.target}: {error.strip()}\n  input: {self.crash}"
            f" ({self.crash.stat().st_size} bytes)\n  again: {sys.executable} -m"
            f" tests.fuzz.harness {self.target} {self.crash}"
        )


def _is_error(line: str) -> bool:
    name, colon, _ = line.partition(":")
    return bool(colon) and name.rpartition(".")[2].endswith(("Error", "Exception", "Interrupt"))


def fuzz(target: str, keep: Path, budget: Sequence[str], *, thorough: bool) -> Outcome:
    """Fuzz one target within a budget, options of libFuzzer such as `-runs=1000`.

    A thorough run also starts from real files, if there are any, and minimises a crash.
    """
    keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as scratch:
        corpus, words = Path(scratch) / "corpus", Path(scratch) / "words"
        corpus.mkdir()
        seeds.write(corpus, target, with_real=thorough)
        seeds.write_dictionary(words)
        limits = f"-max_len={MAX_BYTES}", f"-dict={words}", f"-artifact_prefix={keep}/{target}-"
        status, log = _harness(target, str(corpus), "-seed=1", *budget, *limits)
    crash = _artifact(keep, target)
    if crash is None and status:
        raise RuntimeError(f"the harness of {target} failed: {log[-2000:]}")
    return Outcome(target, _minimised(target, crash) if crash and thorough else crash, log)


def _harness(target: str, *options: str, seconds: float | None = None) -> tuple[int, str]:
    """Run a harness, stopping it after `seconds`; return its exit status and output."""
    limits = f"-timeout={SECONDS_PER_INPUT}", f"-rss_limit_mb={MEBIBYTES}"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.harness", target, *options, *limits],
        cwd=PROJECT,
        # Set order depends on hashes and affects coverage, which decides libFuzzer's next inputs.
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as harness:
        try:
            log, _ = harness.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(harness.pid, signal.SIGKILL)  # with its child processes
            log, _ = harness.communicate()
        return harness.wait(), log


def _artifact(keep: Path, target: str) -> Path | None:
    kinds = (keep.glob(f"{target}-{kind}-*") for kind in ("crash", "timeout", "oom"))
    return max((path for found in kinds for path in found), key=_age, default=None)


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


def _minimised(target: str, crash: Path) -> Path:
    """Let libFuzzer minimise a crash; return the original if it fails."""
    small = crash.with_name(f"{crash.name}-minimised")
    _harness(
        target,
        "-minimize_crash=1",
        f"-max_total_time={MINIMISING_SECONDS // 4}",
        f"-exact_artifact_path={small}",
        str(crash),
        seconds=MINIMISING_SECONDS,
    )
    return small if small.exists() else crash


def main() -> None:
    """Fuzz the named targets, or all; exit with 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="per target")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-crashes")
    arguments = parser.parse_args()
    if not AVAILABLE:
        sys.exit(MISSING)
    if unknown := set(arguments.targets) - TARGETS.keys():
        parser.error(f"{', '.join(sorted(unknown))}: name some of {', '.join(TARGETS)}")
    broken = False
    for target in arguments.targets or TARGETS:
        budget = (f"-max_total_time={arguments.seconds}",)
        outcome = fuzz(target, arguments.keep.resolve(), budget, thorough=True)
        broken = broken or outcome.crash is not None
        sys.stdout.write(f"{outcome}\n")
        sys.stdout.flush()
    sys.exit(broken)


if __name__ == "__main__":
    main()
