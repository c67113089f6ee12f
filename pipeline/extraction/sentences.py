"""The sentence around a citation, as its context."""

import re

_ABBREVIATIONS = ("al", r"i\.e", r"e\.g", "cf", "vs", "Fig", "Sec", "Eq")
_NOT_ABBREVIATED = "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATIONS) + r"(?<![ (.][A-Z]\.)"
# One class begins both alternatives, so that the engine skips what cannot be a boundary.
_BOUNDARY = re.compile(
    rf"[.!?\n](?:(?<=\n)\s*|(?<!\n){_NOT_ABBREVIATED}[\"'”’)\]*_]*(?P<gap>\s+)"
    r"(?=[\"'“‘(\[*_#`$]*[A-Z0-9]))"
)
_MAX_CONTEXT = 1000
_LONGEST_BOUNDARY = 100
_LIMIT = _MAX_CONTEXT // 2 + _LONGEST_BOUNDARY
_USUAL = 200
"""Most sentences are shorter: one that begins further away is looked for a second time."""


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence that holds `text[start:end]`, or all that it reaches into.

    A sentence of more than a thousand characters is cut around the span.
    """
    first = max(_sentence_start(text, start), start - _MAX_CONTEXT // 2)
    last = min(_sentence_end(text, start, end), end + _MAX_CONTEXT // 2)
    return text[first:last].strip()


def _sentence_start(text: str, position: int) -> int:
    for reach in _USUAL, _LIMIT:
        window = max(0, position - reach)
        found = _BOUNDARY.finditer(text, window, position + _LONGEST_BOUNDARY)
        if starts := [match.end() for match in found if match.end() <= position]:
            return starts[-1]
    return 0


def _sentence_end(text: str, start: int, end: int) -> int:
    for match in _BOUNDARY.finditer(text, start, end + _LIMIT):
        boundary = match.start() if match["gap"] is None else match.start("gap")
        if boundary >= end:
            return boundary
    return len(text)
