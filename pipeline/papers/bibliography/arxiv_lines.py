"""arXiv records as JSON lines: `arxiv_id`, `title`, `authors` joined by ", ", `doi`, `created`.

Such tables have often been through a spreadsheet, which takes numbers for decimal fractions:
1906.05274 becomes 1906.0527399999999, and 1708.07120 becomes 1708.0712. Both are undone.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import IO

from shortscience.pipeline.identifiers import Identifier, parse_arxiv, parse_doi
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    names,
    plain,
    plain_names,
    year_of,
)
from shortscience.pipeline.papers.bibliography.json_lines import first_keys, objects, text

_FRACTION = re.compile(r"\d{3,4}\.\d+")
_FIVE_DIGITS_SINCE = 1501
VENUE = "arXiv"


def recognise(beginning: str) -> bool:
    """Whether the first line has such keys."""
    return {"arxiv_id", "title", "authors"} <= first_keys(beginning)


def read(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield one entry per line."""
    for item in objects(stream):
        title = text(item.get("title"))
        authors = text(item.get("authors")) or ""
        yield Entry(
            names(arxiv_number(str(item.get("arxiv_id"))), *dois(item.get("doi"))),
            plain(title) if title else None,
            plain_names(re.split(r", | and ", authors)),
            year_of(item.get("created")),
            VENUE,
            text(item.get("abstract")),
        )


def dois(value: object) -> Iterator[Identifier | None]:
    """Parse the DOIs of a record: a few have several, with a space between them."""
    return map(parse_doi, (text(value) or "").split())


def arxiv_number(written: str) -> Identifier | None:
    """Parse an arXiv number that may have been stored as a decimal fraction."""
    if found := parse_arxiv(written):
        return found
    if not _FRACTION.fullmatch(written):
        return None
    digits = 5 if Decimal(written) >= _FIVE_DIGITS_SINCE else 4
    number = Decimal(written).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return parse_arxiv(f"{number:0{5 + digits}f}")
