"""The outcome of each record, given the evidence for copies."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.evidence import Chosen, Evidence, Similarities
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.tasks import cut

KEPT, DUPLICATE, EARLIER = "kept", "duplicate", "earlier"


@dataclass(frozen=True)
class Duplicates:
    """The result of the search for copies.

    `outcomes` has one row per signed record, ordered by `record_id`: `status` (`kept`, `duplicate`,
    or `earlier` if an earlier release has it), `summary_id`, `kept_record_id`, `relation` and
    `similarity` (null when kept). `evidence` answers for other thresholds.
    """

    outcomes: pl.DataFrame
    evidence: Evidence


def decide(
    records: pl.DataFrame, evidence: Evidence, chosen: Chosen, similarities: Similarities
) -> pl.DataFrame:
    """Return the outcome of each record outside the earlier release, ordered by `record_id`.

    `similarities` holds each content's similarity to its kept content.
    """
    contents = evidence.contents
    canonical, kept = chosen
    own = kept == np.arange(len(contents))
    relation = np.where(own, "exact", np.where(kept == canonical, "near", "truncated"))
    of_contents = pl.DataFrame(
        {
            "content_id": contents["content_id"],
            "summary_id": contents["content_id"].gather(kept),
            "kept_record_id": contents["record_id"].gather(kept),
            "known": contents["earlier"].gather(kept),
            "relation": relation,
            "similarity": similarities,
        }
    )
    is_kept = pl.col("record_id") == pl.col("kept_record_id")
    return (
        records.filter(~pl.col("earlier"))
        .select("record_id", "content_id")
        .join(of_contents, on="content_id")
        .select(
            "record_id",
            pl.when(is_kept)
            .then(pl.lit(KEPT))
            .when("known")
            .then(pl.lit(EARLIER))
            .otherwise(pl.lit(DUPLICATE))
            .alias("status"),
            "summary_id",
            "kept_record_id",
            pl.when(~is_kept).then("relation").alias("relation"),
            pl.when(~is_kept).then("similarity").alias("similarity"),
        )
        .sort("record_id")
    )


def outcomes_of(shards: Parts, outcomes: pl.DataFrame) -> Parts:
    """Return the outcomes of all records of some shards, row by row; null for unsigned records.

    The parts of `shards` are `Shards`. All records are joined at once: one join per part would scan
    all outcomes each time.
    """
    record_ids = shards.map(_record_ids).fetch()
    joined = pl.concat(record_ids).join(outcomes, on="record_id", how="left", maintain_order="left")
    return Parts.of(cut(joined, [*map(len, record_ids)]), shards.tasks)


def _record_ids(shards: Shards) -> pl.DataFrame:
    return shards.scan("records").select("record_id").collect()


def kept(rows: pl.LazyFrame, outcomes: pl.DataFrame) -> pl.LazyFrame:
    """Return the rows that belong to kept records, with their `summary_id`."""
    records = outcomes.lazy().filter(pl.col("status") == KEPT).select("record_id", "summary_id")
    return rows.join(records, on="record_id", maintain_order="left")
