"""Which asterisks of a Markdown text are emphasis, by CommonMark's delimiter runs (6.2).

A run opens emphasis before a word and closes it after one. Unmatched runs are plain asterisks, as
are those between spaces (CommonMark) and between digits: `3*4` is a product. Only two asterisks
between spaces open emphasis at the beginning of a line and close what two others opened, as in
`**Aim: ** We`: the site shows that in bold.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shortscience.pipeline.anchors import Anchored
from shortscience.pipeline.scanner import Covered, Span

# Other runs between spaces mark list items.
_RUN = Anchored("*", re.compile(r"(?<!\*)(?:\*++(?=\S)|(?<=\S)\*{1,3}+(?!\*)|\*\*(?!\*))"))
_BEFORE_LINE = re.compile(r"[ \t]*(?:(?:[-+*>]|#{1,6}|\d{1,3}[.)])[ \t]+)?")
_BLOCK_END = re.compile(r"\n(?=[ \t]{0,40}(?:\n|[-+*] |\d{1,3}[.)] |#{1,6} |>))")
_MOST_BACKSLASHES = 40
_LONGEST_MARKER = 40


@dataclass(slots=True)
class _Opener:
    """A run that may open emphasis, and how many of its asterisks are unmatched."""

    start: int
    end: int


def emphasis(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return the sorted (start, end) of asterisks that mark emphasis outside the given spans."""
    runs = _RUN.matches(text)
    if not runs:
        return []
    opaque = Covered(spans)
    found: list[tuple[int, int]] = []
    openers: list[_Opener] = []
    position = 0
    for run in runs:
        start, end = run.span()
        if openers and _BLOCK_END.search(text, position, start):
            openers.clear()
        position = end
        start += _is_escaped(text, start)
        if start == end or start in opaque:
            continue
        opens, closes = _roles(text, start, end, openers)
        while closes and openers and start < end:
            opener = openers[-1]
            length = min(end - start, opener.end - opener.start)
            found += (opener.end - length, opener.end), (start, start + length)
            opener.end -= length
            start += length
            if opener.end == opener.start:
                openers.pop()
        if opens and start < end:
            openers.append(_Opener(start, end))
    return sorted(found)


def _is_escaped(text: str, position: int) -> bool:
    """Whether an odd number of backslashes precedes a position."""
    before = text[max(0, position - _MOST_BACKSLASHES) : position]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _roles(text: str, start: int, end: int, openers: Sequence[_Opener]) -> tuple[bool, bool]:
    """Whether a run of asterisks can open, and can close, emphasis."""
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    if before.isdigit() and after.isdigit():
        return False, False
    front, back = _kind(before), _kind(after)
    if front == back == " ":
        closes = bool(openers) and openers[-1].end - openers[-1].start == end - start
        return not closes and _begins_line(text, start), closes
    opens = back != " " and (back == "w" or front != "w")
    closes = front != " " and (front == "w" or back != "w")
    return opens, closes


def _begins_line(text: str, position: int) -> bool:
    """Whether only the marker of a block precedes a position in its line."""
    before = text[max(0, position - _LONGEST_MARKER) : position]
    return _BEFORE_LINE.fullmatch(before.rpartition("\n")[2]) is not None


def _kind(character: str) -> str:
    """Classify a character as white space, punctuation or part of a word."""
    if character.isalnum():
        return "w"
    if character.isspace():
        return " "
    return "!" if unicodedata.category(character)[0] in "PS" else "w"
