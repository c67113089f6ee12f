"""Writing tables as Parquet files that every reader understands, with reproducible bytes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shortscience.pipeline.schema import Table

ROW_GROUP_ROWS = 20_000
"""About 50 MB of text; streaming readers hold one row group at a time."""

ROW_GROUP_BYTES = 1 << 30
"""Arrow's type `string`, the one that all readers know, holds up to 2 GiB of a column."""

FILE_ROWS = 10 * ROW_GROUP_ROWS
"""About 400 MB of summaries. All files of a table but the last have exactly this many rows, so
files follow from the table alone and can be written and read independently.
"""


def table_folder(release: Path, table: str) -> Path:
    """Return the folder of a table within a release."""
    return release / "data" / table


def table_files(release: Path, table: str) -> list[Path]:
    """Return the files of a table, in the order of its key."""
    return sorted(table_folder(release, table).glob("*.parquet"))


def file_bounds(n_rows: int) -> list[tuple[int, int]]:
    """Return the range of rows of each file of a table with `n_rows` rows; at least one file."""
    starts = range(0, max(1, n_rows), FILE_ROWS)
    return [(start, min(start + FILE_ROWS, n_rows)) for start in starts]


def file_path(release: Path, table: str, place: int, n_files: int) -> Path:
    """Return the path of a table's file, named as Hugging Face expects a split."""
    return table_folder(release, table) / f"train-{place:05}-of-{n_files:05}.parquet"


def write_file(groups: Iterable[pl.DataFrame], table: Table, path: Path) -> None:
    """Write one file from its row groups."""
    schema = table.arrow_schema
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        write_page_index=True,
        use_content_defined_chunking=True,
    ) as writer:
        for group in groups:
            if group.is_empty():  # a file without row groups: `datasets` cannot read an empty one
                continue
            # The dictionary size is checked between chunks, so chunks affect the bytes: use one.
            rows = group.rechunk().to_arrow()
            writer.write_table(pa.table(rows.cast(pa.schema(schema)).columns, schema=schema))


def row_groups(frames: Iterable[pl.DataFrame], table: Table) -> Iterator[pl.DataFrame]:
    """Recut frames into row groups that do not depend on the frames' sizes; at least one.

    A group ends at ROW_GROUP_ROWS, and is halved as long as its texts exceed ROW_GROUP_BYTES.
    """
    for group in _of_equal_length(frames, table):
        yield from _halved(group)


def _halved(group: pl.DataFrame) -> Iterator[pl.DataFrame]:
    sizes = group.select(pl.col(pl.String).str.len_bytes().cast(pl.Int64).sum())
    if len(group) > 1 and max(sizes.row(0), default=0) > ROW_GROUP_BYTES:
        middle = len(group) // 2
        yield from _halved(group.head(middle))
        yield from _halved(group.slice(middle))
    else:
        yield group


def _of_equal_length(frames: Iterable[pl.DataFrame], table: Table) -> Iterator[pl.DataFrame]:
    left = table.polars_schema.to_frame()
    for frame in frames:
        left = pl.concat([left, frame])
        while len(left) > ROW_GROUP_ROWS:
            yield left.head(ROW_GROUP_ROWS)
            left = left.slice(ROW_GROUP_ROWS)
    yield left


def count_rows(release: Path, table: str) -> int:
    """Return the number of rows of a table, from the footers of its files."""
    return sum(pq.read_metadata(path).num_rows for path in table_files(release, table))


def read_table(release: Path, table: str, columns: list[str] | None = None) -> pl.DataFrame:
    """Read a table of a release, or some of its columns."""
    return pl.read_parquet(table_files(release, table), columns=columns)


def scan_table(release: Path, table: str) -> pl.LazyFrame:
    """Scan a table of a release."""
    return pl.scan_parquet(table_files(release, table))
