"""Images and links: what the URL spans of a text are the address of."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.scanner import Span


class Image(NamedTuple):
    """One image: a Markdown image, an HTML one, or the bare address of one."""

    url: str
    alt: str | None
    raw: str
    start: int
    end: int


class Link(NamedTuple):
    """One link: a Markdown link, an HTML one, an autolink, or a bare address."""

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
_LABEL_LIMIT = 1000
_BLANKS_LIMIT = 40
_TAG_LIMIT = 420


def addresses(text: str, spans: Iterable[Span]) -> Iterator[Image | Link]:
    """Yield the images and links of a text in the order of their addresses."""
    for span in spans:
        if span.kind != "url":
            continue
        before = text[max(0, span.start - _BLANKS_LIMIT) : span.start]
        found = (_markdown if before.rstrip(" \t").endswith("](") else _html)(text, span)
        # What stands in parentheses behind a bracket that nothing opened is no address by itself.
        if found or _ABSOLUTE.match(text, span.inner_start):
            yield found or _bare(text, span.start, span.end, span)


def _markdown(text: str, span: Span) -> Image | Link | None:
    close = _LINK_CLOSE.match(text, span.end)
    bracket = text.rfind("](", 0, span.start)
    opening = _opening_bracket(text, bracket)
    if close is None or opening is None:
        return None
    url = text[span.inner_start : span.inner_end]
    label = text[opening + 1 : bracket]
    if opening > 0 and text[opening - 1] == "!":
        start = opening - 1
        return Image(_normal(url), label or None, text[start : close.end()], start, close.end())
    return _link(text, url, label or None, opening, close.end(), span)


def _opening_bracket(text: str, closing: int) -> int | None:
    """Return the position of the bracket that `text[closing]` closes, within the limit."""
    depth = 0
    for position in range(closing, max(-1, closing - _LABEL_LIMIT), -1):
        escaped = position > 0 and text[position - 1] == "\\"
        if text[position] == "]" and not (escaped and position != closing):
            depth += 1
        elif text[position] == "[" and not escaped:
            depth -= 1
            if depth == 0:
                return position
    return None


def _html(text: str, span: Span) -> Image | Link | None:
    before = text[max(0, span.start - _TAG_LIMIT) : span.start]
    url = text[span.inner_start : span.inner_end]
    if (tag := _IMG.search(before)) and (close := _IMG_CLOSE.match(text, span.end)):
        start = span.start - len(before) + tag.start()
        raw = text[start : close.end()]
        alt = _ALT.search(raw)
        return Image(_normal(url), alt[1] if alt else None, raw, start, close.end())
    if (tag := _ANCHOR.search(before)) and (close := _ANCHOR_CLOSE.match(text, span.end)):
        start = span.start - len(before) + tag.start()
        return _link(text, url, close["label"].strip() or None, start, close.end(), span)
    return None


def _bare(text: str, start: int, end: int, span: Span) -> Image | Link:
    url = text[span.inner_start : span.inner_end]
    if _IMAGE_PATH.search(url.split("?", 1)[0]) and text[start] != "<":
        return Image(_normal(url), None, text[start:end], start, end)
    return _link(text, url, None, start, end, span)


def _link(text: str, url: str, label: str | None, start: int, end: int, span: Span) -> Link:
    address = _normal(url)
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        host = ""
    raw = text[start:end]
    return Link(address, label, host, raw, start, end, span.inner_start, span.inner_end)


def _normal(url: str) -> str:
    """Give an address that begins with `www.` the scheme a browser would."""
    return f"http://{url}" if url.lower().startswith("www.") else url
