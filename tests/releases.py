"""Small releases for tests: tables with a few rows, in the format of a build."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.parts import Parts
from shortscience.pipeline.release.table_files import Rows, write_table
from shortscience.pipeline.release.tables import conform
from shortscience.pipeline.schema import TABLES, Table, Type
from shortscience.pipeline.tasks import AtOnce

Row = dict[str, Any]
FILLED: dict[Type, object] = {
    Type.STRING: "x",
    Type.BOOL: False,
    Type.INT32: 1,
    Type.INT64: 1,
    Type.FLOAT64: 0.5,
    Type.STRINGS: [],
}


def write_frames(frames: Iterable[pl.DataFrame], table: Table, release: Path) -> None:
    """Write a table as a build does, from frames that are consecutive ranges of its key."""
    write_table(table, Rows(Parts.of(frames, AtOnce())), release)


def write_small_tables(folder: Path, tables: dict[str, list[Row]]) -> None:
    """Write every table; fields missing in a row are null or a constant."""
    folder.mkdir(parents=True)
    for name, table in TABLES.items():
        rows = [
            {
                column.name: row.get(column.name, None if column.nullable else FILLED[column.type])
                for column in table.columns
            }
            for row in tables.get(name, [])
        ]
        frame = pl.DataFrame(rows, schema=table.polars_schema)
        write_frames([conform(frame, table).sort(table.key)], table, folder)
