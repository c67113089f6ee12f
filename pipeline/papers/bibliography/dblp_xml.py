"""The XML dump of DBLP (https://dblp.org/faq/1474679.html), streamed.

Its named characters are defined in a file beside it. That is never opened, nor is anything else
that a document type names: before the XML is parsed, references are replaced by the characters that
HTML calls so, of which DBLP's are a part, and any other ampersand stands for itself. So no entity
is ever expanded, and a file without a document type is read alike.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import IO

from lxml import etree

from shortscience.pipeline.identifiers import parse_dblp_key, parse_url
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    attempt,
    names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.markup import unmarked

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
_FULL_STOP = re.compile(r"(?<!\.)\.$")  # which DBLP puts behind every title; not one of three
_AMPERSAND = re.compile(rb"&(?:(#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});)?")
_OF_XML = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_NAME = 40
_NAMESAKE = re.compile(r" \d{4}$")  # DBLP numbers people of one name: `Jie Wen 0001`


def recognise(beginning: str) -> bool:
    """Whether it is XML whose root is `dblp`."""
    return bool(re.match(r"\s*<", beginning)) and bool(re.search(r"<dblp[\s>]", beginning))


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per publication; home pages are none."""
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
    """Return the text of an element and of what it contains; None for an empty one."""
    if element is None:
        return None
    return unmarked("".join(map(str, element.itertext()))) or None


class _Resolved:
    """A stream of XML in which characters of HTML are named by their numbers."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = b""

    def read(self, size: int) -> bytes:
        """Read about so many bytes; nothing at the end."""
        data = self._left + self._stream.read(size)
        # A reference may be cut where the read ends.
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
    """Free what was read: the tree would grow with the file."""
    record.clear()
    parent = record.getparent()
    while parent is not None and record.getprevious() is not None:
        del parent[0]
