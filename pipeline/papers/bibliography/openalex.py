"""OpenAlex works as JSON lines (https://docs.openalex.org/api-entities/works/work-object)."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_doi, parse_url
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    names,
    plain,
    plain_names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.json_lines import first_keys, objects, text


def recognise(beginning: str) -> bool:
    """Whether the first line has the keys of a work."""
    keys = first_keys(beginning)
    return "authorships" in keys and bool({"title", "display_name"} & keys)


def read(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield one entry per line."""
    for item in objects(stream):
        title = text(item.get("title")) or text(item.get("display_name"))
        places = [_object(item.get("primary_location")), *_objects(item.get("locations"))]
        addresses = [text(place.get(key)) for place in places for key in _ADDRESSES]
        source = text(_object(places[0].get("source")).get("display_name"))
        people = (_object(person.get("author")) for person in _objects(item.get("authorships")))
        doi = (text(item.get("doi")) or "").removeprefix("https://doi.org/")
        yield Entry(
            names(parse_doi(doi), *(parse_url(address) for address in addresses if address)),
            plain(title) if title else None,
            plain_names(text(person.get("display_name")) or "" for person in people),
            year_of(item.get("publication_year")),
            plain(source) if source else None,
            _abstract(item.get("abstract_inverted_index")),
        )


_ADDRESSES = ("landing_page_url", "pdf_url")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _abstract(inverted: object) -> str | None:
    """Put the words of an abstract back in order: it is stored as word → positions."""
    placed = [(place, word) for word, places in _object(inverted).items() for place in places]
    return " ".join(word for _, word in sorted(placed)) or None
