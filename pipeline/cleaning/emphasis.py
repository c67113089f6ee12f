"""Which asterisks of a Markdown text are emphasis, by the delimiter runs of CommonMark (6.2).

A run opens emphasis before a word and closes it behind one; what nothing closes is an asterisk. So
are those between spaces, as CommonMark has it, and those between digits: `3*4` is a product.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from shortscience.pipeline.scanner import Covered, Span

_MARKER = r"(?:\n|[-+*] |\d{1,3}[.)] |#{1,6} |>)"
_TOKEN = re.compile(rf"\\[*\\]|(?P<run>\*+)|(?P<end>\n(?=[ \t]{{0,40}}{_MARKER}))")


@dataclass(slots=True)
class _Opener:
    """A run that may open emphasis: what is left of it."""

    start: int
    end: int


def emphasis(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return the (start, end) of the asterisks that mark emphasis outside of some spans, sorted."""
    if "*" not in text:
        return []
    opaque = Covered(spans)
    found: list[tuple[int, int]] = []
    openers: list[_Opener] = []
    for token in _TOKEN.finditer(text):
        if token["end"]:
            openers.clear()
        elif token["run"] and token.start() not in opaque:
            start, end = token.span()
            opens, closes = _flanking(text[start - 1 : start] or " ", text[end : end + 1] or " ")
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


def _flanking(before: str, behind: str) -> tuple[bool, bool]:
    """Whether a run of asterisks between two characters may open, and may close emphasis."""
    if before.isdigit() and behind.isdigit():
        return False, False
    opens = not behind.isspace() and (not _is_sign(behind) or not _is_in_word(before))
    closes = not before.isspace() and (not _is_sign(before) or not _is_in_word(behind))
    return opens, closes


def _is_in_word(character: str) -> bool:
    return not character.isspace() and not _is_sign(character)


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
