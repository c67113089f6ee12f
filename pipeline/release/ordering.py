"""Sorting the rows of a table that does not fit into memory."""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa

from shortscience.pipeline.schema import Table

_DIGITS = 4
"""Hexadecimal digits of a key that decide into which part a row goes."""


def in_order(
    frames: Iterable[pl.DataFrame], table: Table, n_parts: int, scratch: Path
) -> Iterator[pl.DataFrame]:
    """Yield the rows of frames, which conform to a table, in the order of its key.

    With several parts, rows are dealt out by the first digits of the key to files without names in
    the folder `scratch`, and one part at a time is sorted in memory (a bucket sort).
    """
    if n_parts == 1:
        yield pl.concat([table.polars_schema.to_frame(), *frames]).sort(table.key)
        return
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile(dir=scratch)) for _ in range(n_parts)]
        _deal_out(frames, table, files)
        for file in files:
            file.seek(0)
            with pa.ipc.open_stream(file) as reader:
                yield _frame(reader.read_all()).sort(table.key)


def part_of_key(table: Table, n_parts: int) -> pl.Expr:
    """Return the part of a row, of so many that follow each other in the order of the key.

    The first column of the key must be a hash in hexadecimal digits, which makes the parts alike.
    """
    digits = pl.col(table.key[0]).str.head(_DIGITS).str.to_integer(base=16, dtype=pl.Int64)
    part: pl.Expr = digits * n_parts // 16**_DIGITS
    return part


def _deal_out(frames: Iterable[pl.DataFrame], table: Table, files: Sequence[IO[bytes]]) -> None:
    """Append each row to the file of its part."""
    schema = table.polars_schema.to_frame().to_arrow().schema
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    part = part_of_key(table, len(files))
    with contextlib.ExitStack() as stack:
        writers = [
            stack.enter_context(pa.ipc.new_stream(file, schema, options=options)) for file in files
        ]
        for frame in frames:
            numbered = frame.with_columns(part.alias("part"))
            dealt = numbered.partition_by("part", as_dict=True, include_key=False)
            for (number,), rows in dealt.items():
                writers[number].write_table(rows.to_arrow())


def _frame(rows: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - of a table
    return frame
