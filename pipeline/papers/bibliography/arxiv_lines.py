"""arXiv records as JSON lines: `arxiv_id`, `title`, `authors` joined by ", ", `doi`, `created`.

Such tables have often been through a spreadsheet that stored ids as decimal fractions: 1906.05274
became 1906.0527399999999, and 1708.07120 became 1708.0712. Both are undone.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import IO, Any

from shortscience.pipeline.identifiers import Identifier, parse_arxiv, parse_doi
from shortscience.pipeline.markup import plain_names
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, names, year_of
from shortscience.pipeline.papers.bibliography.json_lines import (
    abstract_text,
    first_keys,
    plain_text,
    read_each,
    text,
)

_FRACTION = re.compile(r"\d{3,4}\.\d+")
_FIVE_DIGITS_SINCE = 1501
VENUE = "arXiv"


def recognise(beginning: str) -> bool:
    """Whether the first line has these keys."""
    return {"arxiv_id", "title", "authors"} <= first_keys(beginning)


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield one entry per line."""
    return read_each(stream, _entry, "arxiv_id")


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        names(arxiv_number(str(item.get("arxiv_id"))), *dois(item.get("doi"))),
        plain_text(item.get("title")),
        plain_names(authors_of(text(item.get("authors")) or "")),
        year_of(item.get("created")),
        VENUE,
        abstract_text(item.get("abstract")),
    )


# Affiliations, in possibly nested brackets, and the colon after a collaboration.
_AFFILIATION = re.compile(r"\s*\((?:[^()]|\((?:[^()]|\([^()]{0,400}\)){0,400}\)){0,2000}\)")
_BETWEEN = re.compile(r",\s+(?:and\s+)?|\s+and\s+|\s*:\s+|\s*;\s+")


def authors_of(written: str) -> list[str]:
    """Return the authors in a list, without their affiliations."""
    return [name.strip() for name in _BETWEEN.split(_AFFILIATION.sub("", written))]


def dois(value: object) -> Iterator[Identifier | None]:
    """Parse the DOIs of a record; a few records have several, separated by a space."""
    return map(parse_doi, (text(value) or "").split())


def arxiv_number(written: str) -> Identifier | None:
    """Parse an arXiv id that may have been stored as a decimal fraction."""
    if found := parse_arxiv(written):
        return found
    if not _FRACTION.fullmatch(written):
        return None
    digits = 5 if Decimal(written) >= _FIVE_DIGITS_SINCE else 4
    number = Decimal(written).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return parse_arxiv(f"{number:0{5 + digits}f}")
