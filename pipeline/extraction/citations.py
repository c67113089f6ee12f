"""Every way in which a summary points at another work."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.extraction.addresses import Link
from pipeline.extraction.mentions import mentions
from pipeline.extraction.references import references
from pipeline.extraction.sentences import Sentences
from pipeline.identifiers import ARXIV, DOI, Identifier, parse_arxiv, parse_doi, parse_url
from pipeline.scanner import Covered, Span


class Citation(NamedTuple):
    """One mention of a work; `paper_id` is the paper its identifier names, if it has one."""

    kind: str
    raw: str
    start: int
    end: int
    context: str
    key: str | None
    title: str | None
    authors: list[str] | None
    year: int | None
    confidence: float


# The site's own syntax; the characters of a key are those its code accepts.
_CITE = re.compile(r"\\cite\{([a-zA-Z0-9_.():\-\\/, ]*)\}")
_ARXIV = re.compile(rf"\barXiv(?:[ ]?preprint)?(?:[ ]arXiv)?[: ][ ]?({ARXIV})", re.IGNORECASE)
_DOI = re.compile(rf"\bdoi[: ][ ]?({DOI})", re.IGNORECASE)
_PAPER_HOSTS = re.compile(
    r"(?:^|\.)(?:aclanthology\.org|aclanthology\.coli\.uni-saarland\.de|aclweb\.org|"
    r"proceedings\.mlr\.press|jmlr\.org|jmlr\.csail\.mit\.edu|papers\.nips\.cc|"
    r"proceedings\.neurips\.cc|openaccess\.thecvf\.com|cv-foundation\.org|ijcai\.org|"
    r"dl\.acm\.org|ieeexplore\.ieee\.org|link\.springer\.com|sciencedirect\.com|nature\.com|"
    r"biorxiv\.org|semanticscholar\.org|isca-speech\.org)$"
)
_PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)
_KIND_OF_SCHEME = {
    "arxiv": "arxiv",
    "doi": "doi",
    "openreview": "openreview",
    "dblp": "paper-link",
    "shortscience": "shortscience",
}
_KIND_CONFIDENCE = {"cite": 1.0, "paper-link": 0.8}
_IDENTIFIED_CONFIDENCE = 0.99


class _Found(NamedTuple):
    kind: str
    start: int
    end: int
    key: str | None
    confidence: float
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None


def citations(text: str, spans: Iterable[Span], links: Iterable[Link]) -> list[Citation]:
    """Return the citations of a text, by position; none inside code or math."""
    spans = list(spans)
    opaque = Covered(spans)
    listed = [item for item in _references(text) if item.start not in opaque]
    elsewhere = Covered([*spans, *(_covering(item) for item in listed)])
    found = [*_cites(text, opaque), *_links(links), *_identifiers(text, opaque), *listed]
    found += (item for item in _mentions(text) if item.start not in elsewhere)
    if not found:
        return []
    sentences = Sentences(text)
    found.sort(key=lambda item: (item.start, item.end, item.kind, item.key or ""))
    return [_citation(text, item, sentences) for item in found]


def _citation(text: str, item: _Found, sentences: Sentences) -> Citation:
    return Citation(
        item.kind,
        text[item.start : item.end],
        item.start,
        item.end,
        sentences.around(item.start, item.end),
        item.key,
        item.title,
        list(item.authors) or None,
        item.year,
        item.confidence,
    )


def _covering(item: _Found) -> Span:
    return Span("url", item.start, item.end, item.start, item.end)


def _references(text: str) -> Iterator[_Found]:
    for entry in references(text):
        key = str(entry.number)
        parsed = entry.title, entry.authors, entry.year
        yield _Found("reference", entry.start, entry.end, key, entry.confidence, *parsed)


def _mentions(text: str) -> Iterator[_Found]:
    for item in mentions(text):
        parsed = None, item.authors, item.year
        yield _Found("mention", item.start, item.end, None, item.confidence, *parsed)


def _cites(text: str, opaque: Covered) -> Iterator[_Found]:
    for match in _CITE.finditer(text):
        if match.start() in opaque:
            continue
        for key in dict.fromkeys(part.strip() for part in match[1].split(",")):
            if key:
                yield _Found("cite", *match.span(), key, _KIND_CONFIDENCE["cite"])


def _links(links: Iterable[Link]) -> Iterator[_Found]:
    for link in links:
        span = link.url_start, link.url_end
        identifier = parse_url(link.url)
        if identifier is not None:
            on_site = link.host.endswith("shortscience.org")
            kind = "shortscience" if on_site else _KIND_OF_SCHEME.get(identifier.scheme)
            key = _key(identifier) if kind else link.url
            yield _Found(kind or "paper-link", *span, key, _IDENTIFIED_CONFIDENCE)
        elif _PAPER_HOSTS.search(link.host) or _PDF.search(link.url):
            yield _Found("paper-link", *span, link.url, _KIND_CONFIDENCE["paper-link"])


def _identifiers(text: str, opaque: Covered) -> Iterator[_Found]:
    lowered = text.lower()
    for word, pattern, parse in (("arxiv", _ARXIV, parse_arxiv), ("doi", _DOI, parse_doi)):
        if word not in lowered:
            continue
        for match in pattern.finditer(text):
            identifier = parse(match[1])
            if identifier is None or match.start() in opaque:
                continue
            length = len(match[1]) if identifier.scheme == "arxiv" else len(identifier.value)
            end = match.start(1) + length
            yield _Found(
                identifier.scheme, match.start(), end, _key(identifier), _IDENTIFIED_CONFIDENCE
            )


def _key(identifier: Identifier) -> str:
    """Return the identifier as the `key` column holds it, with the version where one is given."""
    version = f"v{identifier.version}" if identifier.version else ""
    return f"{identifier.value}{version}"
