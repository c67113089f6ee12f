"""Bar charts as data: a label and values per bar.

The report draws a chart as a table with inline SVG, which works for eyes, screen readers and
phones; the card shows it as a picture. Neither needs scripts or a plotting library, whose fonts and
pixels vary.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import polars as pl

_SHORT_LABEL = 24
FULL = 1000
"""The length of the longest bar, in thousandths."""


@dataclass(frozen=True)
class Bar:
    """One bar: stacked values, one per series.

    `link` shows the summaries behind it in the report: a query of the list, such as `?language=en`,
    or the id of a paper.
    """

    label: str
    values: tuple[int, ...]
    link: str = ""


@dataclass(frozen=True)
class Chart:
    """Bars on one scale; `of` says what the labels are."""

    title: str
    of: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    note: str = ""

    @property
    def has_long_labels(self) -> bool:
        """Whether labels are names, which need more room than the bars."""
        return any(len(bar.label) > _SHORT_LABEL for bar in self.bars)

    @property
    def sentence(self) -> str:
        """A chart with a single bar in words; empty for others."""
        if len(self.bars) != 1:
            return ""
        (bar,) = self.bars
        if len(self.series) == 1:
            return f"All {bar.values[0]:,} {self.series[0]}: {bar.label}."
        counts = (f"{n:,} {name}" for n, name in zip(bar.values, self.series, strict=True))
        return f"{bar.label}: {', '.join(counts)}."

    def rectangles(self, bar: Bar) -> Iterator[tuple[int, int]]:
        """Yield (start, width) per value, in thousandths of the longest bar; at least 2 if any."""
        longest = max(sum(other.values) for other in self.bars)
        start = 0
        for value in bar.values:
            width = max(2, round(FULL * value / longest)) if value else 0
            yield start, width
            start += width


def single(
    frame: pl.DataFrame, title: str, of: str, counts: str, note: str = "", query: str = ""
) -> Chart:
    """Return a chart of a frame with two columns: labels and counts.

    `query` is the parameter by which the list of summaries selects a label.
    """
    bars = (
        Bar(str(label), (count,), query and f"?{urlencode({query: label})}")
        for label, count in frame.iter_rows()
    )
    return Chart(title, of, (counts,), tuple(bars), note)


def stacked(
    frame: pl.DataFrame, title: str, of: str, series: Iterable[str], note: str = ""
) -> Chart:
    """Return a chart of a frame with labels, names of series and counts, in this order."""
    names = tuple(series)
    found: dict[str, dict[str, int]] = {}
    for label, name, count in frame.iter_rows():
        found.setdefault(str(label), {})[name] = count
    bars = (
        Bar(label, tuple(counts.get(name, 0) for name in names)) for label, counts in found.items()
    )
    return Chart(title, of, names, tuple(bars), note)
