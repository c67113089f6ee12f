"""The words that tell an abstract from others: a few for each title that has one."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms

N_TELLING = 20
"""Words of an abstract that are kept, so that an index stays as small as its titles allow. The
title's own words are not among them: they count already."""
_AT_ONCE = 20_000
_DIGITS = 6


def telling_words(
    records: pl.DataFrame, titles: pl.DataFrame, bibliography: Sequence[Index]
) -> pl.DataFrame:
    """Return `title` and `term`: what is said often in an abstract and seldom in others.

    `records` has the `title`, a number, of each `entry` of a `source`, and whether it has an
    `abstract`; that of the first record of a title is read. Row t of `titles` has the `text` of
    title t. Words are ranked by frequency times inverse document frequency (Spärck Jones, 1972).
    """
    chosen = records.filter("abstract").unique("title", keep="first", maintain_order=True)
    spread = pl.DataFrame(schema={"term": pl.String(), "spread": pl.UInt32()})
    for some in _counted(chosen, titles, bibliography):
        met = some.group_by("term").agg(spread=pl.len())
        spread = pl.concat([spread, met]).group_by("term").agg(pl.col("spread").sum())
    parts = [pl.DataFrame(schema={"title": pl.Int32(), "term": pl.String()})]
    for some in _counted(chosen, titles, bibliography):
        met = some.join(spread, on="term")
        rarity = -np.log(met["spread"].to_numpy() / len(chosen))
        # The last digits of a logarithm depend on where in a column it is computed.
        told = pl.Series(met["count"].to_numpy() * rarity).round(_DIGITS)
        parts.append(
            met.with_columns(told=told)
            .filter(pl.col("told") > 0)
            .sort("title", "told", "term", descending=[False, True, False])
            .group_by("title", maintain_order=True)
            .head(N_TELLING)
            .select("title", pl.concat_str(pl.lit(terms.ABSTRACT), "term").alias("term"))
        )
    return pl.concat(parts).sort("title", maintain_order=True)


def _counted(
    chosen: pl.DataFrame, titles: pl.DataFrame, bibliography: Sequence[Index]
) -> Iterator[pl.DataFrame]:
    """Yield `title`, `term` and `count` of the words of some abstracts, less those of the title."""
    for place, index in enumerate(bibliography):
        of = chosen.filter(source=place).select("title", "entry")
        if of.is_empty():
            continue
        told = index.scan("entries").select("entry", "abstract").join(of.lazy(), on="entry")
        for batch in told.collect_batches():
            for some in batch.iter_slices(_AT_ONCE):
                own = titles[some["title"]].select("title", term=terms.words(pl.col("text")))
                said = some.select("title", term=terms.words(terms.prose(pl.col("abstract"))))
                yield (
                    said.explode("term")
                    .join(own.explode("term"), on=["title", "term"], how="anti")
                    .group_by("title", "term")
                    .agg(count=pl.len())
                )
