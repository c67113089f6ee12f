"""The XML dump of DBLP (https://dblp.org/faq/1474679.html), streamed.

Its named characters are defined in a separate DTD. Neither it nor anything else that a document
type refers to is ever opened: before parsing, entity references are replaced by the HTML characters
of that name, which include DBLP's, and any other ampersand stands for itself. So no entity is
expanded, and a file needs no document type.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import IO

from lxml import etree

from shortscience.pipeline.identifiers import parse_dblp_key, parse_url
from shortscience.pipeline.markup import unmarked
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    attempt,
    names,
    year_of,
)

_KINDS = (
    "article",
    "inproceedings",
    "proceedings",
    "book",
    "incollection",
    "phdthesis",
    "mastersthesis",
    "data",
)
_PLACES = ("booktitle", "journal", "publisher", "school")
_FULL_STOP = re.compile(r"(?<!\.)\.$")  # the full stop DBLP puts after every title, but no ellipsis
_AMPERSAND = re.compile(rb"&(?:(#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});)?")
_OF_XML = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_NAME = 40
_NAMESAKE = re.compile(r" \d{4}$")  # DBLP numbers namesakes: `Jie Wen 0001`


def recognise(beginning: str) -> bool:
    """Whether the file is XML with the root `dblp`."""
    return bool(re.match(r"\s*<", beginning)) and bool(re.search(r"<dblp[\s>]", beginning))


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per publication, skipping home pages."""
    records = etree.iterparse(
        _Resolved(stream),
        tag=(*_KINDS, "www"),
        load_dtd=False,
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        for _, record in records:
            if record.tag != "www":
                yield attempt(_entry, record, str(record.get("key")))
            _forget(record)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"its XML is damaged ({error})") from error


def _entry(record: etree._Element) -> Entry:
    title = _text(record.find("title"))
    place = next((found for name in _PLACES if (found := _text(record.find(name)))), None)
    return Entry(
        names(
            parse_dblp_key(record.get("key", "")),
            *(parse_url(_text(item) or "") for item in record.findall("ee")),
        ),
        _FULL_STOP.sub("", title) or None if title else None,
        plain_people(record),
        year_of(_text(record.find("year"))),
        place,
    )


def plain_people(record: etree._Element) -> tuple[str, ...]:
    """Return the authors of a record."""
    people = (_text(author) or "" for author in record.findall("author"))
    return tuple(name for person in people if (name := _NAMESAKE.sub("", person)))


def _text(element: etree._Element | None) -> str | None:
    """Return the text inside an element, with that of its children; None if empty."""
    if element is None:
        return None
    return unmarked("".join(map(str, element.itertext()))) or None


class _Resolved:
    """A stream of XML with named HTML characters replaced by numeric references."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = b""

    def read(self, size: int) -> bytes:
        """Read about `size` bytes; empty at the end."""
        data = self._left + self._stream.read(size)
        # A read may end inside a reference.
        cut = (
            data.rfind(b"&", max(0, len(data) - _LONGEST_NAME))
            if len(data) > len(self._left)
            else -1
        )
        cut = len(data) if cut < 0 else cut
        self._left = data[cut:]
        resolved = _CONTROLS.sub(b"", _AMPERSAND.sub(_numbered, data[:cut]))
        return resolved or (self.read(size) if data[:cut] else b"")


def _numbered(ampersand: re.Match[bytes]) -> bytes:
    name = ampersand[1]
    if name is None or name in _OF_XML or name[:1] == b"#":
        return ampersand[0] if name else b"&amp;"
    character = html5.get(f"{name.decode()};")
    if character is None:
        return b"&amp;" + name + b";"
    return "".join(f"&#{ord(part)};" for part in character).encode()


def _forget(record: etree._Element) -> None:
    """Free a parsed record, as the tree would grow with the file."""
    record.clear()
    parent = record.getparent()
    while parent is not None and record.getprevious() is not None:
        del parent[0]
