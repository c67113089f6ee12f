"""From a flattened text to its Markdown."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from shortscience.pipeline.cleaning.structure.blocks import blocks, fence_lines
from shortscience.pipeline.cleaning.structure.boundaries import Boundary, of_marks
from shortscience.pipeline.cleaning.structure.gaps import Gaps
from shortscience.pipeline.cleaning.structure.headings import heading_starts, headings, underlined
from shortscience.pipeline.cleaning.structure.items import items
from shortscience.pipeline.cleaning.structure.layout import CAPTIONS, Layout, Mark, cover
from shortscience.pipeline.cleaning.structure.nesting import indents
from shortscience.pipeline.cleaning.structure.paragraphs import paragraphs
from shortscience.pipeline.cleaning.structure.quotes import quotes
from shortscience.pipeline.cleaning.structure.surroundings import Surroundings
from shortscience.pipeline.cleaning.structure.tables import tables
from shortscience.pipeline.scanner import Covered, Span, scan

_CONTAINERS = ("item", "quote")
_NOTHING = Mark(-1, -1, "rule")


class Restored(NamedTuple):
    """The Markdown of a text, where its code, math and URLs lie there, and whose structure it has.

    `structure` is `original` for a text that kept its line breaks, and `restored` for any other.
    `boundaries` are the places in the text where blocks were found to begin, in order.
    """

    markdown: str
    structure: str
    spans: Sequence[Span]
    boundaries: Sequence[Boundary] = ()


def restore(text: str, spans: Sequence[Span] | None = None) -> Restored:
    """Give a flattened text its line breaks; one that has any is returned as it is.

    `spans` are what `scan` finds in the text, if that is known.
    """
    if spans is None:
        spans = scan(text)
    if "\n" in text:
        return Restored(text, "original", spans)
    if "  " in text:
        return _restore_gapped(text, spans)
    layout, boundaries = _lay_out(text, spans, frozenset())
    return Restored(layout.apply(), "restored", layout.move(spans), boundaries)


def _restore_gapped(text: str, spans: Sequence[Span]) -> Restored:
    """Restore a text with gaps: rules see them narrowed, and the Markdown keeps those in lines."""
    gaps = Gaps(text)
    narrow, found = _lay_out(gaps.narrowed, gaps.narrow(spans), gaps.starts)
    layout = narrow.widened(text, gaps)
    boundaries = [boundary._replace(start=gaps.widen(boundary.start)) for boundary in found]
    return Restored(layout.apply(), "restored", layout.move(spans), boundaries)


def _lay_out(
    text: str, spans: Sequence[Span], behind_gaps: frozenset[int]
) -> tuple[Layout, list[Boundary]]:
    """Return the line breaks of a text, and the boundaries of its blocks."""
    layout = Layout(text)
    prose, marks = read_blocks(text, spans, layout, behind_gaps)
    found = paragraphs(prose, marks, behind_gaps)
    breaks = [boundary.start for boundary in found]
    for position in breaks:
        layout.put(position, "\n\n")
    _part(text, marks, breaks, layout)
    return layout, sorted([*of_marks(marks, len(text)), *found])


def read_blocks(
    text: str, spans: Sequence[Span], layout: Layout, behind_gaps: frozenset[int] = frozenset()
) -> tuple[str, list[Mark]]:
    """Return the prose of a text, all else in it covered, and the blocks that show there, in order.

    The lines within tables and underlined headings are put into the layout.
    """
    prose = cover(text, [(span.start, span.end) for span in spans])
    marks = _tables(prose, layout)
    opaque = spans
    if marks:
        prose = cover(prose, [(table.start, table.end - 1) for table in marks])
        inside = Covered(marks)
        opaque = [span for span in spans if span.start not in inside]
    marks += blocks(text, prose, opaque)
    _add_markers(prose, marks, layout, behind_gaps)
    return prose, sorted(marks)


def _tables(prose: str, layout: Layout) -> list[Mark]:
    """Return the tables of a text, and part their rows."""
    found = []
    for table in tables(prose):
        for row in table.rows[1:]:
            layout.put(row, "\n")
        found.append(Mark(table.rows[0], table.end + 1, "table"))
    return found


def _add_markers(
    prose: str, marks: list[Mark], layout: Layout, behind_gaps: frozenset[int]
) -> None:
    """Add headings, list items and quotes to the other blocks."""
    for heading, line in underlined(prose, frozenset(mark.end for mark in marks)):
        layout.put(line, "\n")
        marks.append(heading)
    starts = heading_starts(prose)
    found = items(Surroundings(prose, starts, frozenset(mark.end for mark in marks) | behind_gaps))
    if starts:
        stops = sorted({*starts, *(mark.start for mark in marks), *(mark.start for mark in found)})
        marks += headings(prose, starts, stops)
    if ">" in prose:
        around = Surroundings(prose, starts, frozenset(mark.end for mark in marks) | behind_gaps)
        marks += quotes(around, frozenset(item.start for item in found))
    marks += found


def _part(text: str, marks: Sequence[Mark], breaks: Sequence[int], layout: Layout) -> None:
    """Part the blocks from what is before and behind them; `breaks` begin paragraphs."""
    indent = indents(marks)
    previous = _NOTHING
    margin = column = 0
    listed = quoted = False
    for number, mark in enumerate(marks):
        # Behind the marker of an item or a quote, a block stands where it belongs.
        inside = previous.end == mark.start and previous.kind in _CONTAINERS
        following = marks[number + 1] if number + 1 < len(marks) else _NOTHING
        held = False
        if mark.kind == "quote":
            goes_on = _goes_on(mark, previous, following, quoted=quoted)
            quoted = (following.start, following.kind) == (mark.end, "item")
            inside = inside and not goes_on
            white = "\n" if goes_on else "\n\n"
        elif mark.kind == "item":
            # What a block or a paragraph has parted from its list begins a new one.
            listed = listed and bisect_left(breaks, previous.end) == bisect_left(breaks, mark.start)
            margin = min(margin, indent[number]) if listed else indent[number]
            column = indent[number] - margin
            white = ("\n" if listed and previous.kind == "item" else "\n\n") + " " * column
            column += mark.end - mark.start
        else:
            held = listed and _is_held(mark, following)
            white = _before(text, mark) + " " * column * held
            if not held:
                layout.put(mark.end, _behind(text, mark, following))
            if mark.kind == "code":
                for line in fence_lines(text, mark):
                    layout.put(line, "\n")
        if not inside:
            layout.put(mark.start, white)
        listed = held or mark.kind == "item"
        previous = mark


def _is_held(block: Mark, following: Mark) -> bool:
    """Whether the item before a block holds it: the block has one line, and the list goes on."""
    goes_on = (following.start, following.kind) == (block.end, "item")
    return goes_on and block.kind in ("math", "image")


def _goes_on(quote: Mark, previous: Mark, following: Mark, *, quoted: bool) -> bool:
    """Whether a quote goes on in a line: with a bare `>`, behind one, or with the next list item.

    `quoted` tells that the quote before it held a list item.
    """
    if following.start == quote.end:
        if following.kind == "item" and quoted:
            return True
        if following.kind == "quote" and previous.kind == "quote":
            return True
    return previous.kind == "quote" and previous.end == quote.start


def _before(text: str, block: Mark) -> str:
    return "\n" if block.kind == "math" and _is_within_sentence(text, block.start) else "\n\n"


def _behind(text: str, block: Mark, following: Mark) -> str:
    """Return the white space behind a block: less where the text goes on about it."""
    alike = (following.kind, following.start) == (block.kind, block.end)
    if block.kind == "definition":
        return "\n" if alike else "\n\n"
    if block.kind == "image":
        return "\n" if alike or text.startswith(CAPTIONS, block.end) else "\n\n"
    if block.kind == "math" and _is_within_sentence(text, block.start):
        goes_on = text[block.end : block.end + 1].islower()
        return "\n" if goes_on or text.startswith("Where ", block.end) else "\n\n"
    return "\n\n"


def _is_within_sentence(text: str, position: int) -> bool:
    before = text[position - 2 : position - 1]
    return before.isalnum() or before == ","
