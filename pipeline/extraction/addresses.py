"""Images and links, built from the URL spans of a text."""

import html
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from shortscience.pipeline.characters import ASCII_PUNCTUATION
from shortscience.pipeline.link_references import Use, definitions, opening_bracket, uses
from shortscience.pipeline.scanner import Span


class Image(NamedTuple):
    """One image: a Markdown image, an HTML one, or the bare address of one."""

    url: str
    alt: str | None
    raw: str
    start: int
    end: int


class Link(NamedTuple):
    """One link: a Markdown link, an HTML one, an autolink, or a bare address.

    `text[url_start:url_end]` is its address, or the whole link if the address is in a definition.
    """

    url: str
    label: str | None
    host: str
    raw: str
    start: int
    end: int
    url_start: int
    url_end: int


_IMAGE_PATH = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)$", re.IGNORECASE)
_LINK_CLOSE = re.compile(r"[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*')?[ \t]*\)")
_ANCHOR = re.compile(r"<a\s[^<>]{0,400}?href\s*=\s*[\"']?$", re.IGNORECASE)
_IMG = re.compile(r"<img\s[^<>]{0,400}?src\s*=\s*[\"']?$", re.IGNORECASE)
_ANCHOR_CLOSE = re.compile(r"[^<>\n]{0,400}>(?P<label>[^<]{0,1000})</a\s*>", re.IGNORECASE)
_IMG_CLOSE = re.compile(r"[^<>\n]{0,400}>")
_ALT = re.compile(r"\balt\s*=\s*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:https?|ftp)://|mailto:|www\.", re.IGNORECASE)
# In the destination of a Markdown link, and in an attribute of HTML (CommonMark 2.4 and 2.5).
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});")
_ESCAPED = re.compile(rf"\\([{ASCII_PUNCTUATION}])|{_ENTITY.pattern}")
_BLANKS_LIMIT = 40
_TAG_LIMIT = 420


def addresses(text: str, spans: Sequence[Span]) -> list[Image | Link]:
    """Return the images and links of a text by position.

    A link by reference counts where it is used, and its definition does not; an unused definition
    counts as a bare address.
    """
    defined = definitions(text, spans)
    by_name = list(uses(text, spans, defined))
    used = {use.address.start for use in by_name}
    found = list(_inline(text, [span for span in spans if span.start not in used]))
    if by_name:
        found += (_by_name(text, use) for use in by_name)
        found.sort(key=lambda item: item.start)
    return found


def _inline(text: str, spans: Sequence[Span]) -> list[Image | Link]:
    """Return the images and links with an address of their own; those in a label are skipped."""
    found: list[Image | Link] = []
    for span in spans:
        if span.kind != "url":
            continue
        before = text[max(0, span.start - _BLANKS_LIMIT) : span.start]
        item = (_markdown if before.rstrip(" \t").endswith("](") else _html)(text, span)
        # Parentheses after an unmatched `]` hold no bare address.
        if item is None and _ABSOLUTE.match(text, span.inner_start):
            item = _bare(text, span)
        if item is None:
            continue
        while found and item.start < found[-1].start and _is_bare(found[-1]):
            found.pop()
        found.append(item)
    return found


def _is_bare(item: Image | Link) -> bool:
    """Whether an item is just an address, which may be the label of another item."""
    if isinstance(item, Image):
        return item.alt is None and item.raw[:1] not in "!<["
    return item.start == item.url_start and item.label is None


def _by_name(text: str, use: Use) -> Image | Link:
    url = _unescaped(text[use.address.inner_start : use.address.inner_end])
    if use.is_image:
        return _image(text, url, use.label, use.start, use.end)
    return _link(text, url, use.label, use.start, use.end, (use.start, use.end))


def _markdown(text: str, span: Span) -> Image | Link | None:
    close = _LINK_CLOSE.match(text, span.end)
    bracket = text.rfind("](", 0, span.start)
    label_start = opening_bracket(text, bracket)
    if close is None or label_start is None:
        return None
    url = _unescaped(text[span.inner_start : span.inner_end])
    label, start = text[label_start:bracket], label_start - 1
    if text[start - 1 : start] == "!":
        return _image(text, url, label, start - 1, close.end())
    return _link(text, url, label, start, close.end(), (span.inner_start, span.inner_end))


def _html(text: str, span: Span) -> Image | Link | None:
    before = max(0, span.start - _TAG_LIMIT), span.start
    inner = span.inner_start, span.inner_end
    url = _ENTITY.sub(_character, text[slice(*inner)])
    if (tag := _IMG.search(text, *before)) and (close := _IMG_CLOSE.match(text, span.end)):
        alt = _ALT.search(text, tag.start(), close.end())
        return _image(text, url, alt and alt[1], tag.start(), close.end())
    if (tag := _ANCHOR.search(text, *before)) and (close := _ANCHOR_CLOSE.match(text, span.end)):
        return _link(text, url, close["label"], tag.start(), close.end(), inner)
    return None


def _bare(text: str, span: Span) -> Image | Link:
    url = text[span.inner_start : span.inner_end]
    if _IMAGE_PATH.search(url.partition("?")[0]) and text[span.start] != "<":
        return _image(text, url, None, span.start, span.end)
    return _link(text, url, None, span.start, span.end, (span.inner_start, span.inner_end))


def _image(text: str, url: str, alt: str | None, start: int, end: int) -> Image:
    return Image(_normal(url), _shown(alt), text[start:end], start, end)


def _link(
    text: str, url: str, label: str | None, start: int, end: int, written: tuple[int, int]
) -> Link:
    """Return a link whose address is `written` between two positions."""
    address = _normal(url)
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        host = ""
    raw = text[start:end]
    return Link(address, _shown(label), host, raw, start, end, *written)


def _shown(written: str | None) -> str | None:
    """Return a label as it is shown, on one line; None if it has no characters."""
    return " ".join((written or "").split()) or None


def _unescaped(destination: str) -> str:
    """Read the characters that a destination writes with a backslash or as an entity."""
    return _ESCAPED.sub(lambda match: match[1] or _character(match), destination)


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _normal(url: str) -> str:
    """Add a scheme to an address that begins with `www.`, as a browser would."""
    return f"http://{url}" if url.lower().startswith("www.") else url
