r"""Listing pages as extracted by trafilatura 1.8 to 2.0.

A record is a line `[link]`, then the whole summary on one line, then a trailer: the loading image
and the table edge, ` ![]() |`, or only ` |` if images were not extracted. A record with comments
ends with ` ![]()`, a line `2 Comments` or `Your comment:`, and a line `|`. The site's greeting and
logos precede the first record.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.pieces import Piece, summary, unended

FORM = "extracted-text"
KEEPS_STRUCTURE = False

# Patterns begin with an anchor, as `pipeline/anchors.py` explains.
_MARK = re.compile(rb"\[link\](?:(?<=\n\[link\])|(?<=\A\[link\]))[ \t]*\r?$", re.MULTILINE)
_GREETING = re.compile(rb"^Welcome to ShortScience\.org!", re.MULTILINE)
_EDGE = re.compile(rb"\|(?<=[ \n]\|)[ \t]*\r?$", re.MULTILINE)
_BY = re.compile(rb"^[ \t]*Summary by [^\n]{1,200} ago\b", re.MULTILINE)
_IMAGE = b"![]()"
_COMMENTS = re.compile(rb"(?:\A|\n)(?:\d{1,9} Comments?|Your comment:)[ \t\r\n]*\Z")
_COMMENTS_WINDOW = 32
_WHITE = b" \t\r\n"


def recognise(data: bytes) -> bool:
    """Whether the bytes are a listing page in this form."""
    return not site_text.is_data(data) and bool(_MARK.search(data) or _GREETING.search(data))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a listing page into pieces that cover all of its bytes."""
    marks = [match.span() for match in _MARK.finditer(data)]
    bounds = [start for start, _ in marks] + [len(data)]
    yield from site_text.around(data, 0, bounds[0])
    for (mark_start, mark_end), segment_end in zip(marks, bounds[1:], strict=True):
        text_end, record_end = _trailer(data, mark_end, segment_end)
        text_start, text_end = _strip(data, mark_end, text_end)
        if _is_of_another_form(data, text_start, text_end):
            yield unended(mark_start, record_end)
        else:
            yield summary(mark_start, record_end, decode(data[text_start:text_end]))
        yield from site_text.around(data, record_end, segment_end)


def _is_of_another_form(data: bytes, start: int, end: int) -> bool:
    """Whether words of the site's are among the lines of a text: its end is unknown."""
    lines = b"\n" in data[start:end]
    return lines and bool(_BY.search(data, start, end) or site_text.speaks(data, start, end))


def _trailer(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the end of the summary in `data[start:end]`, and the end of its trailer.

    A truncated page may end within the trailer or before it.
    """
    edge = _EDGE.search(data, start, end)
    if edge is None:
        _, record_end = _strip(data, start, end)
        record_end = max(record_end, start)
        text_end = record_end
    else:
        text_end, record_end = edge.span()
    window = max(start, text_end - _COMMENTS_WINDOW)
    if comments := _COMMENTS.search(data[window:text_end]):
        text_end = window + comments.start()
    _, stripped = _strip(data, start, text_end)
    if data.endswith(_IMAGE, start, stripped):
        text_end = stripped - len(_IMAGE)
    return text_end, record_end


def _strip(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Shrink a span to exclude white space at both ends."""
    while start < end and data[start] in _WHITE:
        start += 1
    while end > start and data[end - 1] in _WHITE:
        end -= 1
    return start, end
