"""Writing tables as Parquet files that every reader understands, with the same bytes each time."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.schema import Table

ROW_GROUP_ROWS = 20_000
"""About 50 MB of text: readers that stream hold one row group at a time."""


def table_path(release: Path, table: str) -> Path:
    """Return the file of a table within a release, named as Hugging Face expects a split."""
    return release / "data" / table / "train-00000-of-00001.parquet"


def write_table(frames: Iterable[pl.DataFrame], table: Table, release: Path) -> Path:
    """Write frames that conform to the table's definition, in order; return the file."""
    path = table_path(release, table.name)
    path.parent.mkdir(parents=True)
    schema = table.arrow_schema
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        write_page_index=True,
        use_content_defined_chunking=True,
    ) as writer:
        for group in _row_groups(frames, table):
            rows = group.to_arrow()
            writer.write_table(pa.table(rows.cast(pa.schema(schema)).columns, schema=schema))
    return path


def _row_groups(frames: Iterable[pl.DataFrame], table: Table) -> Iterator[pl.DataFrame]:
    """Cut frames anew, so that groups do not depend on where one frame ended; at least one."""
    left = table.polars_schema.to_frame()
    for frame in frames:
        left = pl.concat([left, frame])
        while len(left) > ROW_GROUP_ROWS:
            yield left.head(ROW_GROUP_ROWS)
            left = left.slice(ROW_GROUP_ROWS)
    yield left


def count_rows(release: Path, table: str) -> int:
    """Return the number of rows of a table, from the footer of its file."""
    return int(pq.read_metadata(table_path(release, table)).num_rows)


def read_table(release: Path, table: str) -> pl.DataFrame:
    """Read a table of a release."""
    return pl.read_parquet(table_path(release, table))


def scan_table(release: Path, table: str) -> pl.LazyFrame:
    """Scan a table of a release."""
    return pl.scan_parquet(table_path(release, table))
