"""CSL JSON, as Zotero and Mendeley export it, and the works of Crossref, which resemble it.

The fields are those of https://docs.citationstyles.org/en/stable/specification.html and
https://api.crossref.org; Crossref gives titles in lists.
"""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_arxiv, parse_doi, parse_url
from shortscience.pipeline.markup import plain_names
from shortscience.pipeline.papers.bibliography.arxiv_lines import VENUE
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, names, year_of
from shortscience.pipeline.papers.bibliography.json_lines import (
    abstract_text,
    first_keys,
    object_of,
    objects_of,
    plain_text,
    read_each,
    text,
)

_KEYS = {"type", "title"}
_OTHER_KEYS = {"author", "issued", "container-title"}
_NAME_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def recognise(beginning: str) -> bool:
    """Whether the first item has the keys of a work."""
    keys = first_keys(beginning)
    return keys >= _KEYS and not keys.isdisjoint(_OTHER_KEYS)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per item."""
    return read_each(stream, _entry, "id")


def _entry(item: dict[str, Any]) -> Entry:
    preprint = parse_arxiv(text(item.get("number")) or "")
    return Entry(
        names(
            parse_doi(text(item.get("DOI")) or ""),
            preprint,
            parse_url(text(item.get("URL")) or ""),
        ),
        plain_text(_first(item.get("title"))),
        plain_names(map(_name, objects_of(item.get("author")))),
        _year(object_of(item.get("issued"))),
        plain_text(_first(item.get("container-title"))) or (VENUE if preprint else None),
        abstract_text(item.get("abstract")),
    )


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _name(person: dict[str, Any]) -> str:
    parts = (text(person.get(part)) for part in _NAME_PARTS)
    return " ".join(filter(None, parts)) or text(person.get("literal") or person.get("name")) or ""


def _year(date: dict[str, Any]) -> int | None:
    """Return the year of a date, which is written in one of three ways."""
    return (
        year_of(date.get("date-parts")) or year_of(date.get("raw")) or year_of(date.get("literal"))
    )
