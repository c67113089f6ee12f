"""How much a term tells: the rarer it is in titles and in summaries, the more."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.papers.linking.summary_terms import Vocabulary, summary_terms
from shortscience.pipeline.papers.linking.title_index import (
    ABSTRACT,
    AUTHOR,
    KINDS,
    WORD,
    TitleIndex,
)

Weights = npt.NDArray[np.float32]

_FOREGROUND = 1.5
"""How much more likely a text that is about a title has the title's terms: odds of 3 to 2, as in
language models with Jelinek-Mercer smoothing for short queries (Zhai and Lafferty, 2004)."""
_EVEN = 20
"""Added to the length of a text, so that very short ones do not count too much."""
_PSEUDO_COUNT = 50_000
"""Word types of summaries, over all of them, that count as much as what titles tell of words."""


@dataclass(frozen=True)
class Background:
    """How likely each term is in any text: a share for each term number."""

    share: Weights

    @classmethod
    def of(cls, index: TitleIndex, samples: Iterable[pl.Series]) -> "Background":
        """Estimate shares from all titles, and those of words from sample texts, too.

        What is common in titles need not be so in summaries, and the other way round. The counts
        of the titles are the prior of a Dirichlet distribution.
        """
        share = np.empty(len(index.frequency))
        for kind in range(len(KINDS)):
            chosen = index.kind == kind
            frequency = index.frequency[chosen]
            # A title has one acronym, and few have several first authors.
            total = frequency.sum() if KINDS[kind] != AUTHOR else index.n_titles
            share[chosen] = frequency / max(1, total)
        counts = np.zeros(len(share))
        vocabulary = Vocabulary.of(index)
        for texts in samples:
            counts += np.bincount(summary_terms(texts, vocabulary)["term"], minlength=len(counts))
        for name in (WORD, ABSTRACT):
            words = index.kind == KINDS.index(name)
            seen = counts[words]
            share[words] = (share[words] * _PSEUDO_COUNT + seen) / (_PSEUDO_COUNT + seen.sum())
        return cls(share.astype(np.float32))

    def weights(self, terms: pl.Series, counts: pl.Series, n_words: pl.Series) -> Weights:
        """Return the logarithm of how much likelier each term is in a text about its title.

        `counts` are of the terms in their texts, which have `n_words` words.
        """
        found = counts.to_numpy() / (n_words.to_numpy() + _EVEN)
        weights: Weights = np.log1p(_FOREGROUND * found / self.share[terms.to_numpy()])
        return weights

    @property
    def rarity(self) -> Weights:
        """The information in each term, in nats."""
        rarity: Weights = -np.log(self.share)
        return rarity
