"""Frames from rows, which the stages collect record by record."""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa


def frame_of_rows(rows: Sequence[tuple[object, ...]], schema: pl.Schema) -> pl.DataFrame:
    """Return rows as a frame, via PyArrow: it reads Python lists many times faster than Polars."""
    fields = schema.to_frame().to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    return pl.DataFrame(pa.table(arrays, schema=fields))
