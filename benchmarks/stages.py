"""What each stage of a build costs: `python -m benchmarks.stages`, or `make bench`.

A corpus is generated in a temporary folder and taken through the stages in one process at a time,
each stage in a fresh one, so that its peak memory is its own. Polars may use all cores within that
process, as it does in a build. Indented rows are parts of the row above them, measured again and
alone; they do not add to the total.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from benchmarks import steps
from benchmarks.corpus import DEFAULT_RECORDS, DEFAULT_SEED, Truth, write_corpus
from benchmarks.measuring import Measurement, measure


class Stage(NamedTuple):
    """One row of the table; `depth` 0 is a stage of a build, a deeper one a part of it.

    `split` tells that the rows below are its parts: it is a sum, and no step that could be dearest.
    """

    name: str
    step: steps.Step
    depth: int = 0
    split: bool = False


# Measured in this order: a row finds in the folder what rows above it have left there.
STAGES = (
    Stage("inventory", steps.inventory),
    Stage("shards", steps.shards, split=True),
    Stage("sources", steps.sources, 1),
    Stage("cleaning", steps.cleaning, 1, split=True),
    Stage("encoding repair", steps.encoding_repair, 2),
    Stage("structure", steps.structure, 2),
    Stage("plain text", steps.plain, 2),
    Stage("language", steps.language, 2),
    Stage("extraction", steps.extraction, 1, split=True),
    Stage("scan", steps.scanning, 2),
    Stage("equations", steps.math, 2),
    Stage("addresses", steps.links_and_images, 2),
    Stage("citations", steps.citing, 2),
    Stage("signatures", steps.signatures, 1),
    Stage("duplicates", steps.duplicates),
    Stage("papers", steps.papers),
    Stage("tables", steps.tables),
    Stage("validation", steps.validation),
    Stage("release metadata", steps.metadata),
)


class Row(NamedTuple):
    """A stage and what it took."""

    stage: Stage
    measured: Measurement


def run(folder: Path) -> list[Row]:
    """Measure every stage on the dumps in `folder / "raw"`."""
    rows = []
    for number, stage in enumerate(STAGES, 1):
        _say(f"{number:>2}/{len(STAGES)} {stage.name}")
        rows.append(Row(stage, measure(stage.step, folder)))
    return rows


def table(rows: Sequence[Row], records: int) -> Iterator[str]:
    """Yield the lines of the table, with the total at its end."""
    total = sum(row.measured.seconds for row in rows if row.stage.depth == 0)
    titles = ("seconds", 9), ("records/s", 12), ("µs/record", 11), ("peak MiB", 10), ("share", 8)
    yield f"{'stage':<22}" + "".join(f"{title:>{width}}" for title, width in titles)
    for stage, measured in rows:
        yield _line("  " * stage.depth + stage.name, measured, records, total)
    peak = max(row.measured.peak_mib for row in rows if row.stage.depth == 0)
    yield _line("total", Measurement(total, peak), records, total)


def _line(name: str, measured: Measurement, records: int, total: float) -> str:
    seconds, peak_mib = measured
    return (
        f"{name:<22}{seconds:>9.2f}{records / seconds:>12,.0f}{seconds / records * 1e6:>11.1f}"
        f"{peak_mib:>10,.0f}{seconds / total:>8.1%}"
    )


def totals(rows: Sequence[Row], truth: Truth) -> Iterator[str]:
    """Yield the sentences below the table."""
    total = sum(row.measured.seconds for row in rows if row.stage.depth == 0)
    yield (
        f"End to end: {truth.records / total:,.0f} records/s,"
        f" {truth.n_bytes / total / 1e6:.1f} MB/s of input ({truth.n_bytes / 1e6:,.0f} MB)."
    )
    steps_only = [row for row in rows if not row.stage.split]
    dearest = sorted(steps_only, key=lambda row: row.measured.seconds, reverse=True)[:3]
    named = ", ".join(
        f"{row.stage.name} ({row.measured.seconds / truth.records * 1e6:.0f} µs/record)"
        for row in dearest
    )
    yield f"Most expensive steps: {named}."


def comparison(truth: Truth, found: dict[str, int]) -> Iterator[str]:
    """Yield a table of what was planted and what was found."""
    planted = asdict(truth)
    yield f"{'records with':<22}{'planted':>9}{'found':>9}"
    for name, count in found.items():
        yield f"{'all' if name == 'records' else name:<22}{planted[name]:>9,}{count:>9,}"


def _as_json(rows: Sequence[Row], truth: Truth, found: dict[str, int]) -> str:
    stages = [
        {"stage": stage.name, "depth": stage.depth, **measured._asdict()}
        for stage, measured in rows
    ]
    report = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "stages": stages,
        "planted": asdict(truth),
        "found": found,
    }
    return json.dumps(report, indent=2) + "\n"


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _generate(folder: Path, records: int, seed: int) -> Truth:
    start = time.perf_counter()
    truth = write_corpus(folder, records, seed)
    seconds = time.perf_counter() - start
    _say(f"Generated {records:,} records in {seconds:.1f} s ({records / seconds:,.0f} records/s).")
    return truth


def main() -> None:
    """Generate a corpus, measure all stages, and print what they took and found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--records", type=int, default=DEFAULT_RECORDS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        folder = Path(scratch)
        truth = _generate(folder / "raw", arguments.records, arguments.seed)
        rows = run(folder)
        found = steps.count_found(folder)
        failed = steps.failed_expectations(folder)
    print(
        f"{truth.records:,} generated records, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}; single process, each stage in a fresh one.\n"
    )
    print("\n".join(table(rows, truth.records)), end="\n\n")
    print("\n".join(totals(rows, truth)), end="\n\n")
    print("\n".join(comparison(truth, found)))
    for failure in failed:
        print(f"Not met: {failure}")
    if arguments.json:
        arguments.json.write_text(_as_json(rows, truth, found), encoding="utf-8")


if __name__ == "__main__":
    main()
