"""The terms of summaries that papers have, too: how often, and whether in their beginning."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.title_index import (
    Hashes,
    Numbers,
    Places,
    TitleIndex,
    pair_codes,
)

OPENING_WORDS, LEAD_WORDS = 25, 60
"""What a paper is about is said in the first sentence, or in the first two or three."""
_NOWHERE = -1


@dataclass(frozen=True)
class Vocabulary:
    """The terms of an index, held in memory, and the codes of pairs.

    `numbers` has each `term` with its `number`, and where it is a word, its number as an
    `abstract` has it.
    """

    numbers: pl.DataFrame
    pairs: Hashes
    first_pair: int

    @classmethod
    def of(cls, index: TitleIndex) -> "Vocabulary":
        """Read the terms of an index."""
        numbers = index.scan("terms").collect()
        is_told = pl.col("term").str.starts_with(terms.ABSTRACT)
        told = numbers.filter(is_told).select(
            pl.col("term").str.strip_prefix(terms.ABSTRACT), abstract="number"
        )
        every = numbers.filter(~is_told).join(told, on="term", how="full", coalesce=True)
        return cls(every, index.pairs, len(numbers))

    def number(self, found: pl.DataFrame) -> pl.DataFrame:
        """Add `number` and `abstract` to the column `term`, in order; -1 where none has it."""
        return found.join(self.numbers, on="term", how="left", maintain_order="left").with_columns(
            pl.col("number", "abstract").fill_null(_NOWHERE)
        )


def summary_terms(texts: pl.Series, vocabulary: Vocabulary) -> pl.DataFrame:
    """Return `row`, `term` (its number), `count`, `lead`, `opening` and `n_words`, sorted by both.

    `count` is how often the term stands in the text, `lead` how often in its first LEAD_WORDS
    words, `opening` in its first OPENING_WORDS, and `n_words` the length of the text.
    """
    frame = pl.DataFrame({"text": texts}).with_row_index("row")
    said = terms.prose(pl.col("text"))
    words = vocabulary.number(
        frame.select("row", term=terms.words(said)).explode("term").drop_nulls()
    )
    row = words["row"].to_numpy()
    lengths = np.bincount(row, minlength=len(texts))
    position: Places = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    number: Numbers = words["number"].to_numpy()
    spoken = [
        pl.DataFrame({"row": row, "term": words[of], "position": position})
        for of in ("number", "abstract")
    ]
    names = pl.concat(
        [
            frame.select("row", term=terms.acronyms(said)).explode("term"),
            frame.select("row", term=terms.leading_author(said)),
        ]
    ).drop_nulls()
    named = vocabulary.number(names).select("row", term="number", position=pl.lit(0, pl.Int64))
    found = pl.concat([*spoken, _pairs(row, number, position, vocabulary), named])
    counted = (
        found.filter(pl.col("term") != _NOWHERE)
        .group_by("row", "term")
        .agg(
            count=pl.len(),
            lead=(pl.col("position") < LEAD_WORDS).sum(),
            opening=(pl.col("position") < OPENING_WORDS).sum(),
        )
        .sort("row", "term")
    )
    return counted.with_columns(n_words=pl.Series(lengths[counted["row"].to_numpy()]))


def _pairs(row: Numbers, number: Numbers, position: Places, vocabulary: Vocabulary) -> pl.DataFrame:
    """Return the pairs of words that titles have, as `row`, `term` and `position`."""
    known = number != _NOWHERE
    first = np.flatnonzero((row[1:] == row[:-1]) & known[1:] & known[:-1])
    codes = pair_codes(number[first], number[first + 1])
    place = np.minimum(np.searchsorted(vocabulary.pairs, codes), max(0, len(vocabulary.pairs) - 1))
    in_titles = vocabulary.pairs[place] == codes if len(vocabulary.pairs) else place < 0
    kept = first[in_titles]
    term = (place[in_titles] + vocabulary.first_pair).astype(np.int32)
    return pl.DataFrame({"row": row[kept], "term": term, "position": position[kept]})
