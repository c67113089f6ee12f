"""Sentence boundaries, for the context of a citation."""

import re
from bisect import bisect_left, bisect_right

_ABBREVIATIONS = ("al", r"i\.e", r"e\.g", "cf", "vs", "Fig", "Sec", "Eq")
_NOT_ABBREVIATED = "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATIONS) + r"(?<![ (.][A-Z]\.)"
# One class begins both alternatives, so that the engine skips what cannot be a boundary.
_BOUNDARY = re.compile(
    rf"[.!?\n](?:(?<=\n)\s*|(?<!\n){_NOT_ABBREVIATED}[\"'”’)\]*_]*(?P<gap>\s+)"
    r"(?=[\"'“‘(\[*_#`$]*[A-Z0-9]))"
)
_MAX_CONTEXT = 1000


class Sentences:
    """The sentences of one text, found once and looked up by position."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = []
        self._starts = [0]
        for match in _BOUNDARY.finditer(text):
            self._ends.append(match.start() if match["gap"] is None else match.start("gap"))
            self._starts.append(match.end())
        self._ends.append(len(text))

    def around(self, start: int, end: int) -> str:
        """Return the sentence that holds `text[start:end]`, or all that it reaches into.

        A sentence of more than a thousand characters is cut around the span.
        """
        first = self._starts[max(0, bisect_right(self._starts, start) - 1)]
        last = self._ends[min(len(self._ends) - 1, bisect_left(self._ends, end))]
        first = max(first, start - _MAX_CONTEXT // 2)
        last = min(last, end + _MAX_CONTEXT // 2)
        return self._text[first:last].strip()
