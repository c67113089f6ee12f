"""Counting what was found of what there is."""

from collections.abc import Iterable
from typing import NamedTuple


class Score(NamedTuple):
    """How many things were found, how many were written, and how many are in both."""

    both: int
    found: int
    written: int

    @property
    def precision(self) -> float:
        """The share of what was found that was written."""
        return self.both / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of what was written that was found."""
        return self.both / self.written if self.written else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.found + self.written
        return 2 * self.both / total if total else 0.0


def total(scores: Iterable[Score]) -> Score:
    """Return the sums of some scores."""
    return Score(*map(sum, zip(*scores, strict=True)))
