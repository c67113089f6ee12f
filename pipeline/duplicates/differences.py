"""The words in which two texts differ."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, NamedTuple

_LONG = 4_000
"""Words up to which every word counts in the comparison; in longer texts the most frequent ones
are only compared next to others, which keeps the cost linear."""
_WORD = re.compile(r"\s+|\S+\s*")


class Difference(NamedTuple):
    """Words of the kept text, and what the copy has in their place; either may be empty."""

    kept: str
    copy: str


class Run(NamedTuple):
    """Words that follow each other, with the white space behind them."""

    held_by: Literal["both", "old", "new"]
    words: str


def differing_words(kept: str, copy: str) -> list[Difference]:
    """Return the places in which two texts differ, word by word, in their order."""
    ours, theirs = kept.split(), copy.split()
    return [
        Difference(" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for what, a, b, c, d in _compared(ours, theirs)
        if what != "equal"
    ]


def runs_of_words(old: str, new: str) -> list[Run]:
    """Return two texts as one: what both have, and between that what one has; none is empty.

    White space counts. The runs of `both` and `old` make up the old text, those of `both` and
    `new` the new one.
    """
    ours, theirs = _WORD.findall(old), _WORD.findall(new)
    runs = []
    for what, a, b, c, d in _compared(ours, theirs):
        if what == "equal":
            runs.append(Run("both", "".join(ours[a:b])))
        else:
            runs += Run("old", "".join(ours[a:b])), Run("new", "".join(theirs[c:d]))
    return [run for run in runs if run.words]


def _compared(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield what is equal and what is not, as `SequenceMatcher.get_opcodes` does.

    What both begin and end with is not searched: most copies consist of that.
    """
    start = _count_equal(ours, theirs)
    n_ours, n_theirs = len(ours), len(theirs)
    end = min(_count_equal(reversed(ours), reversed(theirs)), min(n_ours, n_theirs) - start)
    middle = ours[start : n_ours - end], theirs[start : n_theirs - end]
    if start:
        yield "equal", 0, start, 0, start
    is_long = max(map(len, middle)) > _LONG
    for what, a, b, c, d in SequenceMatcher(None, *middle, autojunk=is_long).get_opcodes():
        yield what, a + start, b + start, c + start, d + start
    if end:
        yield "equal", n_ours - end, n_ours, n_theirs - end, n_theirs


def _count_equal(ours: Iterable[str], theirs: Iterable[str]) -> int:
    pairs = zip(ours, theirs, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
