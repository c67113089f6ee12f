"""The words of an index: their numbers, and the information in each.

Words are numbered by how rare they are, the rarest first, and of equally rare ones by the alphabet.
So the smallest numbers of a text are its most telling words.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

UNKNOWN = -1


class Vocabulary:
    """Numbered words, from a file that `number_words` wrote.

    `information` maps a word's number to its information in nats: the logarithm of (texts + 1) over
    the number of texts that have the word.
    """

    def __init__(self, path: Path, n_texts: int) -> None:
        frame = pl.read_parquet(path).sort("word")
        self._words, self._numbers = frame["word"], frame["number"].to_numpy()
        self._places = np.argsort(self._numbers)
        n_with = frame["n_texts"].to_numpy()[self._places]
        self.information: Floats = np.log((n_texts + 1) / n_with)

    def __len__(self) -> int:
        return len(self._words)

    def numbers(self, texts: pl.Series) -> list[Ints]:
        """Return the numbers of the words of each text, UNKNOWN for others."""
        ends = np.cumsum(texts.list.len().to_numpy())
        return np.split(self._numbers_of(texts.explode(empty_as_null=False)), ends)[:-1]

    def _numbers_of(self, words: pl.Series) -> Ints:
        if self._words.is_empty():
            return np.full(len(words), UNKNOWN)
        places = self._words.search_sorted(words).clip(upper_bound=len(self._words) - 1)
        known = (self._words.gather(places) == words).to_numpy()
        return np.where(known, self._numbers[places.to_numpy()], UNKNOWN)

    def words(self, numbers: Ints) -> list[str]:
        """Return words by number."""
        return self._words[self._places[numbers]].to_list()


def number_words(texts: pl.LazyFrame, column: str, path: Path) -> pl.DataFrame:
    """Give numbers to the words in a column of lists; write and return them with `n_texts`."""
    words = texts.select(word=pl.col(column).list.unique()).explode("word").drop_nulls()
    counts = words.group_by("word").agg(n_texts=pl.len()).collect(engine="streaming")
    numbered = counts.sort("n_texts", "word").with_columns(
        number=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    numbered.write_parquet(path)
    return numbered
