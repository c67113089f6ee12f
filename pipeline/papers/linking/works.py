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

    The records of a work are in order of precedence: by file, then by name, then by place in the
    file.
    """
    frames = []
    for place, index in enumerate(bibliography):
        own = index.scan("names").filter("own").select("entry", "name")
        entries = index.scan("entries").select(
            "entry",
            "authors",
            "year",
            "venue",
            "title",
            has_abstract=pl.col("abstract").is_not_null(),
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


def merged(records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per work, with the `source` and `entry` of its abstract, if it has one."""
    described = pl.col("has_abstract").arg_max()
    works = records.group_by("work", maintain_order=True).agg(
        pl.col("title").first(),
        pl.col("source", "entry").get(described),
        pl.col("year").min(),
        pl.col("venue").drop_nulls().str.join(" "),
        surnames=pl.col("surnames").explode().drop_nulls().unique().sort(),
        n_records=pl.len(),
    )
    return works.with_columns(prior=prior()).drop("year", "venue", "n_records")
