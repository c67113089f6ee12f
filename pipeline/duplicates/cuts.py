"""Texts that are the beginning of others, as feeds and previews cut them."""

import itertools
from collections.abc import Iterator

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.verification import Texts

_TEXTS_AT_ONCE = 10_000
"""Bounds memory, unless more than these have one beginning in common."""


def shared_beginnings(contents: pl.DataFrame) -> pl.DataFrame:
    """Return `text` (row number) and `beginning` of the contents that begin with the same words."""
    return (
        contents.select("beginning")
        .with_row_index("text")
        .drop_nulls()
        .filter(pl.len().over("beginning") > 1)
    )


def extensions(beginnings: pl.DataFrame, texts: Texts) -> dict[int, int]:
    """Return for each text that is the beginning of another the next longer one.

    `beginnings` is what `shared_beginnings` returned. In lexicographic order, which within a
    beginning is also the order of the answer, all extensions of a text follow it directly: so the
    next longer one of each leads to all of them.
    """
    found: dict[int, int] = {}
    for part in _parts(beginnings.sort("beginning", "text")):
        ordered = (
            part.with_columns(normal=texts.gather(part["text"]))
            .sort("beginning", "normal")
            .with_columns(
                next_text=pl.col("text").shift(-1).over("beginning"),
                next_normal=pl.col("normal").shift(-1).over("beginning"),
            )
        )
        cut = ordered.filter(pl.col("next_normal").str.starts_with(pl.col("normal")))
        found |= dict(cut.select("text", "next_text").iter_rows())
    return found


def _parts(ordered: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame in the order of `beginning` into parts that share none."""
    beginning = ordered["beginning"].to_numpy()
    first = np.searchsorted(beginning, beginning)
    part = first // _TEXTS_AT_ONCE
    bounds = np.flatnonzero(np.diff(part, prepend=-1, append=-1)).tolist()
    for start, stop in itertools.pairwise(bounds):
        yield ordered.slice(start, stop - start)
