"""DBLP records as JSON lines: `key`, `title`, `authors` joined by " and ", `year`."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_dblp_key, parse_doi, parse_url
from shortscience.pipeline.markup import plain, plain_names
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    attempt,
    names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.json_lines import first_keys, objects, text


def recognise(beginning: str) -> bool:
    """Whether the first line has these keys."""
    return {"key", "title", "authors"} <= first_keys(beginning)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per line."""
    for item in objects(stream):
        yield attempt(_entry, item, item.get("key")) if isinstance(item, dict) else item


def _entry(item: dict[str, Any]) -> Entry:
    title, venue, url = (text(item.get(name)) for name in ("title", "venue", "url"))
    return Entry(
        names(
            parse_dblp_key(text(item.get("key")) or ""),
            parse_doi(plain(text(item.get("doi")) or "")),
            parse_url(plain(url or "")),
        ),
        plain(title) if title else None,
        plain_names((text(item.get("authors")) or "").split(" and ")),
        year_of(item.get("year")),
        plain(venue) if venue else None,
    )
