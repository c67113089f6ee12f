"""Gaps: the runs of several spaces in a text each of whose line breaks became a space.

Some extractors keep what a browser would show as one space. An empty line is two spaces there, and
so shows where a paragraph began. Rules expect single spaces, so they see the text narrowed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from shortscience.pipeline.scanner import Span

_GAP = re.compile("  +")


class Gaps:
    """The gaps of a text: `starts` are the places behind them in the text as `narrowed`."""

    def __init__(self, text: str) -> None:
        gaps = [gap.span() for gap in _GAP.finditer(text)]
        self.narrowed = _GAP.sub(" ", text)
        self._lost = [0, *accumulate(end - start - 1 for start, end in gaps)]
        self._ends = [end for _, end in gaps]
        self._places = [end - lost for end, lost in zip(self._ends, self._lost[1:], strict=True)]
        self.starts = frozenset(self._places)

    def narrow(self, spans: Iterable[Span]) -> list[Span]:
        """Return where spans of the text are in the narrowed text."""
        return [Span(span.kind, *map(self._narrow, span[1:])) for span in spans]

    def _narrow(self, position: int) -> int:
        return position - self._lost[bisect_right(self._ends, position)]

    def widen(self, place: int) -> int:
        """Return where a place in the narrowed text, behind a space, is in the text."""
        return place + self._lost[bisect_right(self._places, place)]
