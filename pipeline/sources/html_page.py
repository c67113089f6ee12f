"""Saved pages of the site: listings, papers, users, and pages without summaries.

A page repeats a title block (`div.papertitle`) and summary blocks (`div.vignette`), which hold the
raw Markdown, HTML-escaped, in `pre.source`. Several summaries of one paper follow one title block.
A record spans its summary block, and the title block if that directly precedes it. Paper pages end
with the preview of an empty summary, a block with the id `guest`.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shortscience.pipeline.identifiers import key_in
from shortscience.pipeline.sources import shown_facts
from shortscience.pipeline.sources.archived_links import original
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.markdown_links import permalink
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary
from shortscience.pipeline.sources.times import iso_time

FORM = "html"
KEEPS_STRUCTURE = True

_PAGE = re.compile(rb"<html[\s>]")
_NAME = re.compile(rb"shortscience\.org")
_HEAD_BYTES = 200_000
# Programs that save pages may sort attributes, as BeautifulSoup does, or quote them otherwise.
_BLOCK = re.compile(
    rb"<div (?=(?P<attributes>[^<>]{0,2000}+)>)(?:[^<>]{0,400}?\s)??"
    rb"class=[\"'](?P<kind>papertitle|vignette)\s"
)
_ID = re.compile(rb"(?<![\w-])id=[\"'](?P<id>[^\"'<>]{0,200})[\"']")
_SUMMARY = b"vignette"
"""The class of summaries, which pages without any do not name."""
# pandoc puts code into it. An author's own tags are escaped.
SOURCE = re.compile(rb"<pre (?:[^<>]{0,400}?\s)??class=[\"']source\s[^<>]*>(?:\r?\n)?(?:<code>)?")
_SOURCE_END = b"</pre>"
_SOURCE_ENDS = b"</code></pre>", _SOURCE_END, b"<"
_BLOCK_END = re.compile(rb"</table>\s*</div>")
_GUEST = b"guest"
_PUBLISHED = re.compile(rb'"datePublished"\s*:\s*"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"')
_FIRST = b"vignette-top"
_MAX_MARKUP_BYTES = 1 << 15
"""The limit for a block's markup; the largest known has 14,000. Lexbor's cost is quadratic in the
nesting depth: a block of 100,000 open tags would take a minute.
"""
_SCHOLAR = "https://scholar.google.com/"


def recognise(data: bytes) -> bool:
    """Whether the bytes are a page of the site, or summaries cut from one."""
    lower = data.lower()  # far cheaper than patterns that ignore case
    start = 0
    for name in _NAME.finditer(lower):
        page = _PAGE.search(lower, max(start, name.start() - _HEAD_BYTES), name.start())
        if page is not None:
            return True
        start = name.start()
    cut = any(user is not None for _, user in _divisions(data))
    return cut and SOURCE.search(data) is not None


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    position = 0
    title, paper = None, NOTHING_KNOWN
    for block in _blocks(data):
        if block.user is None:
            title, paper = block, _facts(data[block.start : block.end])
            continue
        start = title.start if title is not None and title.end == block.start else block.start
        if start > position:
            yield Piece("boilerplate", position, start)
        # A paper's page has the date of the paper's first summary, even if it shows another one.
        posted_at = _posted_at(data, position, start) if block.first else None
        yield record(data, start, block, paper._replace(posted_at=posted_at))
        position = block.end
    if position == 0 and _SUMMARY in data:
        yield Piece("rejected", 0, len(data), reason="a page with summaries in unknown markup")
    elif position < len(data):
        yield Piece("boilerplate", position, len(data))


class Block(NamedTuple):
    """A title block, up to the next block, or a summary block with its user's id."""

    start: int
    end: int
    user: bytes | None = None
    first: bool = False
    markdown: tuple[int, int] = (0, 0)


def _divisions(data: bytes) -> Iterator[tuple[re.Match[bytes], bytes | None]]:
    """Yield the tags that begin title blocks and summaries, the latter with their user's id."""
    for match in _BLOCK.finditer(data):
        user = _ID.search(match["attributes"])
        if match["kind"] != _SUMMARY:
            yield match, None
        elif user is not None:
            yield match, user["id"]


def _blocks(data: bytes) -> Iterator[Block]:
    found = [(match, user) for match, user in _divisions(data) if user != _GUEST]
    bounds = [*(match.start() for match, _ in found), len(data)]
    for (match, user), end in zip(found, bounds[1:], strict=True):
        if user is None:
            yield Block(match.start(), end)
            continue
        source = SOURCE.search(data, match.end(), end)
        if source is None:
            yield Block(match.start(), end, user, markdown=(match.end(), match.end()))
            continue
        text_end = end_of_source(data, source.end(), end)
        block_end = _BLOCK_END.search(data, text_end, end)
        stop = block_end.end() if block_end else min(text_end + len(_SOURCE_END), end)
        first = _FIRST in match["attributes"]
        yield Block(match.start(), stop, user, first, (source.end(), text_end))


def end_of_source(data: bytes, start: int, end: int) -> int:
    """Return the end of the text from `start` on; a truncated page ends within it, or in a tag."""
    for mark in _SOURCE_ENDS:
        if (found := data.find(mark, start, end)) >= 0:
            return found
    return end


def record(data: bytes, start: int, block: Block, paper: Facts) -> Piece:
    """Return the record of a summary, with what is known of its paper and what its block says.

    Programs that turn pages into Markdown lose the form with the key, and the user's block.
    """
    markdown_start, markdown_end = block.markdown
    body = html.unescape(decode(data[markdown_start:markdown_end])).strip()
    tree = _tree(data[block.start : markdown_start] + data[markdown_end : block.end])
    address = _address(tree.css_first('a[title="Link"]'))
    link = permalink(address or "")
    of_form = _attribute(tree.css_first("input.paperid"), "value")
    key = of_form or paper.bibtex_key or link.key
    user = link.user if block.user is None else decode(block.user)
    facts = paper._replace(
        bibtex_key=key,
        title=shown_facts.title_unless_key(paper.title, key),
        author=shown_facts.user(html.unescape(user or "")),
        votes=shown_facts.votes(_text(tree.css_first("span.votevalue"))),
        url=address,
    )
    return summary(start, block.end, body, facts)


def _facts(block: bytes) -> Facts:
    """Read a title block."""
    tree = _tree(block)
    address = _attribute(tree.css_first('a[href*="bibtexKey="]'), "href")
    key = key_in(address) if address else None
    # The site closes the links around names twice; programs that mend this leave `and` in them, or
    # nothing.
    names = (_text(node) or "" for node in tree.css("span.paperauthors a"))
    authors = tuple(name.removesuffix(" and") for name in names if name)
    authors = authors or shown_facts.names(_text(tree.css_first("span.paperauthors")) or "")
    # The authors are followed by a link "VENUE - YEAR", then the keywords.
    venues = (shown_facts.venue_and_year(_text(node) or "") for node in tree.css("small > a"))
    venue, year = next(filter(None, venues), (None, None))
    links = (_address(node) for node in tree.css('div[name="links"] a'))
    return Facts(
        bibtex_key=key,
        title=shown_facts.title_unless_key(_text(tree.css_first("span.papertitle")), key),
        authors=authors or None,
        venue=venue,
        year=year,
        abstract=_abstract(tree),
        paper_url=next((link for link in links if link and not link.startswith(_SCHOLAR)), None),
    )


def _tree(markup: bytes) -> LexborHTMLParser:
    return LexborHTMLParser(decode(markup[:_MAX_MARKUP_BYTES]))


def _abstract(tree: LexborHTMLParser) -> str | None:
    """Return the text after the label `Abstract:` in the hidden part of a title block."""
    hidden = tree.css_first('div[id^="more-"]')
    text = hidden.text() if hidden else ""
    return text.partition("Abstract:")[2].strip() or None


def _posted_at(data: bytes, start: int, end: int) -> datetime | None:
    """Return the posting time in the JSON-LD at the top of a paper's page, if that is there."""
    match = _PUBLISHED.search(data, start, end)
    return iso_time(match[1].decode()) if match else None


def _text(node: LexborNode | None) -> str | None:
    return (" ".join(node.text().split()) or None) if node is not None else None


def _address(link: LexborNode | None) -> str | None:
    address = _attribute(link, "href")
    return original(address) if address else None


def _attribute(node: LexborNode | None, name: str) -> str | None:
    return (node.attributes.get(name) or None) if node is not None else None
