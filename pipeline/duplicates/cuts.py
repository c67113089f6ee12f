"""Texts that are the beginning of others, as feeds and previews cut them."""

import itertools
from collections.abc import Iterator

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.verification import Texts

_TEXTS_AT_ONCE = 10_000
"""Bounds memory, unless more than these have one beginning in common."""


def shared_beginnings(beginnings: pl.DataFrame) -> pl.DataFrame:
    """Return the texts (`number`, `beginning`) whose first words others have, too."""
    return beginnings.filter(pl.len().over("beginning") > 1).sort("beginning", "number")


def extensions(beginnings: pl.DataFrame, texts: Texts) -> pl.DataFrame:
    """Return for each `text` that is the beginning of another its `extension`, the next longer one.

    `beginnings` is what `shared_beginnings` returned. In lexicographic order, which within a
    beginning is also the order of the answer, all extensions of a text follow it directly: so the
    next longer one of each leads to all of them.
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
    """Cut a frame in the order of `beginning` into parts that share none."""
    beginning = ordered["beginning"].to_numpy()
    first = np.searchsorted(beginning, beginning)
    part = first // _TEXTS_AT_ONCE
    bounds = np.flatnonzero(np.diff(part, prepend=-1, append=-1)).tolist()
    for start, stop in itertools.pairwise(bounds):
        yield ordered.slice(start, stop - start)
