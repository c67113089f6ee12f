r"""The whole text of a page, with links or without, by extractors that keep line breaks.

Line breaks survive, as does the text around a summary: before it the paper's links, title, authors,
venue and year, which several summaries may share; the votes; a line `[link]` and a line `Summary by
NAME 3 years ago`; after it the words of two buttons, `more` and `less`. So it is in texts by
BeautifulSoup, resiliparse, jusText, newspaper and html-to-text; trafilatura keeps the mark and the
summary, without its empty lines.

An address, if kept, follows its label: `[[link]](address)` by trafilatura, `[link] [address]` by
html-to-text, `[\[link\]](address "Link")` by turndown. turndown escapes Markdown characters in all
texts, trafilatura 2.3 in Markdown, where it fences some texts instead.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import markdown_block, shown_facts, site_text, trafilatura_rows
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.lines import with_line_starts
from shortscience.pipeline.sources.markdown_links import identified
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary, unended

FORM = "extracted-text"
KEEPS_STRUCTURE = True

_MARK = re.compile(
    rb"\[link(?P<escape>\\)?\]"
    rb"(?:\]\((?P<linked>[^\s\"]{1,2000}?)(?P<title> \"Link\")?\)"
    rb"|\s\[(?P<beside>[^\s\[\]]{0,200}/paper\?[^\s\[\]]{1,2000})\])?"
    rb"(?:\s*(?P<open>\[)\s*|\s+)"
    # A long name may be wrapped.
    rb"Summary by\s(?(beside)(?:[^\n]|(?<=\S)\n(?=\S)){1,200}?|[^\n]{1,200}?)\sago"
    rb"(?(open)\s{0,9}\]\(user\?name=[^\s]{1,300}\)|(?:\s\[user\?name=[^\s\[\]]{1,300}\])?)"
    rb"[ \t\r]*\n"
)
_BUTTONS = rb"(?:more\s{1,9}less(?=\s|\Z)|\[ ?more\]\s{1,9}\[ ?less\])"
# An image, whose address some texts keep; its words alone may be the author's.
_IMAGE = rb"(?:!\[Loading\.\.\.\]\([^\s()]{1,200}\)|Loading\.\.\. \[[^\s\[\]]{1,200}\])"
_BELOW = rb"\s{0,99}\n[ \t]*" + _BUTTONS
_ENDS = (
    re.compile(rb"\n[ \t]*(?:%b(?:%b)?|Loading\.\.\.%b)" % (_IMAGE, _BELOW, _BELOW)),
    re.compile(rb"\n[ \t]*" + _BUTTONS),
    # newspaper drops the second button.
    re.compile(rb"\n[ \t]*more\s*\Z"),
)
"""The first of these that follows a summary ends it: an author may write the same as the second."""
_SCHOLAR = b"scholar.google.com"
_PAPER = re.compile(rb"scholar\.google\.com[ \t\r]*\n")
_FOREIGN = re.compile(
    rb"^[ \t]*scholar\.google\.com\b|scholar\.google\.com\]\(|^[ \t]*Your comment:"
    rb"|Summary by guest \d{1,2} minutes ago",
    re.MULTILINE,
)
_BUTTONS_ABOUT = re.compile(rb"^[ \t]*(?:URL\s{1,9}Twitter|more\s{1,400}less)\b", re.MULTILINE)


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a text."""
    return not site_text.is_data(data) and bool(_marks(data))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    marks = _marks(data)
    bounds = [*(mark.start() for mark in marks), len(data)]
    position = 0
    known = NOTHING_KNOWN
    understood = True
    for mark, bound in zip(marks, bounds[1:], strict=True):
        describe = _linked if _has_address(mark) else _plain
        start, known = describe(data, position, mark, known)
        yield from site_text.around(data, position, start)
        end = _end(data, mark, bound)
        if end is None and understood and _breaks_off(data, mark.end(), bound):
            end = bound, bound
        if end is None:
            position = _next_paper(data, mark.end(), bound)
            yield unended(start, position)
            known, understood = NOTHING_KNOWN, False
            continue
        text_end, position = end
        body = decode(data[mark.end() : text_end]).strip()
        body = "" if site_text.is_own(body.encode()) else body
        yield summary(start, position, _unescape(mark)(body), known)
    yield from site_text.around(data, position, len(data))


def _end(data: bytes, mark: re.Match[bytes], bound: int) -> tuple[int, int] | None:
    """Return the span of the words that end a summary, if no others of the site's precede them."""
    ends = (pattern.search(data, mark.end() - 1, bound) for pattern in _ENDS)
    end = next(filter(None, ends), None)
    is_own = end and not _FOREIGN.search(data, mark.end(), end.start())
    return end.span() if end and is_own else None


def _breaks_off(data: bytes, start: int, end: int) -> bool:
    """Whether a page or file breaks off within a text: no words of the site's are in it."""
    patterns = _FOREIGN, _BUTTONS_ABOUT
    words = any(pattern.search(data, start, end) for pattern in patterns)
    return not (words or site_text.speaks(data, start, end))


def _next_paper(data: bytes, start: int, end: int) -> int:
    """Return the start of the last line with a paper's links, else `end`."""
    paper = data.rfind(_SCHOLAR, start, end)
    return end if paper < 0 else max(data.rfind(b"\n", start, paper) + 1, start)


def _marks(data: bytes) -> list[re.Match[bytes]]:
    """Return the marks that open a line; some extractors put blanks before it.

    Where one has an address, those without are words of an author's.
    """
    found = []
    for mark, line in with_line_starts(data, _MARK.finditer(data)):
        before = (b"[" if mark["linked"] else b"") + (mark["escape"] or b"")
        if data[line : mark.start()].strip(b" \t") == before:
            found.append(mark)
    return [mark for mark in found if _has_address(mark)] or found


def _has_address(mark: re.Match[bytes]) -> bool:
    return bool(mark["linked"] or mark["beside"])


def _plain(data: bytes, position: int, mark: re.Match[bytes], before: Facts) -> tuple[int, Facts]:
    """Return the start of a record, and its facts, on a page without links."""
    start = max((m.start() for m in _PAPER.finditer(data, position, mark.start())), default=-1)
    # The votes directly precede the mark; a comment further up may also be a number.
    votes = shown_facts.last_votes(_lines(data[position : mark.start()])[-2:])
    if start < 0:
        return mark.start(), before._replace(votes=votes)
    paper = shown_facts.of_lines(_lines(data[start : mark.start()])[1:])
    return start, paper._replace(votes=votes)


def _linked(data: bytes, position: int, mark: re.Match[bytes], before: Facts) -> tuple[int, Facts]:
    """Return the start of a record, and its facts, on a page with links."""
    block = markdown_block.find(data, position, mark.start())
    start = markdown_block.further(data, position, mark.start()) if block is None else block
    text = data[start : mark.start()]
    if mark["linked"]:
        facts = markdown_block.read(text, _unescape(mark))
        address = markdown_block.address(decode(mark["linked"]))
    else:
        facts = markdown_block.read_beside(text)
        address = decode(mark["beside"])
    return start, identified(facts, address, before)


def _lines(block: bytes) -> list[str]:
    lines = (" ".join(line.split()) for line in decode(block).splitlines())
    return [line for line in lines if line]


def _unescape(mark: re.Match[bytes]) -> markdown_block.Unescape:
    """Return what undoes the escapes of the extractor that wrote a mark.

    turndown keeps the title of a link; trafilatura escapes links even where it leaves texts alone.
    """
    if not mark["escape"]:
        return str
    if mark["title"]:
        return markdown_block.unescaped
    return trafilatura_rows.unescaped_if_all_is if mark["linked"] else trafilatura_rows.unescaped
