"""Finding where paragraphs begin that no marker shows.

Every sentence of a stretch of prose is given a score: what its first words say, and how long the
paragraph has become. It begins a paragraph if its score is above zero.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from pipeline.cleaning.structure.layout import Layout, Mark
from pipeline.cleaning.structure.openers import opener_score

_BEGINNING = r"(?=[A-Z\"“‘(\[*_$\x7f])"
_SENTENCES = {end: re.compile(rf"\{end}(?:[)\"”’*_]{{1,3}}+)? {_BEGINNING}") for end in ".?!"}
_ABBREVIATIONS = frozenset(
    "e.g. i.e. al. vs. cf. fig. figs. eq. eqs. sec. dr. mr. prof. no. resp. approx. w.r.t. s.t. ca. st.".split()
)
# A capital in the middle of a sentence, at a word that no name begins with: a line began there.
_LOST_END = re.compile(
    r"[AFHITW](?<=[a-z0-9)\]\"*_`\x7f] [AFHITW])"
    r"(?:he|his|hese|hey|here|n|t|s|or|rom|hen|hile|ere|owever|fter|lso|nother|uthors|inally|e)"
    r",? (?=[a-z\x7f])"
)
_RUN_IN = re.compile(r"(\*\*|__)(?<=\s..)(?=\S)(?:(?!\1).){1,80}\1")
_USUAL_LENGTH = 250  # characters of a paragraph


def paragraphs(prose: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Part the paragraphs of the prose between and around the marks."""
    if "**" in prose or "__" in prose:
        _part_run_ins(prose, marks, layout)
    starts = _sentence_starts(prose)
    for begin, end in _stretches(marks, len(prose)):
        low, high = bisect_right(starts, begin), bisect_left(starts, end)
        for position in _chosen(prose, begin, starts[low:high]):
            layout.put(position, "\n\n")


def _part_run_ins(prose: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Begin a paragraph at emphasised words that open a line.

    Where nothing parts them from a sentence that begins behind them, they are a line of their own.
    """
    behind_marks = {mark.end for mark in marks}
    item_ends = {mark.end for mark in marks if mark.kind in ("item", "quote")}
    for match in _RUN_IN.finditer(prose):
        start, end = match.span()
        if start not in behind_marks and start and prose[start - 2] not in ".!?:)*":
            continue
        if start in item_ends:
            continue
        layout.put(start, "\n\n")
        if (
            prose[end - 3] not in ".:?!,"
            and prose.startswith(" ", end)
            and prose[end + 1 : end + 2].isupper()
        ):
            layout.put(end + 1, "\n\n")


def _stretches(marks: Sequence[Mark], length: int) -> Iterator[tuple[int, int]]:
    """Yield where prose begins and ends, but not the items of a list except its last."""
    begin = 0
    inside = ""
    for mark in marks:
        if inside != "quote" and not (inside == mark.kind == "item"):
            yield begin, mark.start
        begin, inside = mark.end, mark.kind
    if inside != "quote":
        yield begin, length


def _sentence_starts(prose: str) -> list[int]:
    found = []
    for end, pattern in _SENTENCES.items():
        if end in prose:
            found += [
                match.end()
                for match in pattern.finditer(prose)
                if not _abbreviated(prose, match.start())
            ]
    found += [match.start() for match in _LOST_END.finditer(prose)]
    return sorted(set(found))


def _abbreviated(prose: str, period: int) -> bool:
    """Whether the sign at `period` belongs to an abbreviation, an initial or a number."""
    if prose[period] != ".":
        return False
    word = prose[prose.rfind(" ", 0, period) + 1 : period + 1]
    return (len(word) == 2 and word[0].isupper()) or word.lstrip("(").lower() in _ABBREVIATIONS


def _chosen(prose: str, begun: int, starts: Sequence[int]) -> Iterator[int]:
    """Yield those starts of sentences that begin a paragraph, the first of which is at `begun`."""
    for start in starts:
        score = opener_score(prose, start) + BIAS
        score += GROW * math.log(max(start - begun, 20) / _USUAL_LENGTH)
        if prose[start - 2] not in _BEFORE:
            score += LOST
        if score > 0:
            yield start
            begun = start


BIAS = -1.2
LOST = 3.0
GROW = 0.4
_BEFORE = '.?!:)"”’*_'
