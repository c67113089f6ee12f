"""An earlier release, whose summaries a build leaves out."""

from pathlib import Path

import polars as pl

from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.settings import SignatureSettings

_PREFIX = "earlier:"
_EARLIER_SUMMARY = "earlier_summary_id"


class Earlier:
    """The summaries of an earlier release, in the shape of cleaned records."""

    def __init__(self, release: Path) -> None:
        self._summaries = scan_table(release, "summaries").select(
            pl.lit(_PREFIX).add(pl.col("summary_id")).alias("record_id"), "text", "structure"
        )

    @property
    def texts(self) -> pl.LazyFrame:
        """`record_id` and `text` of the summaries; these record ids exist in no table."""
        return self._summaries.select("record_id", "text")

    def sign(self, settings: SignatureSettings) -> pl.DataFrame:
        """Sign the summaries again, as the earlier release may have had other settings."""
        batches = self._summaries.collect_batches(maintain_order=True)
        return pl.concat([sign(batch, settings) for batch in batches]).with_columns(
            identified=pl.lit(value=True), earlier=pl.lit(value=True)
        )


def known_summary() -> pl.Expr:
    """Return the id of the earlier summary that a record copies, from its verdict."""
    return pl.col("kept_record_id").str.strip_prefix(_PREFIX)


def why_known() -> pl.Expr:
    """Return the rejection reason of records whose verdict is `earlier`."""
    return pl.format(
        "{} copy of a summary of the earlier release, similarity {}",
        "relation",
        pl.col("similarity").round(3),
    )


def is_known(records: pl.LazyFrame) -> pl.Expr:
    """Whether a record was rejected because an earlier release has it.

    Tables written by another version may lack this information.
    """
    if _EARLIER_SUMMARY not in records.collect_schema():
        return pl.lit(value=False)
    return pl.col(_EARLIER_SUMMARY).is_not_null()
