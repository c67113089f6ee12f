r"""The whole text of a page, its parts joined by blanks or by nothing.

So it is in texts by BeautifulSoup's `get_text(" ", strip=True)`: only line breaks within summaries
survive. Before a summary come the paper's links, title, authors, venue, year and keywords, the
votes, and `[link] Summary by NAME 3 years ago`; after it the words of two buttons, `more less`.
Where a title ends and names begin cannot be told.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import shown_facts, site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary, unended

FORM = "extracted-text"
KEEPS_STRUCTURE = True

# Directly before it are the votes, the last button for sharing, or the end of a style sheet.
_MARK = re.compile(
    rb"\[link\](?:(?<=[\dK}] \[link\]) |(?<=[\dK}]\[link\]))(?:\[edit\] ?)?"
    rb"Summary by (?P<name>[^\n]{0,200}?) ?\d{1,3} (?:second|minute|hour|day|week|month|year)s? ago"
    rb" ?(?=\S)"
)
_GUEST = b"guest"
_BLANK = b"[link] "
_ENDS = tuple(
    re.compile(rb"(?: Loading\.\.\.)? more less(?=%b)" % after) for after in (rb" |\s*\Z", rb"\s")
)
_ENDS_UNPARTED = (re.compile(rb"(?:Loading\.\.\.)?moreless"),)
_PAPER = b"scholar.google.com"
_VOTES = re.compile(rb"(?:\A|(?<= ))(?P<votes>-?\d{1,9}) (?:URL (?:[A-Za-z]{1,20} ){1,30})?\Z")
_BEFORE = re.compile(rb"(?:\d{1,9}|[K}]) ?\Z")
_LONGEST_VOTES = 250


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a text."""
    return not site_text.is_data(data) and _MARK.search(data) is not None


def is_flat(data: bytes) -> bool:
    """Whether no summary has a line break."""
    return all(piece.body is None or "\n" not in piece.body for piece in parse(data))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    marks = list(_MARK.finditer(data))
    bounds = [*(mark.start() for mark in marks), len(data)]
    position = 0
    paper = NOTHING_KNOWN
    for mark, bound in zip(marks, bounds[1:], strict=True):
        if mark["name"] == _GUEST:  # the preview of an empty summary
            continue
        block = data.rfind(_PAPER, position, mark.start())
        if block >= 0:
            paper = _paper(data[block + len(_PAPER) : mark.start()], mark)
        window = max(position, mark.start() - _LONGEST_VOTES)
        votes = _VOTES.search(data, window, mark.start())
        before = votes or _BEFORE.search(data, window, mark.start())
        start = block if block >= 0 else before.start() if before else mark.start()
        yield from site_text.around(data, position, start)
        next_paper = data.find(_PAPER, mark.end(), bound)
        end = _end(data, mark, bound if next_paper < 0 else next_paper)
        if end:
            text_end, position = end
            body = decode(data[mark.end() : text_end]).strip()
            body = "" if site_text.is_own(body.encode()) else body
            facts = paper._replace(votes=int(votes["votes"]) if votes else None)
            yield summary(start, position, body, facts)
        else:
            position = bound if next_paper < 0 else next_paper
            yield unended(start, position)
            paper = NOTHING_KNOWN
    yield from site_text.around(data, position, len(data))


def _end(data: bytes, mark: re.Match[bytes], bound: int) -> tuple[int, int] | None:
    """Return where a summary and its buttons end; None if that is not certain."""
    patterns = _ENDS if mark[0].startswith(_BLANK) else _ENDS_UNPARTED
    found = ([end.span() for end in p.finditer(data, mark.end(), bound)] for p in patterns)
    ends = next(filter(None, found), [])
    if not ends and bound == len(data) and not site_text.speaks(data, mark.end(), bound):
        return bound, bound  # a truncated page
    return ends[0] if len(ends) == 1 else None


def _paper(block: bytes, mark: re.Match[bytes]) -> Facts:
    """Read a title block on one line, if its parts are parted."""
    if not mark[0].startswith(_BLANK):
        return NOTHING_KNOWN
    line, _, _ = decode(block).partition("Keywords:")
    return shown_facts.of_lines([" ".join(line.split())])
