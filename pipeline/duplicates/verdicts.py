"""What became of records, brought to where the records are.

Verdicts are found for all records together; what the records hold lies in batches. A part of them
here is the records of some batches that follow each other.
"""

from itertools import accumulate

import polars as pl

from shortscience.pipeline.duplicates.find import KEPT


def split_fates(
    _n_parts: int, verdicts: pl.DataFrame, *record_ids: pl.DataFrame
) -> list[pl.DataFrame]:
    """Return what became of the records of each part, row by row; null of those never signed.

    All are joined at once: a join per part would look at all verdicts each time.
    """
    fates = pl.concat(record_ids).join(verdicts, on="record_id", how="left", maintain_order="left")
    starts = accumulate(map(len, record_ids), initial=0)
    return [fates.slice(start, len(ids)) for start, ids in zip(starts, record_ids, strict=False)]


def kept(rows: pl.LazyFrame, fates: pl.DataFrame) -> pl.LazyFrame:
    """Return those of some rows that belong to kept records, with their `summary_id`."""
    records = fates.lazy().filter(pl.col("status") == KEPT).select("record_id", "summary_id")
    return rows.join(records, on="record_id", maintain_order="left")
