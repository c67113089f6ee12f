"""The terms of summaries that titles have, too: how often, and whether in their beginning."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.papers.linking import terms
from pipeline.papers.linking.title_index import Hashes, Numbers, Places, TitleIndex, pair_codes

OPENING_WORDS, LEAD_WORDS = 25, 60
"""What a paper is about is said in the first sentence, or in the first two or three."""
_NOT_IN_TITLES = -1


@dataclass(frozen=True)
class Vocabulary:
    """The terms of an index, held in memory: `term` and `number`, and the codes of pairs."""

    numbers: pl.DataFrame
    pairs: Hashes

    @classmethod
    def of(cls, index: TitleIndex) -> "Vocabulary":
        """Read the terms of an index."""
        return cls(index.scan("terms").collect(), index.pairs)

    def number(self, found: pl.DataFrame) -> pl.DataFrame:
        """Add `number` to the column `term`, in order; -1 where no title has it."""
        return found.join(self.numbers, on="term", how="left", maintain_order="left").with_columns(
            pl.col("number").fill_null(_NOT_IN_TITLES)
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
    spoken = pl.DataFrame({"row": row, "term": number, "position": position})
    names = pl.concat(
        [
            frame.select("row", term=terms.acronyms(said)).explode("term"),
            frame.select("row", term=terms.leading_author(said)),
        ]
    ).drop_nulls()
    named = vocabulary.number(names).select("row", term="number", position=pl.lit(0, pl.Int64))
    found = pl.concat([spoken, _pairs(row, number, position, vocabulary), named])
    counted = (
        found.filter(pl.col("term") != _NOT_IN_TITLES)
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
    known = number != _NOT_IN_TITLES
    first = np.flatnonzero((row[1:] == row[:-1]) & known[1:] & known[:-1])
    codes = pair_codes(number[first], number[first + 1])
    place = np.minimum(np.searchsorted(vocabulary.pairs, codes), max(0, len(vocabulary.pairs) - 1))
    in_titles = vocabulary.pairs[place] == codes if len(vocabulary.pairs) else place < 0
    kept = first[in_titles]
    term = (place[in_titles] + len(vocabulary.numbers)).astype(np.int32)
    return pl.DataFrame({"row": row[kept], "term": term, "position": position[kept]})
