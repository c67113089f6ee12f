"""What a flattened text is read from, and where its line breaks go."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Literal, NamedTuple

from shortscience.pipeline.cleaning.structure.gaps import Gaps
from shortscience.pipeline.scanner import Span

COVER = "\x7f"
"""Stands for every character of code, math and addresses: prose holds no DEL character."""

CAPTIONS = ("Figure", "Fig", "Table")
"""What the caption of an image begins with."""

Kind = Literal["heading", "item", "code", "math", "image", "table", "rule", "quote", "definition"]


class Mark(NamedTuple):
    """A block that shows in the text: it begins at `start`, and what is behind it at `end`.

    Behind the marker of an item or a quote stands its own text. `marker` tells lists apart.
    """

    start: int
    end: int
    kind: Kind
    marker: str = ""


def cover(text: str, extents: Iterable[tuple[int, int]]) -> str:
    """Return the text with what lies between `extents` covered, so that no marker shows there."""
    parts: list[str] = []
    position = 0
    for start, end in extents:
        parts += text[position:start], COVER * (end - start)
        position = end
    parts.append(text[position:])
    return "".join(parts)


class Layout:
    """Line breaks to come. White space is only ever put where there already is a space."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._white: dict[int, str] = {}

    def put(self, position: int, white: str) -> None:
        """Let `white` stand before the character at `position`; the first one put there stays."""
        if 0 < position < len(self._text) and self._text[position - 1] == " ":
            self._white.setdefault(position, white)

    def widened(self, text: str, gaps: Gaps) -> "Layout":
        """Return the layout of a text whose `gaps` were narrowed for this one."""
        layout = Layout(text)
        layout._white = {gaps.widen(place): white for place, white in self._white.items()}
        return layout

    def apply(self) -> str:
        """Return the text with its line breaks, each for all the spaces there."""
        parts: list[str] = []
        start = 0
        for position, white in sorted(self._white.items()):
            parts += self._text[start:position].rstrip(" "), white
            start = position
        parts.append(self._text[start:])
        return "".join(parts)

    def move(self, spans: Iterable[Span]) -> list[Span]:
        """Return where spans of the text lie in the text with its line breaks."""
        positions = sorted(self._white)
        grown = [0, *accumulate(map(self._growth, positions))]

        def moved(position: int) -> int:
            return position + grown[bisect_right(positions, position)]

        return [
            Span(
                span.kind,
                moved(span.start),
                moved(span.end - 1) + 1,
                moved(span.inner_start),
                moved(span.inner_end - 1) + 1,
            )
            for span in spans
        ]

    def _growth(self, position: int) -> int:
        """Return how much longer the white space at a position becomes."""
        start = position
        while start and self._text[start - 1] == " ":
            start -= 1
        return len(self._white[position]) - (position - start)
