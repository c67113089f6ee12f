"""BibTeX, by bibtexparser: some entries at a time, so that a long file needs no more memory."""

import logging
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import (
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry as Block

from shortscience.pipeline.identifiers import (
    ARXIV,
    Identifier,
    parse_arxiv,
    parse_bibtex_key,
    parse_doi,
    parse_url,
)
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    names,
    plain,
    plain_names,
    year_of,
)

_START = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(]", re.MULTILINE)
_PREPRINT = re.compile(rf"arxiv[:\s]*({ARXIV})", re.IGNORECASE)
_AT_ONCE = 500
_DEFINITION = "string"
_PLACES = ("booktitle", "journal", "journaltitle", "publisher", "school", "institution")


def recognise(beginning: str) -> bool:
    """Whether an entry begins somewhere in the beginning of the file, which is nothing else."""
    return not beginning.lstrip().startswith(("{", "<")) and bool(_START.search(beginning))


def read(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield the entries; what cannot be parsed as one is passed over."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    definitions: list[str] = []
    blocks = _blocks(stream)
    while some := list(islice(blocks, _AT_ONCE)):
        definitions += [block for block in some if _is_definition(block)]
        entries = [block for block in some if not _is_definition(block)]
        parsed = parse_string("".join([*definitions, *entries]))
        yield from map(_entry, parsed.entries)


def _is_definition(block: str) -> bool:
    start = _START.match(block)
    return bool(start and start[1].lower() == _DEFINITION)


def _blocks(stream: IO[bytes]) -> Iterator[str]:
    """Cut a file before each line that begins an entry."""
    block: list[str] = []
    for raw in stream:
        line = raw.decode("utf-8-sig", "replace")
        if block and _START.match(line):
            yield "".join(block)
            block = []
        block.append(line)
    yield "".join(block)


def _entry(block: Block) -> Entry:
    fields = {field.key.lower(): str(field.value) for field in block.fields}
    title = fields.get("title")
    place = next((fields[name] for name in _PLACES if fields.get(name)), None)
    people = split_multiple_persons_names(fields.get("author", ""))
    return Entry(
        names(
            parse_bibtex_key(block.key),
            parse_doi(plain(fields.get("doi", ""))) or parse_url(plain(fields.get("doi", ""))),
            *_preprint(fields),
            *(parse_url(plain(fields.get(name, ""))) for name in ("url", "ee")),
        ),
        plain(title) if title else None,
        plain_names(_given_first(person) for person in people if person != "others"),
        year_of(fields.get("year") or fields.get("date")),
        plain(place) if place else None,
        plain(fields["abstract"]) if fields.get("abstract") else None,
    )


def _preprint(fields: dict[str, str]) -> Iterator[Identifier | None]:
    yield parse_arxiv(fields.get("eprint", ""))
    if written := _PREPRINT.search(fields.get("journal", "")):
        yield parse_arxiv(written[1])


def _given_first(person: str) -> str:
    """Return `Surname, Given` as `Given Surname`."""
    parts = parse_single_name_into_parts(person, strict=False)
    return " ".join([*parts.first, *parts.von, *parts.last, *parts.jr])
