"""How fast dumps become a release, beside datatrove.

Both get the same generated records and two processes, and are timed as whole processes with all
that they import and start. This project reads the raw dumps and ends with a validated release.
datatrove cannot read dumps, so it gets their records, split beforehand into one file of JSON lines
for each of its processes; it repairs them with ftfy, detects languages, drops near-duplicates and
writes Parquet. More records than MOST_OF_PEERS are built by this project alone.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.corpus import DEFAULT_SEED, Corpus, text_frames, write_corpus
from benchmarks.measuring import PEERS, Contestant, Result, race
from benchmarks.options import Options
from benchmarks.page import table
from benchmarks.peers.searching import PROCESSES

SIZES = 50_000, 200_000
MOST_OF_PEERS = 200_000
OWN = Contestant(
    "this project",
    (
        *(str(Path(sys.executable).with_name("shortscience")), "build", "{raw}", "--json"),
        *("--out", "{scratch}/out", "--workers", str(PROCESSES)),
    ),
)
DATATROVE = Contestant(
    "datatrove",
    (str(PEERS), "-m", "benchmarks.peers.datatrove_pipeline", "{lines}", "{scratch}"),
)
HEADS = (
    *("contestant", "records", "seconds", "CPU s"),
    *("records/s", "µs/record", "peak MiB", "our time"),
)


def report(options: Options) -> Iterator[str]:
    """Race on each number of records."""
    rows: list[tuple[str, ...]] = []
    for records in options.records or SIZES:
        contestants = (OWN, DATATROVE) if records <= MOST_OF_PEERS else (OWN,)
        with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
            folders = {name: Path(scratch) / name for name in ("raw", "lines")}
            write_corpus(folders["raw"], records)
            if DATATROVE in contestants:
                write_lines(folders["lines"], records)
            rows += race_rows(race(contestants, options.rounds, folders), records)
    yield from table(HEADS, rows)


def write_lines(folder: Path, records: int) -> None:
    """Write the texts of a corpus as JSON lines, a file for each process."""
    folder.mkdir()
    summaries = list(Corpus(records, DEFAULT_SEED).summaries())
    for number, frame in enumerate(text_frames(summaries, PROCESSES)):
        frame.write_ndjson(folder / f"{number}.jsonl")


def race_rows(found: Mapping[str, Result], records: int) -> Iterator[tuple[str, ...]]:
    """Yield a row per contestant, with its time as a multiple of this project's."""
    own = found[OWN.name].measured.seconds
    for name, ((seconds, cpu_seconds, peak_mib), _) in found.items():
        yield (
            name,
            f"{records:,}",
            f"{seconds:,.1f}",
            f"{cpu_seconds:,.1f}",
            f"{records / seconds:,.0f}",
            f"{seconds / records * 1e6:,.0f}",
            f"{peak_mib:,.0f}",
            f"{seconds / own:.1f} ×",
        )
