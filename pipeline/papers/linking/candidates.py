"""The titles that a summary may be about: those whose rarer terms it has."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from shortscience.pipeline.papers.linking.title_index import (
    ABSTRACT,
    AUTHOR,
    KINDS,
    PAIR,
    WORD,
    TitleIndex,
)
from shortscience.pipeline.papers.linking.weights import Background, Weights

N_CANDIDATES = 100
_MAX_LOOKED_UP = 10_000
"""Postings that are read for a summary, those of the most telling terms first. So a summary costs
the same whatever the size of the bibliography."""
_SHARE_OF_KIND = {PAIR: 0.3, ABSTRACT: 0.3}
"""Both words of a pair count already. An abstract has many words, the title's are what it is
about."""
_SIZE = 0.1
"""Long titles share more words with any text: this part of what all their words tell is taken off,
as pivoted normalisation does (Singhal, Buckley and Mitra, 1996)."""


@dataclass(frozen=True)
class Titles:
    """What is known of each title before a summary is read.

    `size` is the information in its words, in nats, and `n_words` their number; `named` tells
    whether it begins with a name and a colon; `prior` is the logarithm of how much likelier papers
    of its year and venue are to be summarised than others.
    """

    size: Weights
    n_words: Weights
    named: npt.NDArray[np.bool_]
    prior: Weights

    @classmethod
    def of(
        cls,
        index: TitleIndex,
        background: Background,
        named: npt.NDArray[np.bool_],
        prior: Weights,
    ) -> "Titles":
        """Measure the titles of an index."""
        is_word = (index.kind == KINDS.index(WORD))[index.members]
        told = np.where(is_word, background.rarity[index.members], 0)
        starts = index.member_ends[:-1]
        return cls(
            np.add.reduceat(told, starts).astype(np.float32),
            np.add.reduceat(is_word, starts, dtype=np.float32),
            named,
            prior,
        )


def weigh(found: pl.DataFrame, index: TitleIndex, background: Background) -> pl.DataFrame:
    """Add `kind` and `weight` to what `summary_terms` returns.

    Whom a summary begins with counts as much in a long text as in a short one.
    """
    kind = index.kind[found["term"].to_numpy()]
    length = pl.Series(np.where(kind == KINDS.index(AUTHOR), 0, found["n_words"].to_numpy()))
    weight = background.weights(found["term"], found["count"], length)
    return found.with_columns(kind=pl.Series(kind), weight=pl.Series(weight))


def candidates(
    weighed: pl.DataFrame, n_rows: int, index: TitleIndex, titles: Titles
) -> pl.DataFrame:
    """Return `row` and `title` of the most promising titles of each row, sorted by both."""
    by_kind = np.array([_SHARE_OF_KIND.get(kind, 1.0) for kind in KINDS], np.float32)
    told = weighed.with_columns(
        weight=pl.col("weight") * pl.Series(by_kind[weighed["kind"].to_numpy()]),
        postings=pl.Series(np.diff(index.posting_ends)[weighed["term"].to_numpy()]),
    )
    sought = (
        told.filter(pl.col("postings") > 0)
        .sort("row", "weight", "term", descending=[False, True, False])
        .filter(pl.col("postings").cum_sum().over("row") <= _MAX_LOOKED_UP)
    )
    said = sp.csr_array(
        (sought["weight"].to_numpy(), (sought["row"].to_numpy(), sought["term"].to_numpy())),
        shape=(n_rows, len(index.frequency)),
    )
    ones = np.ones(len(index.postings), np.float32)
    stands = sp.csr_array(
        (ones, index.postings, index.posting_ends), shape=(len(index.frequency), index.n_titles)
    )
    scores = said @ stands
    scores.data += (titles.prior - _SIZE * titles.size)[scores.indices]
    kept = [
        start + _best(scores.data[start:stop])
        for start, stop in zip(scores.indptr[:-1], scores.indptr[1:], strict=True)
    ]
    rows = np.repeat(np.arange(n_rows, dtype=np.uint32), [len(some) for some in kept])
    return pl.DataFrame(
        {"row": rows, "title": scores.indices[np.concatenate([np.empty(0, np.int64), *kept])]},
        schema={"row": pl.UInt32(), "title": pl.Int32()},
    ).sort("row", "title")


def _best(scores: Weights) -> npt.NDArray[np.int64]:
    """Return the places of the highest scores."""
    if len(scores) <= N_CANDIDATES:
        return np.arange(len(scores))
    return np.argpartition(scores, -N_CANDIDATES)[-N_CANDIDATES:]
