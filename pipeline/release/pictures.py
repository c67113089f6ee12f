"""Charts as SVG files, included in the release and shown by the card."""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shortscience.pipeline.release import census
from shortscience.pipeline.release.charts import FULL, Bar, Chart

FOLDER = "charts"
PICTURES: dict[str, Callable[[Path], Chart]] = {
    "evidence": census.evidence,
    "years": census.summarised_years,
    "lengths": census.lengths,
    "records": census.outcomes,
}
"""Charts by file name."""
_WIDTH, _MARGIN, _LINE = 720, 20, 22
_LABELS, _BARS = 170, 370
"""Pixels for the labels and for the longest bar; values are right of the bars."""
_LONGEST_LABEL = 22
_STYLE = """
text { fill: #1c2026 }
.quiet { fill: #565d68 }
.back { fill: #fdfdfc }
.s0 { fill: #1f6fb5 }
.s1 { fill: #d9822b }
.s2 { fill: #8a4fb0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6e8eb }
.quiet { fill: #a9b1bc }
.back { fill: #15181c }
.s0 { fill: #5aa5e6 }
.s1 { fill: #eba45c }
.s2 { fill: #be8fe0 }
}
"""
"""The report's colours on an opaque background, as the page around the picture may be light or dark
regardless of the reader's system setting.
"""


def write_pictures(release: Path) -> None:
    """Draw every picture of a release whose tables are written."""
    (release / FOLDER).mkdir()
    for name, count in PICTURES.items():
        (release / FOLDER / f"{name}.svg").write_text(draw(count(release)), encoding="utf-8")


def show_picture(name: str, alt: str) -> str:
    """Return the Markdown that shows a picture in the release's card."""
    return f"![{alt}]({FOLDER}/{name}.svg)"


def draw(chart: Chart) -> str:
    """Return a chart as a self-contained SVG document, without scripts, fonts or other files.

    Its lines are the title, note and legend, and one per bar.
    """
    legend = len(chart.series) > 1 and not chart.sentence
    first = 1 + bool(chart.note) + legend
    lines = first + max(1, len(chart.bars))
    height = 2 * _MARGIN + lines * _LINE
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_WIDTH} {height}",
            "width": str(_WIDTH),
            "height": str(height),
            "role": "img",
            "font-family": "system-ui, sans-serif",
            "font-size": "13",
        },
    )
    SubElement(svg, "title").text = chart.title
    SubElement(svg, "style").text = _STYLE
    _rectangle(svg, (0, 0, _WIDTH, height), "back")
    _write(svg, _MARGIN, 0, chart.title, **{"font-size": "16", "font-weight": "600"})
    if chart.note:
        _write(svg, _MARGIN, 1, chart.note, **{"class": "quiet"})
    if legend:
        _draw_legend(svg, first - 1, chart)
    if chart.sentence:
        _write(svg, _MARGIN, first, chart.sentence)
    for line, bar in enumerate([] if chart.sentence else chart.bars, first):
        _draw_bar(svg, line, chart, bar)
    if not chart.bars:
        _write(svg, _MARGIN, first, "none", **{"class": "quiet"})
    indent(svg, "")
    return tostring(svg, encoding="unicode") + "\n"


def _draw_legend(svg: Element, line: int, chart: Chart) -> None:
    left = _MARGIN
    for number, name in enumerate(chart.series):
        _rectangle(svg, (left, _top(line) + 5, 12, 12), f"s{number}")
        _write(svg, left + 18, line, name)
        left += 40 + 8 * len(name)


def _draw_bar(svg: Element, line: int, chart: Chart, bar: Bar) -> None:
    label = bar.label
    if len(label) > _LONGEST_LABEL:
        label = f"{label[: _LONGEST_LABEL - 1]}…"
    _write(svg, _MARGIN + _LABELS - 10, line, label, **{"text-anchor": "end"})
    left = _MARGIN + _LABELS
    end: float = left
    for number, (start, width) in enumerate(chart.rectangles(bar)):
        if width:
            place, size = (round(part * _BARS / FULL, 1) for part in (start, width))
            _rectangle(svg, (left + place, _top(line) + 3, size, _LINE - 6), f"s{number}")
            end = left + place + size
    _write(svg, end + 8, line, " + ".join(f"{value:,}" for value in bar.values if value) or "0")


def _top(line: int) -> int:
    return _MARGIN + line * _LINE


def _rectangle(svg: Element, box: tuple[float, float, float, float], kind: str) -> None:
    sizes = zip(("x", "y", "width", "height"), map(str, box), strict=True)
    SubElement(svg, "rect", {**dict(sizes), "class": kind})


def _write(svg: Element, left: float, line: int, text: str, **attributes: str) -> None:
    place = {"x": str(left), "y": str(_top(line) + 16)}
    SubElement(svg, "text", place | attributes).text = text
