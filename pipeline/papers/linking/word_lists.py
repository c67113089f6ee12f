"""The words of works and their authors' surnames, as numbers, mapped from the disk.

`works.npy` has one row per work, `words.bin` and `surnames.bin` what its rows point at.
"""

from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.papers.linking.vocabulary import Floats, Ints

_ROW = np.dtype(
    [
        ("words", "i8"),
        ("n_words", "i4"),
        ("n_title", "i4"),
        ("n_name", "i4"),
        ("surnames", "i8"),
        ("n_surnames", "i4"),
        ("prior", "f8"),
    ]
)
_NUMBER = np.dtype("i4")
_LISTS = ("words", "surnames")


class Lists(NamedTuple):
    """Lists, one after the other: all values, and for each one its list and its place there."""

    values: Ints
    of: Ints
    place: Ints


class Works(NamedTuple):
    """Works: their words, those of the title first, their authors' surnames, and their log odds.

    `n_title` counts the words of each title, `n_name` those before its colon. `prior` is how much
    likelier works of that kind are to be summarised than others.
    """

    numbers: Ints
    words: Lists
    n_title: Ints
    n_name: Ints
    surnames: Lists
    prior: Floats


class WordLists:
    """The lists of all works, from the folder that a ListWriter wrote."""

    def __init__(self, folder: Path) -> None:
        self._rows = np.load(folder / "works.npy", mmap_mode="r")
        self._values = {name: _mapped(folder / f"{name}.bin") for name in _LISTS}

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, numbers: Ints) -> Works:
        """Return works by number."""
        rows = np.asarray(self._rows[numbers])
        words, surnames = (self._lists(rows, name) for name in _LISTS)
        n_title, n_name = (rows[name].astype(np.int64) for name in ("n_title", "n_name"))
        return Works(numbers, words, n_title, n_name, surnames, rows["prior"])

    def _lists(self, rows: npt.NDArray[Any], name: str) -> Lists:
        lengths = rows[f"n_{name}"].astype(np.int64)
        of = np.repeat(np.arange(len(rows)), lengths)
        place = np.arange(len(of)) - (np.cumsum(lengths) - lengths)[of]
        return Lists(self._values[name][rows[name][of] + place].astype(np.int64), of, place)


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Map a file of numbers; an empty one cannot be."""
    if not path.stat().st_size:
        return np.empty(0, _NUMBER)
    return np.asarray(np.memmap(path, _NUMBER, mode="r"))


class ListWriter:
    """Writes the lists of works, some at a time, with the numbers of vocabularies."""

    def __init__(self, folder: Path, n_works: int, **vocabularies: pl.DataFrame) -> None:
        self._vocabularies = vocabularies
        self._rows = np.lib.format.open_memmap(
            folder / "works.npy", mode="w+", dtype=_ROW, shape=(n_works,)
        )
        self._files = {name: (folder / f"{name}.bin").open("wb") for name in _LISTS}
        self._ends = dict.fromkeys(_LISTS, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
        self._rows.flush()

    def add(self, works: pl.DataFrame) -> None:
        """Add works: `work`, `n_title`, `n_name`, `prior`, and lists of words."""
        rows = np.zeros(len(works), _ROW)
        for name in ("n_title", "n_name", "prior"):
            rows[name] = works[name].to_numpy()
        for name in _LISTS:
            lengths = works[name].list.len().fill_null(0).to_numpy().astype(np.int64)
            rows[name] = self._ends[name] + np.cumsum(lengths) - lengths
            rows[f"n_{name}"] = lengths
            self._ends[name] += int(lengths.sum())
            self._write(works[name], name)
        self._rows[works["work"].to_numpy()] = rows

    def _write(self, lists: pl.Series, name: str) -> None:
        words = lists.explode(empty_as_null=False, keep_nulls=False).to_frame("word")
        numbers = words.join(self._vocabularies[name], on="word", maintain_order="left")
        numbers["number"].to_numpy().astype(_NUMBER).tofile(self._files[name])
