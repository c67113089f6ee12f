"""Finding the places in prose where a paragraph could begin, and the segments that they lie in."""

import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from shortscience.pipeline.abbreviations import is_abbreviated
from shortscience.pipeline.cleaning.structure.layout import CAPTIONS, COVER, Mark
from shortscience.pipeline.cleaning.structure.titles import OPENERS, SMALL_WORDS

_SENTENCE_ENDS = ".?!…"
_CLOSING = r"\"”’)\]*_"
_BEGINS = rf"(?=[\[(A-Z\d{COVER}]|[\"“‘*_]{{1,3}}+[\[(A-Z\d{COVER}])"
# Patterns begin with an anchor, as `pipeline/anchors.py` explains.
_BEHIND = {
    sign: re.compile(rf"{re.escape(sign)}[{_CLOSING}]{{0,4}}+ {begins}")
    for signs, begins in ((_SENTENCE_ENDS, _BEGINS), (COVER, "(?=[A-Z])"))
    for sign in signs
}
# Where a word that would be small within a sentence has a capital, a line began. Most capitals
# follow the end of a sentence: the others are found in bytes, each of which stands for a character
# (`?` for one outside of ASCII) and every capital of which is an `A`.
_CAPITALS = bytes.maketrans(string.ascii_uppercase.encode(), b"A" * len(string.ascii_uppercase))
_CAPITAL_WITHIN = re.compile(rb"A(?<=[a-zA-Z0-9?)\]] .)")
_WORD_WITHIN = re.compile(
    rf"(?:(?<=[^\W_] )|(?<=[^\W_][)\]] ))[A-Z][a-z']*+(?=,?+ (?:[a-z{COVER}]|I[ ']))"
)
_OPENERS = OPENERS - {"A", "I"} | frozenset(
    "My Next Once Moreover Furthermore Therefore Hence".split()
)
_ENUMERATOR = re.compile(r"\((?:[ivx]{1,4}|[a-z]|\d{1,2})\)")


Place = tuple[int, str]
"""Where a paragraph could begin, and what ends before: a sign that ends a sentence, COVER for a
formula, code or an address, or `word` where only the capital behind it tells that a line began."""


class Segment(NamedTuple):
    """Prose between two blocks: its place, and what kinds of blocks stand before and behind it."""

    start: int
    end: int
    opened: str
    closed: str


def parted(
    prose: str, marks: Sequence[Mark], run_ins: Sequence[int]
) -> Iterator[tuple[Segment, list[Place]]]:
    """Yield the segments that paragraphs may part, each with the places where one could begin.

    Between two items of a list, the end of a sentence tells next to nothing.
    """
    found = places(prose)
    starts = [start for start, _ in found]
    for start, end, opened, closed in segments(prose, marks, run_ins) if found else ():
        inside = found[bisect_right(starts, start) : bisect_left(starts, end)]
        if opened == closed == "item":
            inside = [place for place in inside if place[1] not in _SENTENCE_ENDS]
        if inside:
            yield Segment(start, end, opened, closed), inside


def segments(
    prose: str, marks: Sequence[Mark], run_ins: Sequence[int]
) -> Iterator[tuple[int, int, str, str]]:
    """Yield the prose that paragraphs may part: all but titles and quotes, cut at run-ins.

    Each is a tuple of the fields of a `Segment`: most hold no place and need not become one.
    """
    number = begin = 0
    opened = "text"
    for start, end, kind, _ in [*marks, (len(prose), len(prose), "end", "")]:
        while number < len(run_ins) and run_ins[number] < start:
            if opened != "quote":
                yield begin, run_ins[number], opened, "run-in"
            begin, opened = run_ins[number], "run-in"
            number += 1
        if opened == "image" and prose.startswith(CAPTIONS, begin):
            opened = "caption"
        if begin < start and opened != "quote":
            yield begin, start, opened, kind
        begin, opened = end, kind
        while number < len(run_ins) and run_ins[number] <= begin:
            opened = "run-in"
            number += 1


def places(prose: str) -> list[Place]:
    """Return the places where a paragraph could begin, in order."""
    found: list[Place] = []
    for sign, pattern in _BEHIND.items():
        if sign in prose:
            starts = [match.end() for match in pattern.finditer(prose)]
            if sign == ".":
                starts = [start for start in starts if not follows_abbreviation(prose, start)]
            found += zip(starts, repeat(sign))
    found += zip(_lines_within(prose), repeat("word"))
    found.sort()
    return found


def _lines_within(prose: str) -> Iterator[int]:
    """Yield where a line began within a sentence."""
    capitals = prose.encode("ascii", "replace").translate(_CAPITALS)
    for capital in _CAPITAL_WITHIN.finditer(capitals):
        start = capital.start()
        match = _WORD_WITHIN.match(prose, start)
        if match is None:
            continue
        word = match[0]
        if (word in _OPENERS or word.endswith("ly")) and not _goes_on(prose, start - 1):
            yield start


def _goes_on(prose: str, end: int) -> bool:
    """Whether a line can hardly end here: a title goes on behind a small word or `(ii)`."""
    word = prose[prose.rfind(" ", 0, end) + 1 : end]
    return word.lower() in SMALL_WORDS or _ENUMERATOR.fullmatch(word) is not None


def follows_abbreviation(prose: str, start: int) -> bool:
    """Whether the word before a place ends with a full stop, but no sentence with it."""
    word = prose[prose.rfind(" ", 0, start - 1) + 1 : start - 1]
    return word[-1:] == "." and is_abbreviated(word[:-1], prose[start])
