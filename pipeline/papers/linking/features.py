"""What speaks for a title being that of a summary's paper, in numbers."""

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.papers.linking.candidates import Titles
from shortscience.pipeline.papers.linking.title_index import (
    ABSTRACT,
    ACRONYM,
    AUTHOR,
    KINDS,
    PAIR,
    WORD,
    Numbers,
    Places,
    TitleIndex,
)
from shortscience.pipeline.papers.linking.weights import Background, Weights

FEATURES = {
    "words": "what the title's words tell that are in the summary: rare and frequent ones more",
    "lead": "what those of them tell that are in its first sentences",
    "opening": "the share of what its words would tell that those in its first sentence do",
    "rarest": "the information in the rarest of its words that are in the summary",
    "phrases": "the share of the title's pairs of neighbouring words that are in the summary",
    "share": "the share of what its words would tell that those in the summary do",
    "acronym": "what the title's initials tell, if the summary has them",
    "author": "what the first author's surname tells, if the summary begins with it",
    "stranger": "whether the summary begins with the surname of somebody else",
    "abstract": "what the abstract's telling words that the title lacks tell, if it has them",
    "length": "the number of its words",
    "named": "whether it begins with a name and a colon",
    "prior": "how often papers of its year and venue are summarised",
}
"""The columns that `features` adds. What something tells is the logarithm of how much likelier a
summary of the paper has it than any other, in nats."""


def features(
    pairs: pl.DataFrame,
    weighed: pl.DataFrame,
    index: TitleIndex,
    titles: Titles,
    background: Background,
) -> pl.DataFrame:
    """Add FEATURES to pairs of `row` and `title`.

    `weighed` is what `weigh` returns, sorted by row and term.
    """
    title = pairs["title"].to_numpy()
    counts = index.member_ends[title + 1] - index.member_ends[title]
    starts = np.cumsum(counts) - counts
    step = np.arange(counts.sum()) - np.repeat(starts, counts)
    terms = index.members[np.repeat(index.member_ends[title], counts) + step]
    place = _places(np.repeat(pairs["row"].to_numpy(), counts), terms, weighed, len(index.kind))
    found = place >= 0
    weight = np.where(found, weighed["weight"].to_numpy()[place], 0)
    early = found & (weighed["lead"].to_numpy()[place] > 0)
    first = found & (weighed["opening"].to_numpy()[place] > 0)
    kind = index.kind[terms]
    rarity = background.rarity[terms]

    def total(values: Weights, of: str) -> Weights:
        return np.add.reduceat(np.where(kind == KINDS.index(of), values, 0), starts)

    is_word = kind == KINDS.index(WORD)
    size = titles.size[title]
    author = total(weight, AUTHOR)
    columns = {
        "words": total(weight, WORD),
        "lead": total(np.where(early, weight, 0), WORD),
        "opening": total(np.where(first, rarity, 0), WORD) / size,
        "rarest": np.maximum.reduceat(np.where(found & is_word, rarity, 0), starts),
        "phrases": total(found.astype(np.float32), PAIR) / np.maximum(1, titles.n_words[title] - 1),
        "share": total(np.where(found, rarity, 0), WORD) / size,
        "acronym": total(weight, ACRONYM),
        "author": author,
        "stranger": (author == 0) & _begins_with_somebody(pairs, weighed, index),
        "abstract": total(weight, ABSTRACT),
        "length": titles.n_words[title],
        "named": titles.named[title],
        "prior": titles.prior[title],
    }
    return pairs.with_columns(pl.Series(name, columns[name], dtype=pl.Float32) for name in FEATURES)


def _begins_with_somebody(
    pairs: pl.DataFrame, weighed: pl.DataFrame, index: TitleIndex
) -> npt.NDArray[np.bool_]:
    """Tell whether the row of each pair begins with the surname of anybody who wrote a title."""
    named = weighed["row"].to_numpy()[index.kind[weighed["term"].to_numpy()] == KINDS.index(AUTHOR)]
    return np.isin(pairs["row"].to_numpy(), named)


def _places(
    rows: npt.NDArray[np.uint32], terms: Numbers, weighed: pl.DataFrame, n_terms: int
) -> Places:
    """Return where each term of a row stands in `weighed`; -1 where it does not."""
    known = weighed["row"].to_numpy() * np.int64(n_terms) + weighed["term"].to_numpy()
    sought = rows * np.int64(n_terms) + terms
    place = np.minimum(np.searchsorted(known, sought), len(known) - 1)
    return np.where(known[place] == sought, place, -1)
