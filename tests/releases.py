"""Small releases for tests: tables with a few rows, in the format of a build."""

from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release.parquet import write_table
from shortscience.pipeline.release.tables import conform
from shortscience.pipeline.schema import TABLES, Type

Row = dict[str, Any]
FILLED: dict[Type, object] = {
    Type.STRING: "x",
    Type.BOOL: False,
    Type.INT32: 1,
    Type.INT64: 1,
    Type.FLOAT64: 0.5,
    Type.STRINGS: [],
}


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
        write_table([conform(frame, table).sort(table.key)], table, folder)
