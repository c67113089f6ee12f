"""Markdown in which tables stayed HTML, as by turndown with its plugin for GitHub's tables.

A summary is such a table, with the raw Markdown in `pre.source` as on the page. Above it are the
paper's links, title, authors, venue and year as Markdown.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from shortscience.pipeline.sources import html_page, markdown_block, site_text
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Piece, unended

FORM = "extracted-text"
KEEPS_STRUCTURE = True

_TABLE = b"<table"
_TABLE_END = b"</table>"
_ENDS = b"</pre>", b"</code></pre>"
_LONGEST_HEAD = 1 << 16
_GUEST = b"Summary by guest "


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a page."""
    source = html_page.SOURCE.search(data)
    return source is not None and not site_text.is_data(data)


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    position = 0
    known = NOTHING_KNOWN
    sources = html_page.SOURCE.finditer(data)
    # The first source of each table.
    found = {_table(data, source): source for source in reversed(list(sources))}
    bounds = [*sorted(found), len(data)]
    for table, bound in pairwise(bounds):
        source = found[table]
        block = markdown_block.find(data, position, table)
        start = table if block is None else block
        yield from site_text.around(data, position, start)
        text_end = html_page.end_of_source(data, source.end(), bound)
        table_end = data.find(_TABLE_END, text_end, bound)
        position = bound if table_end < 0 else table_end + len(_TABLE_END)
        # A page may break off within the text, or the tag that ends it.
        if not data.startswith(_ENDS, text_end) and len(data) - text_end >= len(_ENDS[0]):
            next_block = markdown_block.find(data, source.end(), bound)
            position = bound if next_block is None else next_block
            yield unended(start, position)
            known = NOTHING_KNOWN
            continue
        summary = html_page.Block(table, position, markdown=(source.end(), text_end))
        if block is not None:
            known = markdown_block.read(data[block:table], markdown_block.unescaped)
        piece = html_page.record(data, start, summary, known)
        if block is None and piece.facts.bibtex_key != known.bibtex_key:
            piece = html_page.record(data, start, summary, NOTHING_KNOWN)
        known = piece.facts
        # The preview of an empty summary.
        is_preview = piece.body is None and _GUEST in data[table:position]
        yield Piece("boilerplate", start, position) if is_preview else piece
    yield from site_text.around(data, position, len(data))


def _table(data: bytes, source: re.Match[bytes]) -> int:
    """Return the start of the table around a summary's source."""
    table = data.rfind(_TABLE, max(0, source.start() - _LONGEST_HEAD), source.start())
    return source.start() if table < 0 else table
