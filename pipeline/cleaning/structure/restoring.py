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

_CONTAINERS = ("item", "quote")
_CAPTIONS = ("Figure", "Fig", "Table")


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
    around = Surroundings(prose, starts, ends)
    found += items(around)
    stops = sorted({*starts, *(mark.start for mark in found)})
    found += headings(prose, starts, stops)
    if ">" in prose:
        item_starts = frozenset(mark.start for mark in found if mark.kind == "item")
        ends = frozenset(mark.end for mark in found if mark.kind != "item")
        found += quotes(Surroundings(prose, starts, ends), item_starts)
    return sorted(found)


def _part_blocks(text: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Part the blocks from what is before and behind them."""
    indent = list(_indents(marks))
    for number, mark in enumerate(marks):
        previous = marks[number - 1] if number else None
        # Behind the marker of an item or a quote, a block stands where it belongs.
        if not (previous and previous.end == mark.start and previous.kind in _CONTAINERS):
            quoted = number > 1 and _quotes_items(marks[number - 2 : number + 2])
            layout.put(
                mark.start, "\n" if quoted else _before(text, mark, previous, indent[number])
            )
        elif mark.kind == previous.kind == "quote":
            layout.put(mark.start, "\n")
        if mark.kind not in _CONTAINERS:
            layout.put(mark.end, _behind(text, mark))
        if mark.kind == "code":
            for line in fence_lines(text, mark):
                layout.put(line, "\n")


def _quotes_items(marks: Sequence[Mark]) -> bool:
    """Whether of four marks the third opens the next item of a quoted list."""
    kinds = [mark.kind for mark in marks]
    return kinds == ["quote", "item"] * 2 and all(
        quote.end == item.start for quote, item in (marks[:2], marks[2:])
    )


def _before(text: str, mark: Mark, previous: Mark | None, indent: int) -> str:
    """Return the white space before a block: less where it goes on with what is before it."""
    if mark.kind == "item" and previous and previous.kind == "item":
        return "\n" + " " * indent
    if mark.kind == "math" and _is_within_sentence(text, mark.start):
        return "\n"
    return "\n\n"


def _behind(text: str, block: Mark) -> str:
    """Return the white space behind a block: less where the text goes on about it."""
    if block.kind == "image" and text.startswith(_CAPTIONS, block.end):
        return "\n"
    if block.kind == "math" and _is_within_sentence(text, block.start):
        goes_on = text[block.end : block.end + 1].islower()
        return "\n" if goes_on or text.startswith("Where ", block.end) else "\n\n"
    return "\n\n"


def _is_within_sentence(text: str, position: int) -> bool:
    before = text[position - 2 : position - 1]
    return before.isalnum() or before == ","


def _indents(marks: Sequence[Mark]) -> Iterator[int]:
    """Yield the indentation of every mark; nothing is nested across a heading."""
    sections: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.kind == "heading":
            sections.append([])
        sections[-1].append(mark)
    return chain.from_iterable(map(indents, sections))
