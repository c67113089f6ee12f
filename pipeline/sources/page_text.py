"""The whole text of a page, as extracted by BeautifulSoup and resiliparse.

Line breaks survive, as does the text around a summary: before it the paper's links, title, authors,
venue and year, which several summaries may share; the votes; a line `[link]` and a line `Summary by
NAME 3 years ago`; after it the words of two buttons, `more` and `less`. trafilatura 2.3 keeps the
mark and the summary, without its empty lines.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import shown_facts, site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.lines import with_line_starts
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Piece, summary

FORM = "extracted-text"
KEEPS_STRUCTURE = True

_MARK = re.compile(
    rb"\[link\](?:(?<=[ \t\n]\[link\])|(?<=\A\[link\]))\s+Summary by [^\n]{1,200}? ago[ \t\r]*\n"
)
_BUTTONS = re.compile(rb"(?:\n[ \t]*Loading\.\.\.)?\s*\n[ \t]*more\s{1,9}less(?=\s|\Z)")
_PAPER = re.compile(rb"scholar\.google\.com[ \t\r]*\n")


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a text."""
    return next(_marks(data), None) is not None


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    marks = list(_marks(data))
    bounds = [*(mark.start() for mark in marks), len(data)]
    position = 0
    paper = NOTHING_KNOWN
    for mark, end in zip(marks, bounds[1:], strict=True):
        start = max((m.start() for m in _PAPER.finditer(data, position, mark.start())), default=-1)
        # The votes directly precede the mark; a comment further up may also be a number.
        votes = shown_facts.last_votes(_lines(data[position : mark.start()])[-2:])
        if start < 0:
            start = mark.start()
        else:
            paper = shown_facts.of_lines(_lines(data[start : mark.start()])[1:])
        facts = paper._replace(votes=votes)
        yield from site_text.around(data, position, start)
        buttons = _BUTTONS.search(data, mark.end() - 1, end)
        # A truncated page has no buttons.
        text_end = buttons.start() if buttons else end
        position = buttons.end() if buttons else end
        body = decode(data[mark.end() : text_end]).strip()
        yield summary(start, position, body, facts)
    yield from site_text.around(data, position, len(data))


def _marks(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the marks that open a line; some extractors put blanks before it."""
    for mark, line in with_line_starts(data, _MARK.finditer(data)):
        if not data[line : mark.start()].strip(b" \t"):
            yield mark


def _lines(block: bytes) -> list[str]:
    lines = (" ".join(line.split()) for line in decode(block).splitlines())
    return [line for line in lines if line]
