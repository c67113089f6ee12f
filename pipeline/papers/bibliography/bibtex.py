"""BibTeX and biblatex, by pybtex: block by block, in bounded memory.

pybtex's low-level parser continues after errors and accepts repeated fields and keys; bibtexparser
(1 and 2) silently drops such entries.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO, NamedTuple

from shortscience.pipeline.identifiers import (
    ARXIV,
    ARXIV_LABELLED,
    Identifier,
    dois,
    parse_arxiv,
    parse_bibtex_key,
    parse_doi,
    parse_url,
)
from shortscience.pipeline.markup import plain, plain_names
from shortscience.pipeline.papers.bibliography.bibtex_blocks import START, blocks
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    Parent,
    Unread,
    attempt,
    names,
    year_of,
)

_PLACES = ("booktitle", "journal", "journaltitle", "publisher", "school", "institution")
_SUBTITLE_OF = {"title": "subtitle", "booktitle": "booksubtitle", "journaltitle": "journalsubtitle"}
_NO_ENTRIES = frozenset(("comment", "xdata"))
_PARENTS = frozenset(
    "proceedings mvproceedings book mvbook collection mvcollection reference mvreference periodical"
    " xdata incollection inbook misc set".split()
)
_ADDRESSES = ("url", "ee", "link", "bdsk-url-1", "bdsk-url-2")
_NOTED_ADDRESSES = ("howpublished", "note", "annote")
_NOTES = ("note", "annote", "howpublished", "volume", "number", "pages", "eid", "addendum")
_SAYS_ARXIV = (
    "journal",
    "journaltitle",
    "booktitle",
    "publisher",
    *_NOTES,
    "eprint",
    "archiveprefix",
)
# arXiv's administrators name other papers: `text overlap with arXiv:1406.00001`.
_OVERLAP = re.compile(r"\boverlap with\b.*", re.IGNORECASE | re.DOTALL)
_OF_ARXIV = re.compile(r"\b(?:arxiv|corr)\b", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![\w.])(?:abs/)?({ARXIV})", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s{}<>\"]+")
_URL_ESCAPE = re.compile(r"\\(?=[_%#&~$])|\\url(?=\{)|[{}]")
_TITLE_END = (".", "?", "!", ":")


def recognise(beginning: str) -> bool:
    """Whether the beginning of a file has a BibTeX entry and is not of another format."""
    return not beginning.lstrip().startswith(("{", "<", "[")) and bool(START.search(beginning))


def read(stream: IO[bytes]) -> Iterator[Found]:
    """Yield entries, inheritable fields of parents, and unreadable pieces."""
    from shortscience.pipeline.papers.bibliography.bibtex_parser import parse, strings

    macros = strings()
    for block in blocks(stream):
        commands, problems = parse(block.text, macros)
        last_key = next((key for _, key, _ in reversed(commands) if key), "")
        for line, reason in problems:
            where = f"line {block.line + line - 1}"
            yield Unread(f"{last_key} ({where})" if last_key else where, reason)
        for kind, key, written in commands:
            fields = _Fields.of(written)
            if kind in _PARENTS and key:
                yield attempt(partial(_parent, kind, key), fields, key)
            if fields.values and kind not in _NO_ENTRIES:
                yield attempt(partial(_entry, key), fields, key)


class _Fields(NamedTuple):
    """The fields of an entry: the first non-empty one of each name."""

    values: dict[str, str]

    @classmethod
    def of(cls, written: list[tuple[str, str]]) -> "_Fields":
        values: dict[str, str] = {}
        for name, value in written:
            if value.strip():
                values.setdefault(name.lower(), value)
        return cls(values)

    def text(self, name: str) -> str | None:
        """Return a field as text, with its subtitle."""
        text = plain(self.values.get(name, ""))
        subtitle = plain(self.values.get(_SUBTITLE_OF.get(name, ""), ""))
        if text and subtitle:
            return f"{text} {subtitle}" if text.endswith(_TITLE_END) else f"{text}: {subtitle}"
        return text or None

    def place(self) -> str | None:
        """Return the venue; many give a preprint its number as its journal."""
        place = next((text for name in _PLACES if (text := self.text(name))), None)
        return "arXiv" if place and parse_arxiv(place) else place

    def addresses(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the addresses in some fields."""
        for name in names:
            if written := self.values.get(name):
                bare = _URL_ESCAPE.sub(
                    lambda found: "~" if "~" in found[0] or "tilde" in found[0] else "", written
                )
                yield from _WEB.findall(bare) or [bare]

    def year(self) -> int | None:
        """Return the year of publication."""
        dates = (year_of(self.values.get(name)) for name in ("year", "date", "eventdate"))
        return next((year for year in dates if year), None)

    def parents(self) -> tuple[str, ...]:
        """Return the keys of the entries that this one inherits from."""
        written = ",".join(self.values.get(name, "") for name in ("crossref", "xref", "xdata"))
        return tuple(key.strip().casefold() for key in written.split(",") if key.strip())


def _parent(kind: str, key: str, fields: _Fields) -> Parent:
    handed_down = fields.place() if kind == "xdata" else None
    venue = handed_down or fields.text("booktitle") or fields.text("title")
    return Parent(key.casefold(), fields.year(), venue, fields.parents())


def _entry(key: str, fields: _Fields) -> Entry:
    from shortscience.pipeline.papers.bibliography.bibtex_names import people

    return Entry(
        names(parse_bibtex_key(key), *_identifiers(fields)),
        fields.text("title"),
        plain_names(people(fields.values.get("author", ""))),
        fields.year(),
        fields.place(),
        fields.text("abstract"),
        fields.parents(),
    )


def _identifiers(fields: _Fields) -> Iterator[Identifier | None]:
    """Yield the identifiers in any field of an entry, the most reliable first.

    Notes come last, as they may name other papers.
    """
    written = plain(fields.values.get("doi", ""))
    doi = parse_doi(written) or parse_url(written)
    yield doi
    yield parse_arxiv(plain(fields.values.get("eprint", "")))
    yield from map(parse_url, fields.addresses(_ADDRESSES))
    yield from _preprint(fields)
    for name in _NOTES if doi is None else ():
        for found in dois(plain(fields.values.get(name, "")).replace("\\", "")):
            yield found.identifier
    yield from map(parse_url, fields.addresses(_NOTED_ADDRESSES))


def _preprint(fields: _Fields) -> Iterator[Identifier | None]:
    texts = [_OVERLAP.sub("", plain(fields.values.get(name, ""))) for name in _SAYS_ARXIV]
    for text in texts:
        for labelled in ARXIV_LABELLED.finditer(text):
            yield parse_arxiv(labelled[1])
    if any(map(_OF_ARXIV.search, texts)):
        for name in ("volume", "number", "pages", "eid", "eprint"):
            if number := _NUMBER.search(plain(fields.values.get(name, ""))):
                yield parse_arxiv(number[1])
