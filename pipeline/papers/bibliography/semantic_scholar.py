"""Papers of Semantic Scholar, from its datasets or its API (https://api.semanticscholar.org)."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_arxiv, parse_dblp_key, parse_doi
from shortscience.pipeline.markup import plain_names
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

_IDENTIFIERS = ("externalIds", "externalids")
"""In the API, and in the datasets."""


def recognise(beginning: str) -> bool:
    """Whether the first paper has these keys."""
    keys = first_keys(beginning)
    return "title" in keys and not keys.isdisjoint(_IDENTIFIERS)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per paper."""
    return read_each(stream, _entry, "paperId", "corpusid")


def _entry(item: dict[str, Any]) -> Entry:
    known = object_of(next(filter(None, map(item.get, _IDENTIFIERS)), None))
    return Entry(
        names(
            parse_doi(text(known.get("DOI")) or ""),
            parse_arxiv(text(known.get("ArXiv")) or ""),
            parse_dblp_key(text(known.get("DBLP")) or ""),
        ),
        plain_text(item.get("title")),
        plain_names(text(person.get("name")) or "" for person in objects_of(item.get("authors"))),
        year_of(item.get("year")),
        plain_text(item.get("venue")) or plain_text(object_of(item.get("journal")).get("name")),
        abstract_text(item.get("abstract")),
    )
