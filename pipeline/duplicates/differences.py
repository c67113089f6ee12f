"""The words in which two texts differ."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, NamedTuple

_LONG = 4_000
"""Texts up to this many words are compared in full. In longer ones, the most frequent words count
only next to other matches, which keeps the cost linear.
"""
_WORD = re.compile(r"\s+|\S+\s*")


class Difference(NamedTuple):
    """Words of the kept text and the copy's words in their place; either may be empty."""

    kept: str
    copy: str


class Run(NamedTuple):
    """Consecutive words, with the white space after them."""

    held_by: Literal["both", "old", "new"]
    words: str


def differing_words(kept: str, copy: str) -> list[Difference]:
    """Return the places where two texts differ, word by word, in order."""
    ours, theirs = kept.split(), copy.split()
    return [
        Difference(" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for what, a, b, c, d in _compared(ours, theirs)
        if what != "equal"
    ]


def runs_of_words(old: str, new: str) -> list[Run]:
    """Merge two texts into non-empty runs of words: in both, only in the old, only in the new.

    White space counts. The runs `both` and `old` concatenate to the old text, `both` and `new` to
    the new one.
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
    """Yield opcodes as `SequenceMatcher.get_opcodes` does.

    The common prefix and suffix skip the matcher: they are most of a copy.
    """
    start = count_equal(ours, theirs)
    n_ours, n_theirs = len(ours), len(theirs)
    end = min(count_equal(reversed(ours), reversed(theirs)), min(n_ours, n_theirs) - start)
    middle = ours[start : n_ours - end], theirs[start : n_theirs - end]
    if start:
        yield "equal", 0, start, 0, start
    is_long = max(map(len, middle)) > _LONG
    for what, a, b, c, d in SequenceMatcher(None, *middle, autojunk=is_long).get_opcodes():
        yield what, a + start, b + start, c + start, d + start
    if end:
        yield "equal", n_ours - end, n_ours, n_theirs - end, n_theirs


def count_equal(ours: Iterable[str], theirs: Iterable[str]) -> int:
    """Return how many items, words or letters, are equal before the first that differs."""
    pairs = zip(ours, theirs, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
