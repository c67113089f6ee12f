"""What contradicts itself, as sentences beside the papers it is about."""

import polars as pl

from shortscience.pipeline.papers.descriptions import TITLE_PREFIX
from shortscience.pipeline.papers.reconciliation import Reconciled


def conflicts_of(
    reconciled: Reconciled, resolved: pl.DataFrame, witnesses: pl.DataFrame
) -> pl.DataFrame:
    """Return `paper_id` and `conflicts`, a list of sentences, of the papers that have any.

    `resolved` has the `paper_id` of each `name`; `witnesses` has of each `place` the `source` and
    the `paper_id`, null where the paper has no name.
    """
    given = (
        pl.when(pl.col("name").str.starts_with(TITLE_PREFIX))
        .then(pl.lit("the title"))
        .otherwise(pl.format("{}, a name", "name"))
    )
    sentence = pl.format(
        "{} gives {} {} of {}, which has {}: kept apart.",
        "source",
        pl.col("paper_id").fill_null("a paper"),
        given,
        "other_id",
        "reason",
    )
    told = (
        reconciled.conflicts.join(
            witnesses.select("place", "source", "paper_id").drop_nulls("source"), on="place"
        )
        .join(resolved.select(other="name", other_id="paper_id"), on="other")
        .select("paper_id", "other_id", sentence=sentence)
    )
    return (
        pl.concat(
            [
                told.select("paper_id", "sentence"),
                told.select("other_id", "sentence").rename({"other_id": "paper_id"}),
            ]
        )
        .drop_nulls("paper_id")
        .unique()
        .group_by("paper_id")
        .agg(conflicts=pl.col("sentence").sort())
    )
