"""From raw dumps to a release, beside other tools: `python -m benchmarks.race [--records N]`.

All get the same generated records and two processes, and take turns, round by round. This project
starts from the raw dumps and ends with a release that has passed validation. datatrove cannot read
dumps: it gets their records, split beforehand, as JSON lines, repairs them with ftfy, tells their
languages, drops near-duplicates and writes Parquet. Both are timed as whole processes, from start
to end. text-dedup finds copies and nothing else; beside it stands this project's search alone, and
both time themselves without what they import. Below them is what no build can do without: reading
the bytes, hashing them once, and writing the tables once, in one process each.

Peers live in `.venv-peers` (`make peers`). `--picture FILE` draws the medians as SVG.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks.corpus import DEFAULT_SEED, write_corpus
from benchmarks.duplicates_race import plant
from benchmarks.measuring import TreeMemory
from benchmarks.parsing_race import PEERS, ROOT
from shortscience.pipeline.release.charts import Bar, Chart
from shortscience.pipeline.release.pictures import draw

WORKERS = 2
TARGET_RATIO, TARGET_RATE = 12, 5_000
"""Times datatrove's speed, and records/s, that a build has to reach."""


class Folders(NamedTuple):
    """The same records in every form, and a release of them."""

    raw: Path
    lines: Path
    tables: Path
    release: Path


class Contestant(NamedTuple):
    """Who does what; `against` names whose seconds its own are divided by.

    The command's words in braces are folders; `times_itself` tells that it prints its seconds.
    """

    name: str
    does: str
    command: tuple[str, ...]
    against: str
    times_itself: bool = False


_OWN = "this project"
_OWN_SEARCH = "our search for copies"
_DATATROVE = "datatrove"


def _limit(name: str, does: str) -> Contestant:
    command = (sys.executable, "-m", "benchmarks.limits", name, "{raw}", "{release}", "{scratch}")
    return Contestant(f"limit: {name}", does, command, _OWN, times_itself=True)


CONTESTANTS = (
    Contestant(
        _OWN,
        "raw dumps to validated release",
        (
            *(str(Path(sys.executable).with_name("shortscience")), "build", "{raw}", "--json"),
            *("--out", "{scratch}/out", "--workers", str(WORKERS)),
        ),
        _OWN,
    ),
    Contestant(
        _DATATROVE,
        "split records: ftfy, language, copies",
        (str(PEERS), "-m", "benchmarks.peers.datatrove_pipeline", "{lines}", "{scratch}"),
        _OWN,
    ),
    Contestant(
        _OWN_SEARCH,
        "copies alone, verified",
        (sys.executable, "-m", "benchmarks.peers.own_duplicates", "{tables}", "{scratch}"),
        _OWN_SEARCH,
        times_itself=True,
    ),
    Contestant(
        "text-dedup",
        "copies alone",
        (str(PEERS), "-m", "benchmarks.peers.text_dedup_minhash", "{tables}", "{scratch}"),
        _OWN_SEARCH,
        times_itself=True,
    ),
    _limit("read", "the raw bytes"),
    _limit("hash", "and SHA-256 of them"),
    _limit("write", "the tables, as Parquet"),
)


class Result(NamedTuple):
    """What one contestant took in one round."""

    seconds: float
    peak_mib: float


class FailedError(Exception):
    """A contestant did not run."""


def prepare(folder: Path, records: int) -> Folders:
    """Write the records in every form, and build the release that the limits write again."""
    folders = Folders(*(folder / name for name in Folders._fields))
    folders.tables.mkdir()
    folders.lines.mkdir()
    write_corpus(folders.raw, records, DEFAULT_SEED)
    plant(folders.tables, records)
    for path in folders.tables.iterdir():
        pl.read_parquet(path).write_ndjson(folders.lines / f"{path.stem}.jsonl")
    command = CONTESTANTS[0]._replace(name="the first build")
    run(command, folders, folder)
    return folders._replace(release=(folder / "out" / "latest").resolve())


def run(contestant: Contestant, folders: Folders, scratch: Path) -> Result:
    """Let a contestant work. Raises FailedError with the last line of what it said."""
    names = folders._asdict() | {"scratch": scratch}
    command = [word.format_map(names) for word in contestant.command]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with TreeMemory(process.pid) as memory:
        out, err = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode:
        reason = (err.strip().splitlines() or ["no message"])[-1]
        raise FailedError(f"{contestant.name} did not run: {reason}")
    if contestant.times_itself:
        seconds = json.loads(out.strip().splitlines()[-1])["seconds"]
    return Result(seconds, memory.peak_mib)


def medians(results: Mapping[Contestant, Sequence[Result]]) -> dict[str, Result]:
    """Return the median seconds and the largest memory of each contestant, by name."""
    return {
        contestant.name: Result(
            statistics.median(result.seconds for result in rounds),
            max(result.peak_mib for result in rounds),
        )
        for contestant, rounds in results.items()
    }


def table(found: Mapping[str, Result], records: int) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = "seconds", "records/s", "µs/record", "peak MiB", "our time"
    yield f"{'contestant':<22} {'does':<38}" + "".join(f"{head:>11}" for head in heads)
    for contestant in CONTESTANTS:
        if contestant.name not in found:
            continue
        seconds, peak_mib = found[contestant.name]
        cells = (
            f"{seconds:,.2f}",
            f"{records / seconds:,.0f}",
            f"{seconds / records * 1e6:,.1f}",
            f"{peak_mib:,.0f}",
            f"{seconds / found[contestant.against].seconds:,.3g} ×",
        )
        yield f"{contestant.name:<22} {contestant.does:<38}" + "".join(
            f"{cell:>11}" for cell in cells
        )


def _times(rounds: int) -> str:
    return "one round" if rounds == 1 else f"median of {rounds} rounds"


def chart(found: Mapping[str, Result], records: int, rounds: int) -> Chart:
    """Return the medians as bars, in whole microseconds per record."""
    bars = tuple(
        Bar(contestant.name, (round(found[contestant.name].seconds / records * 1e6),))
        for contestant in CONTESTANTS
        if contestant.name in found
    )
    made = f"{records:,} records, {WORKERS} processes, {_times(rounds)}"
    return Chart(
        "Microseconds per record: shorter is faster",
        "contestant",
        ("µs per record",),
        bars,
        f"{made}; the limits are one process each.",
    )


def main() -> None:
    """Race, print the table, and draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the medians there")
    arguments = parser.parse_args()
    if not PEERS.exists():
        sys.exit(f"{PEERS} does not exist; run `make peers` first.")
    results: dict[Contestant, list[Result]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as name:
        folders = prepare(Path(name), arguments.records)
        for number in range(1, arguments.rounds + 1):
            for contestant in CONTESTANTS:
                with tempfile.TemporaryDirectory(dir=name) as scratch:
                    try:
                        result = run(contestant, folders, Path(scratch))
                    except FailedError as error:
                        print(error)
                        continue
                took = f"{result.seconds:.2f} s"
                print(f"round {number}, {contestant.name}: {took}", file=sys.stderr, flush=True)
                results[contestant].append(result)
    found = medians(results)
    print(f"{arguments.records:,} generated records; {_times(arguments.rounds)}, in turn.\n")
    print("\n".join(table(found, arguments.records)))
    rate = arguments.records / found[_OWN].seconds
    times = found[_DATATROVE].seconds / found[_OWN].seconds if _DATATROVE in found else 0
    print(f"\nAimed for: {TARGET_RATE:,} records/s, and {TARGET_RATIO} times datatrove.", end=" ")
    print(f"Measured: {rate:,.0f} records/s, and {times:.1f} times.")
    if arguments.picture:
        picture = draw(chart(found, arguments.records, arguments.rounds))
        arguments.picture.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
