"""The works of bibliographies: records whose titles have the same letters are one.

A preprint and its publication do not compete. Works are numbered in the order of these letters, so
that the order of records makes no difference.
"""

from collections.abc import Sequence

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.prior import prior


def records_of(bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return all records that have a title and a name of their own, with the number of the work.

    Of the records of a work, the one that is believed stands first: that of the first file, then
    the one with the first name, then the first in the file.
    """
    frames = []
    for place, index in enumerate(bibliography):
        own = index.scan("names").filter("own").select("entry", "name")
        entries = index.scan("entries").select(
            "entry", "authors", "year", "venue", "title", told=pl.col("abstract").is_not_null()
        )
        frames.append(entries.join(own, on="entry").with_columns(source=pl.lit(place, pl.Int32)))
    return (
        pl.concat(frames)
        .with_columns(
            letters=terms.letters(pl.col("title")), surnames=terms.surnames(pl.col("authors"))
        )
        .drop("authors")
        .filter(pl.col("letters") != "")
        .sort("letters", "source", "name", "entry")
        .with_columns(work=pl.col("letters").rle_id().cast(pl.Int32))
        .drop("letters")
        .collect(engine="streaming")
    )


def united(records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per work, with the `source` and `entry` that tell its abstract, if any do."""
    told = pl.col("told").arg_max()
    works = records.group_by("work", maintain_order=True).agg(
        pl.col("title").first(),
        pl.col("source", "entry").get(told),
        pl.col("year").min(),
        pl.col("venue").drop_nulls().str.join(" "),
        surnames=pl.col("surnames").explode().drop_nulls().unique().sort(),
        n_records=pl.len(),
    )
    return works.with_columns(prior=prior()).drop("year", "venue", "n_records")
