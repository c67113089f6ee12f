"""What each stage of a build costs, on generated dumps.

Each stage runs in a fresh process, one after the other, so that its peak memory is its own; Polars
may use all cores within it. Rows with dots are parts of the row above, measured again and alone:
they do not add to the total.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import steps
from benchmarks.corpus import DEFAULT_RECORDS, Truth, write_corpus
from benchmarks.measuring import Measured, measure, say
from benchmarks.options import Options
from benchmarks.page import table
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.extraction.addresses import addresses
from shortscience.pipeline.extraction.equations import equations
from shortscience.pipeline.scanner import scan


class Stage(NamedTuple):
    """One row of the table; `depth` 0 is a stage of a build, a deeper one is a part of it."""

    name: str
    step: steps.Step
    depth: int = 0


# Measured in this order: a row reads from the folder what the rows above it have left there.
STAGES = (
    Stage("inventory", steps.inventory),
    Stage("shards", steps.shards),
    Stage("sources", steps.sources, 1),
    Stage("cleaning", steps.cleaning, 1),
    Stage("encoding repair", steps.encoding_repair, 2),
    Stage("structure", partial(steps.each_text, "text", restore), 2),
    Stage("plain text", partial(steps.each_text, "markdown", plain_text), 2),
    Stage("language", partial(steps.each_text, "plain_text", steps.language), 2),
    Stage("extraction", steps.extraction, 1),
    Stage("scan", partial(steps.each_text, "text", scan), 2),
    Stage("equations", partial(steps.each_scanned, equations), 2),
    Stage("addresses", partial(steps.each_scanned, addresses), 2),
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
    measured: Measured


def lines(rows: Sequence[Row], records: int) -> Iterator[str]:
    """Yield the table, with the total as its last row."""
    whole = [row.measured for row in rows if row.stage.depth == 0]
    total = Measured(
        sum(each.seconds for each in whole),
        sum(each.cpu_seconds for each in whole),
        max(each.peak_mib for each in whole),
    )
    named = [("· " * stage.depth + stage.name, measured) for stage, measured in rows]
    heads = "stage", "seconds", "CPU s", "records/s", "µs/record", "peak MiB", "share"
    yield from table(heads, (_cells(*row, records, total) for row in [*named, ("total", total)]))


def _cells(name: str, measured: Measured, records: int, total: Measured) -> tuple[str, ...]:
    seconds, cpu_seconds, peak_mib = measured
    return (
        name,
        f"{seconds:.2f}",
        f"{cpu_seconds:.2f}",
        f"{records / seconds:,.0f}",
        f"{seconds / records * 1e6:.1f}",
        f"{peak_mib:,.0f}",
        f"{seconds / total.seconds:.1%}",
    )


def verdict(truth: Truth, found: dict[str, int], failed: Sequence[str]) -> str:
    """Return a sentence on what was planted in the corpus and found, and what did not validate."""
    counts = ", ".join(
        f"{name} {count:,} of {planted:,}"
        for name, planted in asdict(truth).items()
        if (count := found.get(name)) is not None
    )
    return " ".join([f"Found of what was planted: {counts}.", *(f"Not met: {f}." for f in failed)])


def report(options: Options) -> Iterator[str]:
    """Generate a corpus, measure all stages, and tell what they took and found."""
    for records in options.records or (DEFAULT_RECORDS,):
        with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
            folder = Path(scratch)
            truth = write_corpus(folder / "raw", records)
            rows = []
            for stage in STAGES:
                say(f"{records:,} records, {stage.name}")
                rows.append(Row(stage, measure(stage.step, folder)))
            found = verdict(truth, steps.count_found(folder), steps.failed_expectations(folder))
        yield from lines(rows, records)
        yield ""
        yield f"{records:,} generated records, {truth.n_bytes / 1e6:,.0f} MB. {found}"
