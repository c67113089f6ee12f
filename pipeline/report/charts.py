"""Bar charts as data: a label and values per bar, drawn by a template as a table with SVG.

A chart that is a table reads the same to an eye, to a screen reader and on a phone, needs no
script and gives the same bytes each time; a plotting library would bring fonts and pixels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

_FULL = 1000


@dataclass(frozen=True)
class Bar:
    """One bar: stacked values, one per series."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Bars to one scale; `of` says what a bar stands for."""

    title: str
    of: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    note: str = ""

    def rectangles(self, bar: Bar) -> Iterator[tuple[int, int]]:
        """Yield (start, width) per value, in thousandths of the longest bar; at least 2 if any."""
        longest = max(sum(other.values) for other in self.bars)
        start = 0
        for value in bar.values:
            width = max(2, round(_FULL * value / longest)) if value else 0
            yield start, width
            start += width


def counted(frame: pl.DataFrame, title: str, of: str, counts: str, note: str = "") -> Chart:
    """Return a chart of a frame with two columns: labels and one count each."""
    bars = tuple(Bar(str(label), (count,)) for label, count in frame.iter_rows())
    return Chart(title, of, (counts,), bars, note)


def stacked(
    frame: pl.DataFrame, title: str, of: str, series: Iterable[str], note: str = ""
) -> Chart:
    """Return a chart of a frame with labels, names of series, and counts, in this order."""
    names = tuple(series)
    found: dict[str, dict[str, int]] = {}
    for label, name, count in frame.iter_rows():
        found.setdefault(str(label), {})[name] = count
    bars = (
        Bar(label, tuple(counts.get(name, 0) for name in names)) for label, counts in found.items()
    )
    return Chart(title, of, names, tuple(bars), note)
