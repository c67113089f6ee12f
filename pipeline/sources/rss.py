"""The site's feeds: RSS with extra elements for key, votes and arXiv id.

Feeds drop addresses from their texts, and short feeds cut texts at 500 bytes and append an
ellipsis. `author` is a display name; the user name is in the link.

Items are found by their tags, so that a damaged item or a truncated feed costs no other item. Each
is then read by a parser that recovers from broken XML and resolves no entities.
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

from shortscience.pipeline.sources import shown_facts
from shortscience.pipeline.sources.encodings import decode, without_surrogates
from shortscience.pipeline.sources.pieces import Facts, Piece, summary

FORM = "rss"
KEEPS_STRUCTURE = True

_FEED = re.compile(rb"<rss\s[^<>]{0,2000}shortscience", re.IGNORECASE)
_TOKEN = re.compile(
    rb"(?P<opening><item[\s>])|(?P<closing></item\s*>)|(?P<cdata><!\[CDATA\[)|\]\]>"
)
_NAMESPACE = "http://www.shortscience.org"
# Characters invalid in XML: a recovering parser drops them, and more with them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:(?P<name>#?\w{1,32});)?")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ONLY_CUT = re.compile(r"[.…\s]*")
_BARE_ANGLE = re.compile(r"<(?![/!?a-zA-Z])")


def recognise(data: bytes) -> bool:
    """Whether the bytes are a feed of the site."""
    return bool(_FEED.search(data, 0, 4096))


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a feed into one piece per item, and the text around them."""
    position = 0
    for start, end in _items(data):
        if start > position:
            yield Piece("boilerplate", position, start)
        yield _piece(data, start, end)
        position = end
    if position < len(data):
        yield Piece("boilerplate", position, len(data))


def _items(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of items; an unclosed one ends with the next item, or the feed."""
    start: int | None = None
    in_cdata = False
    for token in _TOKEN.finditer(data):
        if token["closing"]:
            if start is not None:
                yield start, token.end()
            start, in_cdata = None, False
        elif token["opening"]:
            if start is not None and not in_cdata:
                yield start, token.start()
            start = token.start() if start is None or not in_cdata else start
        else:
            in_cdata = token["cdata"] is not None
    if start is not None:
        yield start, len(data)


def _piece(data: bytes, start: int, end: int) -> Piece:
    item = _read(decode(data[start:end]))
    key, arxiv, link = (_text(item, name) for name in ("bibtexkey", "arxivid", "link"))
    facts = Facts(
        bibtex_key=key,
        title=shown_facts.title_unless_key(_text(item, "title"), key),
        paper_url=f"https://arxiv.org/abs/{arxiv}" if arxiv else None,
        # Not by `urldefrag`, which raises for addresses such as `http://[`.
        author=shown_facts.user(link.partition("#")[2]) if link else None,
        votes=shown_facts.votes(_text(item, "votes")),
        url=link,
    )
    body = _text(item, "description") or ""
    return summary(start, end, "" if _ONLY_CUT.fullmatch(body) else body, facts)


def _read(item: str) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    mended = "".join(_mended(_CONTROLS.sub("", item)))
    framed = f'<rss xmlns:shortscience="{_NAMESPACE}">{mended}</rss>'
    return etree.fromstring(framed.encode("utf-8", "replace"), parser)


def _mended(item: str) -> Iterator[str]:
    """Yield the parts of an item, with everything invalid in XML respelled."""
    position = 0
    while (start := item.find(_CDATA, position)) >= 0:
        end = item.find(_CDATA_END, start)
        if end < 0:
            break
        yield _escaped(item[position:start])
        yield html.escape(item[start + len(_CDATA) : end], quote=False)
        position = end + len(_CDATA_END)
    yield _escaped(item[position:].replace(_CDATA, ""))


def _escaped(markup: str) -> str:
    return _BARE_ANGLE.sub("&lt;", _AMPERSAND.sub(_reference, markup))


def _reference(ampersand: re.Match[str]) -> str:
    """Resolve a named or numbered HTML character; any other ampersand stands for itself."""
    name = ampersand["name"]
    if name is None:
        return "&amp;"
    if name in _OF_XML:
        return ampersand[0]
    character = html.unescape(ampersand[0]) if name[0] == "#" else html5.get(f"{name};")
    if character is None:
        return f"&amp;{name};"
    return html.escape(_CONTROLS.sub("", character), quote=False)


def _text(item: etree._Element | None, name: str) -> str | None:
    """Return the text of an element with a name in any namespace; None if empty."""
    if item is None:
        return None
    found = item.find(f".//{{*}}{name}")
    text = "".join(map(str, found.itertext())) if found is not None else ""
    return without_surrogates(text).strip() or None
