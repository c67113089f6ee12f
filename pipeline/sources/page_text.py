"""The whole text of a page, as BeautifulSoup and resiliparse extract it.

Line breaks survive, and so does what stands around a summary: before it the links, title, authors,
venue and year of the paper; then a line `[link]` and a line `Summary by NAME 3 years ago`; behind
it the words of two buttons, `more` and `less`.
"""

import re
from collections.abc import Iterator

from pipeline.identifiers import parse_bibtex_key
from pipeline.sources.encodings import decode
from pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece

FORM = "extracted-text"
KEEPS_STRUCTURE = True

_MARK = re.compile(
    rb"\[link\](?:(?<=\n\[link\])|(?<=\A\[link\]))\s+Summary by [^\n]{1,200}? ago[ \t\r]*\n"
)
_BUTTONS = re.compile(rb"(?:\n[ \t]*Loading\.\.\.)?\s*\n[ \t]*more\s{1,9}less(?=\s|\Z)")
_PAPER = re.compile(rb"scholar\.google\.com[ \t\r]*\n")
_VENUE = re.compile(r"(?P<venue>.*?) ?- (?P<year>\d{1,4})(?: via .*)?")
_NUMBER = re.compile(r"-?\d{1,9}")
_MAX_AUTHOR_LINES = 100


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a text."""
    return bool(_MARK.search(data))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    marks = list(_MARK.finditer(data))
    bounds = [*(mark.start() for mark in marks), len(data)]
    position = 0
    for mark, end in zip(marks, bounds[1:], strict=True):
        start = max((m.start() for m in _PAPER.finditer(data, position, mark.start())), default=-1)
        facts = _facts(decode(data[start : mark.start()])) if start >= 0 else NOTHING_KNOWN
        start = start if start >= 0 else mark.start()
        if start > position:
            yield Piece("boilerplate", position, start)
        buttons = _BUTTONS.search(data, mark.end() - 1, end)
        # A page that breaks off has no buttons.
        text_end = buttons.start() if buttons else end
        position = buttons.end() if buttons else end
        body = decode(data[mark.end() : text_end]).strip()
        if body:
            yield Piece("record", start, position, body, facts)
        else:
            yield Piece("rejected", start, position, reason="no text")
    if position < len(data):
        yield Piece("boilerplate", position, len(data))


def reread(raw: str) -> Piece | None:
    """Parse the raw text of one record again; None if it is none of this form."""
    return next((piece for piece in parse(raw.encode()) if piece.kind == "record"), None)


def _facts(block: str) -> Facts:
    """Read what stands between the paper's links and the mark."""
    lines = [line.strip() for line in block.splitlines()[1:] if line.strip()]
    if not lines:
        return NOTHING_KNOWN
    title, *rest = lines
    venues = ((place, _VENUE.fullmatch(line)) for place, line in enumerate(rest))
    place, venue = next(((p, v) for p, v in venues if v and p < _MAX_AUTHOR_LINES), (0, None))
    authors = tuple(name for name in re.split(r"\s+and\s+", " ".join(rest[:place])) if name)
    year = int(venue["year"]) if venue else 0
    # The last bare number before the mark stands between the arrows to vote up and down.
    votes = [line for line in rest if _NUMBER.fullmatch(line)]
    # Where the site knows no title it shows the key, and nobody as author.
    key = title if not authors and " " not in title and parse_bibtex_key(title) else None
    return Facts(
        bibtex_key=key,
        title=None if key else title,
        authors=authors or None,
        venue=(venue["venue"] or None) if venue else None,
        year=year or None,
        votes=int(votes[-1]) if votes else None,
    )
