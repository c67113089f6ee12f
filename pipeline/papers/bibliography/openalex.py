"""OpenAlex works as JSON lines (https://docs.openalex.org/api-entities/works/work-object)."""

import json
from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_doi, parse_url
from shortscience.pipeline.markup import plain_names, unmarked
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, names, year_of
from shortscience.pipeline.papers.bibliography.json_lines import (
    first_keys,
    object_of,
    objects_of,
    plain_text,
    read_each,
    text,
)


def recognise(beginning: str) -> bool:
    """Whether the first line has the keys of a work."""
    keys = first_keys(beginning)
    return "authorships" in keys and bool({"title", "display_name"} & keys)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per line."""
    return read_each(stream, _entry, "id")


def _entry(item: dict[str, Any]) -> Entry:
    # Until 2023, sources were called venues.
    places = [
        *(object_of(item.get(name)) for name in ("primary_location", "host_venue")),
        *objects_of(item.get("locations")),
        *objects_of(item.get("alternate_host_venues")),
    ]
    addresses = [text(place.get(key)) for place in places for key in _ADDRESSES]
    named = (object_of(place.get("source")) or place for place in places[:2])
    sources = (plain_text(place.get("display_name")) for place in named)
    people = (object_of(person.get("author")) for person in objects_of(item.get("authorships")))
    doi = text(item.get("doi")) or text(object_of(item.get("ids")).get("doi")) or ""
    return Entry(
        names(parse_doi(doi), *(parse_url(address) for address in addresses if address)),
        plain_text(item.get("title")) or plain_text(item.get("display_name")),
        plain_names(text(person.get("display_name")) or "" for person in people),
        year_of(item.get("publication_year")),
        next(filter(None, sources), None),
        _abstract(item.get("abstract_inverted_index")),
    )


_ADDRESSES = ("landing_page_url", "pdf_url", "url")


def _abstract(inverted: object) -> str | None:
    """Put the words of an abstract, stored as word → positions, back in order.

    Snapshots of 2023 store that mapping as JSON text, under the key `InvertedIndex`.
    """
    if isinstance(inverted, str):
        try:
            inverted = json.loads(inverted)
        except (ValueError, RecursionError):
            return None
    words = object_of(inverted)
    words = object_of(words.get("InvertedIndex")) or words
    placed = sorted(
        (place, word)
        for word, places in words.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int)
    )
    return unmarked(" ".join(word for _, word in placed)) or None
