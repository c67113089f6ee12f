"""Papers of Semantic Scholar, from its datasets or its API (https://api.semanticscholar.org)."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_arxiv, parse_dblp_key, parse_doi
from shortscience.pipeline.markup import plain, plain_names, unmarked
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    attempt,
    names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.json_lines import (
    first_keys,
    object_of,
    objects,
    objects_of,
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
    for item in objects(stream):
        key = item.get("paperId") or item.get("corpusid") if isinstance(item, dict) else None
        yield attempt(_entry, item, key) if isinstance(item, dict) else item


def _entry(item: dict[str, Any]) -> Entry:
    known = object_of(next(filter(None, map(item.get, _IDENTIFIERS)), None))
    title, abstract = text(item.get("title")), text(item.get("abstract"))
    venue = text(item.get("venue")) or text(object_of(item.get("journal")).get("name"))
    return Entry(
        names(
            parse_doi(text(known.get("DOI")) or ""),
            parse_arxiv(text(known.get("ArXiv")) or ""),
            parse_dblp_key(text(known.get("DBLP")) or ""),
        ),
        plain(title) if title else None,
        plain_names(text(person.get("name")) or "" for person in objects_of(item.get("authors"))),
        year_of(item.get("year")),
        plain(venue) if venue else None,
        unmarked(abstract) or None if abstract else None,
    )
