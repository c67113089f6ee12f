"""What comparing two releases costs as they grow: `python -m benchmarks.diff_scale`.

Two releases of generated rows, of which one in a hundred differs, each text of 2,800 characters.
Times are processor time of one thread, in a process of its own.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measuring import Clock, measure
from shortscience.pipeline.keys import key
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.parquet import write_table
from shortscience.pipeline.release.tables import conform
from shortscience.pipeline.schema import TABLES, Table, Type

SIZES = (20_000, 100_000, 300_000)
TEXT_CHARS = 2_800
_FILLED: dict[Type, object] = {
    Type.STRING: "",
    Type.BOOL: False,
    Type.INT32: 1,
    Type.INT64: 1,
    Type.FLOAT64: 1.0,
    Type.STRINGS: [],
}


def write_release(folder: Path, rows: int, *, changed: bool) -> None:
    """Write a release whose summaries and records have so many rows each."""
    folder.mkdir()
    (folder / "manifest.json").write_text('{"release_id": "generated"}')
    generator = np.random.default_rng(1)
    letters = generator.integers(97, 123, size=(rows, TEXT_CHARS), dtype=np.uint8)
    texts = pl.Series([row.tobytes().decode() for row in letters])
    every_hundredth = pl.int_range(rows) % 100 == 0
    edited = pl.when(every_hundredth).then(texts + "!").otherwise(texts) if changed else texts
    ids = pl.Series([key(number) for number in range(rows)])
    for name, table in TABLES.items():
        filled = _filled(table, rows if name in {"summaries", "records"} else 0)
        if len(filled):
            named = {name: ids for name in ("summary_id", "record_id") if name in filled.columns}
            column = "text" if name == "summaries" else "raw"
            filled = filled.with_columns(**named).with_columns(edited.alias(column))
        write_table([conform(filled, table).sort(table.key)], table, folder)


def _filled(table: Table, rows: int) -> pl.DataFrame:
    schema = table.polars_schema
    return pl.select(
        pl.repeat(
            None if column.nullable else _FILLED[column.type], rows, dtype=schema[column.name]
        ).alias(column.name)
        if column.type is not Type.STRINGS
        else pl.Series(column.name, [[]] * rows, dtype=schema[column.name])
        for column in table.columns
    )


def compare_both(folder: Path, clock: Clock) -> None:
    """Compare the two releases in a folder, and leave the processor time there."""
    with clock:
        started = time.process_time()
        found = compare(folder / "old", folder / "new")
        spent = time.process_time() - started
    (folder / "cpu").write_text(f"{spent} {found.tables['summaries'].changed}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size and print one line of a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    sizes = parser.parse_args(arguments).sizes
    os.environ["POLARS_MAX_THREADS"] = "1"
    print("| summaries and records, each | changed | CPU s | rows/s | peak MiB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_release(folder / "old", rows, changed=False)
            write_release(folder / "new", rows, changed=True)
            peak = measure(compare_both, folder).peak_mib
            spent, changed = (float(part) for part in (folder / "cpu").read_text().split())
        speed = 2 * rows / spent
        print(f"| {rows:,} | {changed:,.0f} | {spent:.2f} | {speed:,.0f} | {peak:,.0f} |")


if __name__ == "__main__":
    main()
