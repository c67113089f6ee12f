"""Gaps: the runs of several spaces in a text each of whose line breaks became a space.

Some extractors keep what a browser would show as one space. An empty line is two spaces there, and
so shows where a paragraph began. Rules expect single spaces: gaps outside of code are narrowed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from shortscience.pipeline.cleaning.structure.boundaries import Boundary
from shortscience.pipeline.scanner import Covered, Span

_GAP = re.compile("  +")


class Gaps:
    """The gaps of a text: `starts` are the places behind them in the text as `narrowed`."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        code = Covered(span for span in spans if span.kind == "code")
        gaps = [gap.span() for gap in _GAP.finditer(text) if gap.start() not in code]
        starts = [0, *(end for _, end in gaps)]
        ends = [*(start + 1 for start, _ in gaps), len(text)]
        self.narrowed = "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
        self._lost = [0, *accumulate(end - start - 1 for start, end in gaps)]
        self._places = [end - lost for (_, end), lost in zip(gaps, self._lost[1:], strict=True)]
        self.starts = frozenset(self._places)

    def widened(self, boundaries: Iterable[Boundary]) -> list[Boundary]:
        """Return where boundaries of the narrowed text are in the text."""
        lost = self._lost
        return [
            found._replace(start=found.start + lost[bisect_right(self._places, found.start)])
            for found in boundaries
        ]
