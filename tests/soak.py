"""Build again and again on growing input: `python -m tests.soak --minutes N`, or `make soak`.

A folder of dumps gets another dump before each build; occasionally one is removed or changed, and a
build is killed. Builds alternate between a process of its own and a run of a permanent Prefect
server, kept small as in docs/operations.md. That server's history is aged by a day after each
build, so that it deletes within the hour what it would delete in weeks.

After each finished build, everything that could pile up is measured. A measure grows without bound
if its slope over the number of records exceeds the allowance per record. The slope is that of Theil
and Sen, the median over all pairs of builds, which a third of outliers does not move; the lower end
of its 95 % confidence interval is compared, so that chance rarely fails a run. The first quarter of
the builds, in which buffers and caches fill, does not count.
"""

import argparse
import contextlib
import itertools
import json
import math
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import psutil
from scipy.stats import theilslopes

from benchmarks.corpus import Corpus, Summary
from tests.conftest import BIN
from tests.test_deployment import wait_for

ALLOWED = {
    "memory of the build, MiB": 6 / 1024,  # 6 GiB for a million records
    "open files of the build": 0.002,  # shards are read together: some for each 8,000 records
    "temporary files": 0.001,
    "files beside the releases": 0.02,  # some thirty for each batch of up to 8,000 records
    "KiB beside the releases": 10,  # shards hold each text several times over, compressed
    "KiB in the server's database": 0.1,  # a run writes a hundred
    "memory of the server, MiB": 0.001,
    "open files of the server": 0.001,
}
"""The allowed growth per record, by measure."""

FEWEST_BUILDS = 12
"""With fewer, slopes are meaningless."""
KEEP = 3
REMOVE_EVERY, CHANGE_EVERY, KILL_EVERY = 4, 5, 7
_SAMPLE_SECONDS = 0.5
_KEPT_DAYS = 7  # as long as Prefect keeps events by default
_SERVER = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_KEPT_DAYS * 86_400),
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "20",
}
_AGES = {
    "flow_run": ("start_time", "end_time"),
    "events": ("occurred",),
    "event_resources": ("occurred",),
}
"""Tables of the server's database, and their columns that hold a row's age."""


class Level(NamedTuple):
    """The state after a build: the records of its release, and a number per measure."""

    records: int
    seconds: float
    measured: dict[str, float]


class Slope(NamedTuple):
    """How a measure grows with the records: median slope, and its lower confidence bound."""

    median: float
    least: float


def slope(levels: Sequence[Level], measure: str) -> Slope:
    """Return the slope of a measure, without the first quarter of the builds."""
    settled = levels[len(levels) // 4 :]
    found = theilslopes(
        [level.measured[measure] for level in settled], [level.records for level in settled]
    )
    # (Nearly) constant values have no interval.
    least = found.slope if math.isnan(found.low_slope) else found.low_slope
    return Slope(float(found.slope), float(least))


def complaints(levels: Sequence[Level]) -> list[str]:
    """Return a sentence per measure that grows without bound; none for too few builds."""
    if len(levels) < FEWEST_BUILDS:
        return []
    first, last = levels[len(levels) // 4], levels[-1]
    return [
        f"{measure}: grows by at least {least:.4g} per record, of which {allowed:.4g} is allowed;"
        f" it went from {first.measured[measure]:,.1f} to {last.measured[measure]:,.1f} while"
        f" {last.records - first.records:,} records were added."
        for measure, allowed in ALLOWED.items()
        if (least := slope(levels, measure).least) > allowed
    ]


class Dumps:
    """A growing folder of generated dumps, of which some are removed or changed."""

    def __init__(self, folder: Path, records: int, seed: int) -> None:
        self.folder = folder
        self._records = records
        self._draws = random.Random(seed)
        self._summaries = Corpus(sys.maxsize, seed).summaries()
        self._names = (f"{number:06}.txt" for number in itertools.count())
        folder.mkdir(parents=True)

    def add(self) -> None:
        """Add a dump."""
        summaries = itertools.islice(self._summaries, self._records)
        (self.folder / next(self._names)).write_text("".join(map(_listed, summaries)))

    def remove(self) -> None:
        """Remove a random dump."""
        self._any().unlink()

    def change(self) -> None:
        """Add a record to a random dump."""
        with self._any().open("a") as dump:
            dump.write(_listed(next(self._summaries)))

    def _any(self) -> Path:
        return self._draws.choice(sorted(self.folder.iterdir()))


def _listed(summary: Summary) -> str:
    return f"[link]\n{summary.text} ![]() |\n"


class Peaks:
    """Peak memory and open files of a process and its children during `with`."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.mib, self.files = 0.0, 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            with contextlib.suppress(psutil.NoSuchProcess):
                mib, files = load([self._process, *self._process.children(recursive=True)])
                self.mib, self.files = max(self.mib, mib), max(self.files, files)


def load(processes: Sequence[psutil.Process]) -> tuple[float, int]:
    """Return the MiB and the open files of processes; shared pages count once."""
    mib, files = 0.0, 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            mib += process.memory_full_info().pss / (1 << 20)
            files += process.num_fds()
    return mib, files


class Server:
    """A Prefect server with its own database, alive during `with`."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._home = home

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [BIN / "prefect", "server", "start", "--port", str(self._port)],
            env={**os.environ, **_SERVER, "PREFECT_HOME": str(self._home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(f"{self.url}/health")
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def grow_older(self) -> None:
        """Age all rows of the database by a day."""
        with self._database() as database, database:
            for table, columns in _AGES.items():
                older = ", ".join(
                    f"{c} = strftime('%Y-%m-%d %H:%M:%f000', {c}, '-1 day')" for c in columns
                )
                database.execute(f"UPDATE {table} SET {older}")

    def measure(self) -> dict[str, float]:
        """Return what the server uses; free pages of the database can be reused."""
        server = psutil.Process(self._process.pid)
        mib, files = load([server, *server.children(recursive=True)])
        with self._database() as database:
            pages, free, size = (
                database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return {
            "KiB in the server's database": (pages - free) * size / 1024,
            "memory of the server, MiB": mib,
            "open files of the server": files,
        }

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        path = self._home / "prefect.db"
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
            yield database


class Soak:
    """Builds in their own folder: dumps, releases, cache and temporary files."""

    def __init__(self, scratch: Path, server: Server, dumps: Dumps, seed: int) -> None:
        self._scratch = scratch
        self._server = server
        self._dumps = dumps
        self._draws = random.Random(seed)
        self.out = scratch / "out"
        self._temporary, self._cache = scratch / "tmp", scratch / "cache"
        self._temporary.mkdir()

    def builds(self) -> Iterator[Level]:
        """Yield the state after each build, endlessly."""
        for number in itertools.count(1):
            self._dumps.add()
            if number % REMOVE_EVERY == 0:
                self._dumps.remove()
            if number % CHANGE_EVERY == 0:
                self._dumps.change()
            if number % KILL_EVERY == 0:
                self._kill()
            yield self._build(stays=number % 2 == 0)

    def _build(self, *, stays: bool) -> Level:
        start = time.perf_counter()
        with self._started(self.out, stays=stays) as build, Peaks(build.pid) as peaks:
            told, errors = build.communicate()
        if build.returncode:
            raise RuntimeError(f"A build failed: {errors.strip().splitlines()[-1]}")
        seconds = time.perf_counter() - start
        beside = [path for path in self.out.rglob("*") if self._is_beside(path)]
        measured = {
            "memory of the build, MiB": peaks.mib,
            "open files of the build": peaks.files,
            "temporary files": len(list(self._temporary.rglob("*"))),
            "files beside the releases": len(beside),
            "KiB beside the releases": _kib(beside),
            **self._server.measure(),
        }
        self._server.grow_older()
        return Level(sum(json.loads(told)["records"].values()), seconds, measured)

    def _is_beside(self, path: Path) -> bool:
        return path.is_file() and path.relative_to(self.out).parts[0] not in ("releases", "latest")

    def _kill(self) -> None:
        with self._started(self.out, stays=False) as build:
            time.sleep(self._draws.uniform(1, 15))
            children = psutil.Process(build.pid).children(recursive=True)
            build.kill()
        psutil.wait_procs(children, timeout=30)

    def _started(self, out: Path, *, stays: bool) -> subprocess.Popen[str]:
        clean = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
        own = {"TMPDIR": str(self._temporary), "XDG_CACHE_HOME": str(self._cache)}
        options = ["--out", out, "--workers", "2", "--keep", str(KEEP), "--json"]
        return subprocess.Popen(
            [BIN / "shortscience", "build", self._dumps.folder, *options],
            env=clean | own | ({"PREFECT_API_URL": self._server.url} if stays else {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_as_from_nothing(self) -> bool:
        """Whether the last release equals that of a first build of the dumps, by hashes."""
        afresh = self._scratch / "afresh"
        with self._started(afresh, stays=False) as build:
            build.communicate()
        manifests = [(out / "latest" / "manifest.json").read_bytes() for out in (self.out, afresh)]
        return manifests[0] == manifests[1]


def _kib(paths: Iterator[Path] | Sequence[Path]) -> float:
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1024


@contextlib.contextmanager
def soaking(scratch: Path, dumps: int, records: int, seed: int) -> Iterator[Soak]:
    """Provide a soak that starts with `dumps` dumps of `records` records."""
    raw = Dumps(scratch / "raw", records, seed)
    for _ in range(dumps):
        raw.add()
    with Server(scratch / "prefect") as server:
        yield Soak(scratch, server, raw, seed)


def table(levels: Sequence[Level]) -> Iterator[str]:
    """Yield the lines of the table: first and last level of each measure, and its slope."""
    heads = "first", "last", "per record", "at least", "allowed"
    yield f"{'measure':<30}" + "".join(f"{head:>12}" for head in heads)
    for measure, allowed in ALLOWED.items():
        ends = (f"{levels[end].measured[measure]:,.1f}" for end in (0, -1))
        slopes = slope(levels, measure) if len(levels) >= FEWEST_BUILDS else ()
        cells = [*ends, *(f"{value:.5f}" for value in (*slopes, allowed))]
        yield f"{measure:<30}" + "".join(f"{cell:>12}" for cell in cells)


def main() -> None:
    """Soak, print the measurements, and fail if anything grows without bound."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--dumps", type=int, default=100, help="dumps that are there at first")
    parser.add_argument("--records", type=int, default=100, help="records of each dump")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    deadline = time.monotonic() + 60 * arguments.minutes
    levels: list[Level] = []
    with (
        tempfile.TemporaryDirectory(prefix="shortscience-soak-") as scratch,
        soaking(Path(scratch), arguments.dumps, arguments.records, arguments.seed) as soak,
    ):
        for level in soak.builds():
            levels.append(level)
            shown = ", ".join(f"{value:,.0f}" for value in level.measured.values())
            print(
                f"{len(levels):>4} {level.records:>9,} {level.seconds:6.1f} s  {shown}", flush=True
            )
            if time.monotonic() > deadline:
                break
        same = soak.is_as_from_nothing()
    print("\n".join(["", *table(levels), ""]))
    found = complaints(levels)
    if not same:
        found.append("The last release differs from a build from nothing.")
    if found:
        sys.exit("\n".join(found))
    print(
        f"{len(levels)} builds: nothing grows without bound, and the last release has the bytes of"
        " a build from nothing."
    )


if __name__ == "__main__":
    main()
