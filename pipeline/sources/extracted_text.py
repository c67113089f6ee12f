r"""Listing pages as extracted by trafilatura 1.8 to 2.0.

A record is a line `[link]`, then the whole summary on one line, then a trailer: the loading image
and the table edge, ` ![]() |`, or only ` |` if images were not extracted. A record with comments
ends with ` ![]()`, a line `2 Comments`, and a line `|`. The site's greeting and logos precede the
first record.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.pieces import Piece, summary

FORM = "extracted-text"
KEEPS_STRUCTURE = False

# Patterns begin with an anchor, as `pipeline/anchors.py` explains.
_MARK = re.compile(rb"\[link\](?:(?<=\n\[link\])|(?<=\A\[link\]))[ \t]*\r?$", re.MULTILINE)
_GREETING = re.compile(rb"^Welcome to ShortScience\.org!", re.MULTILINE)
_EDGE = re.compile(rb"\|(?<=[ \n]\|)[ \t]*\r?$", re.MULTILINE)
_IMAGE = b"![]()"
_COMMENTS = re.compile(rb"(?:\A|\n)\d{1,9} Comments?[ \t\r\n]*\Z")
_COMMENTS_WINDOW = 32
_BOILERPLATE = re.compile(
    rb"(?:Welcome to ShortScience\.org![ ]?)?(?:!\[\]\(\)[ ]?){0,9}\|?[ \t\r\n]*"
)
_WHITE = b" \t\r\n"


def recognise(data: bytes) -> bool:
    """Whether the bytes are a listing page in this form."""
    return bool(_MARK.search(data) or _GREETING.search(data))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a listing page into pieces that cover all of its bytes."""
    marks = [match.span() for match in _MARK.finditer(data)]
    bounds = [start for start, _ in marks] + [len(data)]
    yield from _around(data, 0, bounds[0])
    for (mark_start, mark_end), segment_end in zip(marks, bounds[1:], strict=True):
        text_end, record_end = _trailer(data, mark_end, segment_end)
        text_start, text_end = _strip(data, mark_end, text_end)
        yield summary(mark_start, record_end, decode(data[text_start:text_end]))
        yield from _around(data, record_end, segment_end)


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


def _around(data: bytes, start: int, end: int) -> Iterator[Piece]:
    """Cut the bytes outside records into the site's boilerplate and stray text."""
    position = start
    while position < end:
        kind, stop = _run(data, position, end)
        if kind == "boilerplate":
            yield Piece("boilerplate", position, stop)
        else:
            yield Piece("rejected", position, stop, reason="text outside a record")
        position = stop


def _run(data: bytes, start: int, end: int) -> tuple[str, int]:
    """Return the kind of the line at `start`, and the end of the run of lines of that kind."""
    kind = ""
    position = start
    while position < end:
        newline = data.find(b"\n", position, end)
        stop = end if newline < 0 else newline + 1
        known = _BOILERPLATE.fullmatch(data, position, stop) is not None
        line_kind = "boilerplate" if known else "stray"
        if kind and line_kind != kind:
            break
        kind, position = line_kind, stop
    return kind, position


def _strip(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Shrink a span to exclude white space at both ends."""
    while start < end and data[start] in _WHITE:
        start += 1
    while end > start and data[end - 1] in _WHITE:
        end -= 1
    return start, end
