"""The XML dump of DBLP (https://dblp.org/faq/1474679.html), streamed.

Its named characters are defined in a file beside it. That is never opened, nor is anything else
that a document type names: a reference is looked up among HTML's names, of which DBLP's are a part,
and stays as it is when it is none of them. So no entity is ever expanded.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import IO

from lxml import etree

from shortscience.pipeline.identifiers import parse_dblp_key, parse_url
from shortscience.pipeline.papers.bibliography.entries import Entry, names, year_of

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
_NAMESAKE = re.compile(r" \d{4}$")  # DBLP numbers people of one name: `Jie Wen 0001`


def recognise(beginning: str) -> bool:
    """Whether it is XML whose root is `dblp`."""
    return bool(re.match(r"\s*<", beginning)) and bool(re.search(r"<dblp[\s>]", beginning))


def read(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield one entry per publication; home pages are none."""
    records = etree.iterparse(
        stream,
        tag=(*_KINDS, "www"),
        load_dtd=False,
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        for _, record in records:
            if record.tag != "www":
                yield _entry(record)
            _forget(record)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"its XML is damaged ({error})") from error


def _entry(record: etree._Element) -> Entry:
    addresses = (parse_url(_text(item)) for item in record.findall("ee"))
    title = record.find("title")
    place = next((found for name in _PLACES if (found := record.findtext(name))), None)
    return Entry(
        names(parse_dblp_key(record.get("key", "")), *addresses),
        _text(title).removesuffix(".") or None if title is not None else None,
        tuple(_NAMESAKE.sub("", _text(author)) for author in record.findall("author")),
        year_of(record.findtext("year")),
        place,
    )


def _text(element: etree._Element) -> str:
    """Return the text of an element and of what it contains, with named characters resolved."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child, etree._Entity):
            parts.append(html5.get(f"{child.name};", child.text or ""))
        elif isinstance(child.tag, str):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _forget(record: etree._Element) -> None:
    """Free what was read: the tree would grow with the file."""
    record.clear()
    parent = record.getparent()
    while parent is not None and record.getprevious() is not None:
        del parent[0]
