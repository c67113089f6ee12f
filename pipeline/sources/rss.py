"""The site's feeds: RSS with its own elements for key, votes and arXiv id.

A feed cuts addresses out of its texts, and a short one cuts them at 500 bytes and ends them with an
ellipsis. Its `author` is a display name; the user name stands in the link.

Items are found by their tags, so that damage in one item, or a feed that breaks off, costs no
other. Each is then read by a parser that recovers from broken XML and resolves no entities.
"""

import re
from collections.abc import Iterator

from lxml import etree

from shortscience.pipeline.sources.encodings import decode, without_surrogates
from shortscience.pipeline.sources.pieces import Facts, Piece, summary

FORM = "rss"
KEEPS_STRUCTURE = True

_FEED = re.compile(rb"<rss\s[^<>]{0,2000}shortscience", re.IGNORECASE)
_ITEM = re.compile(rb"<item[\s>].*?</item\s*>", re.DOTALL)
_OPEN_ITEM = re.compile(rb"<item[\s>]")
_NAMESPACE = "http://www.shortscience.org"
_ANONYMOUS = "anon"
# What XML cannot hold: a recovering parser drops it, and more with it.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});)")
_BARE_ANGLE = re.compile(r"<(?![/!?a-zA-Z])")


def recognise(data: bytes) -> bool:
    """Whether the bytes are a feed of the site."""
    return bool(_FEED.search(data, 0, 4096))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a feed into one piece per item, and what stands around them."""
    position = 0
    for item in _ITEM.finditer(data):
        if item.start() > position:
            yield Piece("boilerplate", position, item.start())
        yield _piece(data, item.start(), item.end())
        position = item.end()
    if cut := _OPEN_ITEM.search(data, position):
        if cut.start() > position:
            yield Piece("boilerplate", position, cut.start())
        yield _piece(data, cut.start(), len(data))
    elif position < len(data):
        yield Piece("boilerplate", position, len(data))


def _piece(data: bytes, start: int, end: int) -> Piece:
    item = _read(decode(data[start:end]))
    title, key = _text(item, "title"), _text(item, "bibtexkey")
    votes = _text(item, "votes")
    arxiv = _text(item, "arxivid")
    link = _text(item, "link")
    # By hand: `urldefrag` raises for addresses such as `http://[`, and a feed may hold anything.
    user = link.partition("#")[2] if link else ""
    facts = Facts(
        bibtex_key=key,
        title=None if title == key else title,
        paper_url=f"https://arxiv.org/abs/{arxiv}" if arxiv else None,
        author=None if user in {_ANONYMOUS, ""} else user,
        votes=int(votes) if votes and re.fullmatch(r"-?\d{1,9}", votes) else None,
        url=link,
    )
    return summary(start, end, _text(item, "description") or "", facts)


def _read(item: str) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    mended = _BARE_ANGLE.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", _CONTROLS.sub("", item)))
    framed = f'<rss xmlns:shortscience="{_NAMESPACE}">{mended}</rss>'
    return etree.fromstring(framed.encode("utf-8", "replace"), parser)


def _text(item: etree._Element | None, name: str) -> str | None:
    """Return the text of an element of that name in any namespace; None for an empty one."""
    if item is None:
        return None
    found = item.find(f".//{{*}}{name}")
    text = "".join(map(str, found.itertext())) if found is not None else ""
    return without_surrogates(text).strip() or None
