"""arXiv's metadata snapshot: JSON lines, one object per paper."""

from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.markup import plain_names
from shortscience.pipeline.papers.bibliography.arxiv_lines import (
    VENUE,
    arxiv_number,
    authors_of,
    dois,
)
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, names, year_of
from shortscience.pipeline.papers.bibliography.json_lines import (
    abstract_text,
    first_keys,
    plain_text,
    read_each,
    text,
)


def recognise(beginning: str) -> bool:
    """Whether the first line has the snapshot's keys."""
    keys = first_keys(beginning)
    return {"id", "title", "authors"} <= keys and bool({"categories", "versions"} & keys)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per line."""
    return read_each(stream, _entry, "id")


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        names(arxiv_number(str(item.get("id"))), *dois(item.get("doi"))),
        plain_text(item.get("title")),
        plain_names(_authors(item)),
        _year(item),
        VENUE,
        abstract_text(item.get("abstract")),
    )


def _authors(item: dict[str, Any]) -> Iterator[str]:
    parsed = item.get("authors_parsed")
    if not isinstance(parsed, list):
        yield from authors_of(text(item.get("authors")) or "")
        return
    for part in parsed:
        # [family name, given names, suffix, affiliations …]
        if isinstance(part, list):
            known = [str(name or "") for name in [*part[1:2], *part[:1], *part[2:3]]]
            yield " ".join(known).strip(" :;,")


def _year(item: dict[str, Any]) -> int | None:
    versions = item.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    created = first.get("created") if isinstance(first, dict) else None
    return year_of(created or item.get("update_date"))
