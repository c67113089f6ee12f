"""From a flattened text to its Markdown."""

from collections.abc import Iterator, Sequence
from itertools import chain

from pipeline.cleaning.structure.blocks import blocks, fence_lines
from pipeline.cleaning.structure.headings import heading_starts, headings, underlined
from pipeline.cleaning.structure.items import Surroundings, items
from pipeline.cleaning.structure.layout import COVER, Layout, Mark, cover
from pipeline.cleaning.structure.nesting import indents
from pipeline.cleaning.structure.paragraphs import paragraphs
from pipeline.cleaning.structure.quotes import quotes
from pipeline.cleaning.structure.tables import Table, tables
from pipeline.scanner import Span, scan


def restore(text: str, spans: Sequence[Span] | None = None) -> tuple[str, str]:
    """Return (markdown, structure) of a summary.

    A text that has line breaks kept its `original` structure and is returned as it is; any other
    has its structure `restored`. `spans` are what `scan` finds in the text, if that is known.
    """
    if "\n" in text:
        return text, "original"
    spans = scan(text) if spans is None else spans
    prose = cover(text, spans)
    layout = Layout(text)
    found_tables = list(tables(prose))
    for table in found_tables:
        _part_rows(table, layout)
        extent = table.end - table.rows[0]
        prose = prose[: table.rows[0]] + COVER * extent + prose[table.end :]
    marks = [Mark(table.rows[0], table.end + 1, "table") for table in found_tables]
    marks = _marks(prose, [*marks, *blocks(text, prose, spans)], layout)
    _part_blocks(text, marks, layout)
    paragraphs(prose, marks, layout)
    return layout.apply(), "restored"


def _part_rows(table: Table, layout: Layout) -> None:
    for row in table.rows[1:]:
        layout.put(row, "\n")


def _marks(prose: str, standing: Sequence[Mark], layout: Layout) -> list[Mark]:
    """Return all blocks that show, in order, `standing` ones among them."""
    ends = frozenset(mark.end for mark in standing)
    found = list(standing)
    for heading, line in underlined(prose, ends):
        layout.put(line, "\n")
        found.append(heading)
    ends = frozenset(mark.end for mark in found)
    starts = heading_starts(prose)
    found += items(Surroundings(prose, starts, ends))
    stops = sorted({*starts, *(mark.start for mark in found)})
    found += headings(prose, starts, stops)
    if ">" in prose:
        item_starts = frozenset(mark.start for mark in found if mark.kind == "item")
        ends = frozenset(mark.end for mark in found if mark.kind != "item")
        found += quotes(prose, ends, item_starts)
    return sorted(found)


def _part_blocks(text: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Part the blocks from what is before and behind them."""
    indent = dict(
        zip((m.start for m in marks if m.kind == "item"), _item_indents(marks), strict=True)
    )
    previous: Mark | None = None
    listed = quoted = False
    for mark in marks:
        inside = (
            previous is not None
            and previous.kind in ("item", "quote")
            and previous.end == mark.start
        )
        if mark.kind == "item":
            if not inside:
                quoted = False
                layout.put(mark.start, "\n" + " " * indent[mark.start] if listed else "\n\n")
            listed = True
        elif mark.kind == "quote":
            if not inside:
                layout.put(mark.start, "\n" if quoted else "\n\n")
            quoted = True
        else:
            if not inside:
                layout.put(mark.start, "\n\n")
            layout.put(mark.end, _behind(text, mark))
            listed = quoted = False
        if mark.kind == "code":
            for line in fence_lines(text, mark):
                layout.put(line, "\n")
        previous = mark


def _behind(text: str, block: Mark) -> str:
    """Return the white space behind a block: less where the text goes on about it."""
    if block.kind == "image" and text.startswith(("Figure", "Fig", "Table"), block.end):
        return "\n"
    return "\n\n"


def _item_indents(marks: Sequence[Mark]) -> Iterator[int]:
    """Yield the indentation of every item; nothing is nested across a heading."""
    sections: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.kind == "heading":
            sections.append([])
        elif mark.kind == "item":
            sections[-1].append(mark)
    return chain.from_iterable(map(indents, sections))
