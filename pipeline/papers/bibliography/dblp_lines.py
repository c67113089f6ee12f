"""DBLP records as JSON lines: `key`, `title`, `authors` joined by " and ", `year`."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_dblp_key, parse_doi, parse_url
from shortscience.pipeline.markup import plain_names
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, names, year_of
from shortscience.pipeline.papers.bibliography.json_lines import (
    first_keys,
    plain_text,
    read_each,
    text,
)


def recognise(beginning: str) -> bool:
    """Whether the first line has these keys."""
    return {"key", "title", "authors"} <= first_keys(beginning)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per line."""
    return read_each(stream, _entry, "key")


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        names(
            parse_dblp_key(text(item.get("key")) or ""),
            parse_doi(plain_text(item.get("doi")) or ""),
            parse_url(plain_text(item.get("url")) or ""),
        ),
        plain_text(item.get("title")),
        plain_names((text(item.get("authors")) or "").split(" and ")),
        year_of(item.get("year")),
        plain_text(item.get("venue")),
    )
