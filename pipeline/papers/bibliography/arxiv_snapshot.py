"""The snapshot of arXiv's metadata: JSON lines, one object per paper."""

import re
from collections.abc import Iterator
from typing import IO, Any

from shortscience.pipeline.identifiers import parse_arxiv
from shortscience.pipeline.papers.bibliography.arxiv_lines import VENUE, dois
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    names,
    plain,
    plain_names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.json_lines import first_keys, objects, text


def recognise(beginning: str) -> bool:
    """Whether the first line has the snapshot's keys."""
    keys = first_keys(beginning)
    return {"id", "title", "authors"} <= keys and bool({"categories", "versions"} & keys)


def read(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield one entry per line."""
    for item in objects(stream):
        title, abstract = text(item.get("title")), text(item.get("abstract"))
        yield Entry(
            names(parse_arxiv(str(item.get("id"))), *dois(item.get("doi"))),
            plain(title) if title else None,
            plain_names(_authors(item)),
            _year(item),
            VENUE,
            " ".join(abstract.split()) if abstract else None,
        )


def _authors(item: dict[str, Any]) -> Iterator[str]:
    parsed = item.get("authors_parsed")
    if isinstance(parsed, list):
        # [family name, given names, suffix, affiliations …]
        yield from (" ".join([*part[1:2], part[0], *part[2:3]]) for part in parsed if part)
    else:
        yield from re.split(r",\s+(?:and\s+)?|\s+and\s+", text(item.get("authors")) or "")


def _year(item: dict[str, Any]) -> int | None:
    versions = item.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else {}
    return year_of(first.get("created") or item.get("update_date"))
