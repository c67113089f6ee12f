"""Truncated texts: prefixes of other texts, as feeds and previews make them."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.runs import runs
from shortscience.pipeline.duplicates.verification import Texts

_TEXTS_AT_ONCE = 10_000
"""Bounds memory, unless more texts than this share one beginning."""


def shared_beginnings(beginnings: pl.DataFrame) -> pl.DataFrame:
    """Return the texts (`number`, `beginning`) whose first words other texts share."""
    return beginnings.filter(pl.len().over("beginning") > 1).sort("beginning", "number")


def extensions(beginnings: pl.DataFrame, texts: Texts) -> pl.DataFrame:
    """Return for each `text` that is a prefix of another its `extension`, the next longer one.

    `beginnings` is the result of `shared_beginnings`. In lexicographic order, all extensions of a
    text directly follow it, so linking each text to the next reaches all of them. Rows are returned
    in that order within a beginning.
    """
    found = [pl.DataFrame(schema={"text": pl.Int64, "extension": pl.Int64})]
    for part in _parts(beginnings):
        ordered = (
            part.with_columns(normal=texts.gather(part["number"]))
            .sort("beginning", "normal")
            .with_columns(
                extension=pl.col("number").shift(-1).over("beginning"),
                longer=pl.col("normal").shift(-1).over("beginning"),
            )
        )
        cut = ordered.filter(pl.col("longer").str.starts_with(pl.col("normal")))
        found.append(cut.select(pl.col("number").alias("text"), "extension"))
    return pl.concat(found)


def _parts(ordered: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame sorted by `beginning` into parts that share no beginning."""
    beginning = ordered["beginning"].to_numpy()
    first = np.searchsorted(beginning, beginning)
    return (ordered[run] for run in runs(first // _TEXTS_AT_ONCE))
