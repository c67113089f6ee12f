"""Finding where paragraphs begin that no marker shows.

Emphasised words that open a line begin one. Of the other sentences, each gets a score, from what
its first words say (`openers`), how long the paragraph has become, and whether the sentence before
it has an end; it begins a paragraph if the sum is above zero. The weights were set by hand. They
are few, because little more can be known: a model fitted to other texts did worse, and one fitted
to the texts that it was tested on hardly better.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from pipeline.cleaning.structure.layout import COVER, Layout, Mark
from pipeline.cleaning.structure.openers import opener_score

# Most sentences begin no paragraph. One that does must have something to say for it.
_BIAS = -1.2
# A paragraph of the usual length may end; this much per doubling of its length, more or less.
_PER_DOUBLING = 0.28
_USUAL_LENGTH = 250  # characters
_SHORTEST = 20  # characters; less makes no difference
# Where a word that would be small within a sentence has a capital, a line began.
_UNENDED = 3.0

_CLOSING = '"”’)*_'
_SENTENCES = {
    end: re.compile(rf"\{end}[{_CLOSING}]{{0,3}}+ (?=[A-Z\"“‘(\[*_${COVER}])") for end in ".?!"
}
# Patterns begin with one character: the engine finds that fastest.
_UNENDED_BEFORE = [
    re.compile(rf"{word[0]}(?<=[a-z0-9)\]\"*_`{COVER}] {word[0]}){word[1:]},? (?=[a-z{COVER}])")
    for word in (
        *("T(?:he|his|hese|hey|here)", "I[nt]", "W(?:e|hen|hile)"),
        *("A(?:s|fter|lso|nother)", "F(?:or|rom)", "H(?:ere|owever)"),
    )
]
_ENDS = f".?!:{_CLOSING}"
# What ends with a full stop and ends no sentence.
_ABBREVIATIONS = frozenset(
    "e.g. i.e. al. vs. cf. Fig. fig. Figs. figs. Eq. eq. Eqs. eqs. Sec. sec. Dr. Mr. Prof. resp. "
    "approx. w.r.t. s.t. ca.".split()
)

_STRONG = ("**", "__")
_LONGEST_RUN_IN = 84  # characters, its signs included
_BEFORE_RUN_IN = ".!?:)*"
_RUNS_ON = ".:?!,"


def paragraphs(prose: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Part the paragraphs of the prose between and around the marks."""
    _part_run_ins(prose, marks, layout)
    starts = _sentence_starts(prose)
    for begin, end in _stretches(marks, len(prose)):
        low, high = bisect_right(starts, begin), bisect_left(starts, end)
        for position in _chosen(prose, begin, starts[low:high]) if low < high else ():
            layout.put(position, "\n\n")
    for begin, end in _between_lists(prose, marks):
        index = bisect_left(starts, end) - 1
        if index >= 0 and starts[index] > begin:
            layout.put(starts[index], "\n\n")


def _part_run_ins(prose: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Begin a paragraph at emphasised words that open a line.

    Where no sign parts them from a sentence that begins behind them, they are a line of their own.
    """
    behind: dict[int, str] = {}
    for start, end in chain.from_iterable(_emphasised(prose, sign) for sign in _STRONG):
        behind = behind or {0: "", **{mark.end: mark.kind for mark in marks}}
        kind = behind.get(start)
        if kind in ("item", "quote") or (kind is None and prose[start - 2] not in _BEFORE_RUN_IN):
            continue
        layout.put(start, "\n\n")
        if prose[end - 3] not in _RUNS_ON and prose[end + 1 : end + 2].isupper():
            layout.put(end + 1, "\n\n")


def _emphasised(prose: str, sign: str) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of emphasised words."""
    start = prose.find(sign) if sign[0] in prose else -1
    while start >= 0:
        end = prose.find(sign, start + len(sign) + 1, start + _LONGEST_RUN_IN)
        if end < 0 or prose[start + len(sign)] == " " or (start and prose[start - 1] != " "):
            start = prose.find(sign, start + len(sign))
        else:
            yield start, end + len(sign)
            start = prose.find(sign, end + len(sign))


def _stretches(marks: Sequence[Mark], length: int) -> Iterator[tuple[int, int]]:
    """Yield where prose begins and ends: no quotes, and no items of a list except its last."""
    begin = 0
    inside = ""
    for mark in marks:
        if inside != "quote" and not (inside == mark.kind == "item"):
            yield begin, mark.start
        begin, inside = mark.end, mark.kind
    if inside != "quote":
        yield begin, length


def _between_lists(prose: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield the last items of numbered lists whose last sentence announces the next such list."""
    for item, following in pairwise(marks):
        if (
            item.marker == following.marker
            and prose[following.start] == "1" != prose[item.start]
            and prose[following.start - 2] == ":"
        ):
            yield item.end, following.start


def _sentence_starts(prose: str) -> list[int]:
    """Return where sentences could begin, in order, and where a line does within one."""
    found = []
    for pattern in _UNENDED_BEFORE:
        found += [match.start() for match in pattern.finditer(prose)]
    for end, pattern in _SENTENCES.items():
        if end in prose:
            found += [match.end() for match in pattern.finditer(prose)]
    found.sort()
    return found


def _chosen(prose: str, begun: int, starts: Sequence[int]) -> Iterator[int]:
    """Yield those of the sentences that begin a paragraph; the first of all is at `begun`."""
    for start in starts:
        score = _BIAS + opener_score(prose, start)
        if prose[start - 2] not in _ENDS:
            score += _UNENDED
        length = start - begun
        if score <= 0 and length <= _USUAL_LENGTH:
            continue
        score += _PER_DOUBLING * math.log2(max(length, _SHORTEST) / _USUAL_LENGTH)
        if score > 0 and not _follows_abbreviation(prose, start):
            yield start
            begun = start


def _follows_abbreviation(prose: str, start: int) -> bool:
    """Whether the word before a place ends with a full stop, but no sentence with it."""
    word = prose[prose.rfind(" ", 0, start - 1) + 1 : start - 1]
    return word in _ABBREVIATIONS or (len(word) == 2 and word[1] == "." and word[0].isupper())
