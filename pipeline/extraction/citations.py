"""Every way in which a summary cites another work."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shortscience.pipeline.extraction.addresses import Link
from shortscience.pipeline.extraction.mentions import mentions
from shortscience.pipeline.extraction.own_summaries import CONFIDENCE, own_summaries
from shortscience.pipeline.extraction.references import Reference, pointers, references
from shortscience.pipeline.extraction.sentences import sentence_around
from shortscience.pipeline.extraction.subjects import subjects
from shortscience.pipeline.identifiers import (
    ARXIV,
    ARXIV_LABELLED,
    PAPER_LINK,
    SCHEMES,
    FoundDoi,
    Identifier,
    dois,
    parse_arxiv,
    parse_url,
    strength,
)
from shortscience.pipeline.scanner import Covered, Span


class Citation(NamedTuple):
    """One mention of a work.

    `labelled`: the words before it call it a paper, as a header does with the summary's own. `own`:
    they do so unmistakably, anywhere in the text. `subject`: it names the authors whom the summary
    is about. `identified`: a reference has the identifier found in its entry.
    """

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
    labelled: bool
    own: bool
    subject: bool
    identified: str | None


# The site's cite syntax; its code accepts these characters in keys.
_CITE = re.compile(r"\\cite\{([a-zA-Z0-9_.():\-\\/, ]*)\}")
_ARXIV_PATH = re.compile(rf"(?<![^\W_])(?:arxiv\.org/)?(?:abs|pdf)/({ARXIV})", re.IGNORECASE)
# Literals and their distance from the start of a match: searching for a rare literal first is much
# faster.
_ARXIV_SIGNS = tuple(
    (re.compile(sign), offset, pattern)
    for sign, offset, pattern in (
        ("Xiv", 2, ARXIV_LABELLED),
        ("xiv", 2, ARXIV_LABELLED),
        ("XIV", 2, ARXIV_LABELLED),
        (r"/(?:(?<=abs/)|(?<=pdf/))", 3, _ARXIV_PATH),
    )
)
# `10.1234/5` may be anything, so a DOI without a label needs a longer suffix.
_DOI_PREFIX = re.compile(r"\bdoi[: ] ?\Z", re.IGNORECASE)
_BARE_DOI = re.compile(r"(?<![\w./{,:;=])10\.[\d.]{4,20}/\S{6}")
_PAPER_HOSTS = re.compile(
    r"(?:^|\.)(?:aclanthology\.org|aclanthology\.coli\.uni-saarland\.de|aclweb\.org|"
    r"proceedings\.mlr\.press|jmlr\.org|jmlr\.csail\.mit\.edu|papers\.nips\.cc|"
    r"proceedings\.neurips\.cc|openaccess\.thecvf\.com|cv-foundation\.org|ijcai\.org|"
    r"dl\.acm\.org|ieeexplore\.ieee\.org|link\.springer\.com|sciencedirect\.com|nature\.com|"
    r"biorxiv\.org|semanticscholar\.org|isca-speech\.org)$"
)
_PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)
_KIND_CONFIDENCE = {"cite": 1.0, "paper-link": 0.8}
_IDENTIFIED_CONFIDENCE = 0.99
_OWN = r"link[ ]to[ ](?:the[ ])?paper"
_PAPER = rf"(?:{_OWN}|(?:original[ ])?paper(?:[ ]link)?|arxiv(?:[ ]link)?|pdf)"
_LABEL = re.compile(
    rf"(?:\[{_PAPER}\.?\]\(|(?:\A|(?<=[\s*_#>]))(?:{_PAPER}|url)[*_]{{0,2}}\s?:[*_]{{0,2}}\s?<?)\Z",
    re.IGNORECASE,
)
_OWN_LABEL = re.compile(rf"\[{_OWN}\.?\]\(\Z", re.IGNORECASE)
_LABEL_REACH = 48
_LABEL_ENDS = ":", "("


class _Found(NamedTuple):
    kind: str
    start: int
    end: int
    key: str | None
    confidence: float
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    subject: bool = False
    identified: str | None = None


def citations(text: str, spans: Iterable[Span], links: Sequence[Link]) -> list[Citation]:
    """Return the citations of a text outside code and math, by position."""
    opaque = Covered(spans)
    entries = [entry for entry in references(text) if entry.start not in opaque]
    cites, linked = list(_cites(text, opaque)), list(_links(links))
    cited, is_outside = _within(cites), _outside_of(linked, links)
    written = [
        item for item in _identifiers(text, opaque) if item.start not in cited and is_outside(item)
    ]
    held = _held_identifiers(entries, [*linked, *written])
    entries = [entry for entry in entries if entry.title or entry.number in held]
    listed, holding = _within(entries), _within(item for item in entries if item.number in held)
    addresses = {item.start for item in linked}
    labels = _within(link for link in links if link.url_start in addresses)
    pointing = [item for item in pointers(text, entries) if item.start not in opaque]
    found = [
        *cites,
        *(
            item
            for item in (*linked, *written)
            if item.start not in (holding if item.identified else listed)
        ),
        *(_reference(item, held) for item in (*entries, *pointing)),
        *(
            item
            for item in _mentions(text)
            if not any(item.start in places for places in (opaque, listed, labels))
        ),
    ]
    found.sort(key=lambda item: (item.start, item.end, item.kind))
    return [_citation(text, item) for item in found]


def _citation(text: str, item: _Found) -> Citation:
    before = text[max(0, item.start - _LABEL_REACH) : item.start]
    ending = before.removesuffix("<").rstrip().rstrip("*_")
    labelled = ending.endswith(_LABEL_ENDS) and _LABEL.search(before)
    return Citation(
        item.kind,
        text[item.start : item.end],
        item.start,
        item.end,
        sentence_around(text, item.start, item.end),
        item.key,
        item.title,
        list(item.authors) or None,
        item.year,
        item.confidence,
        labelled=bool(labelled),
        own=bool(labelled and _OWN_LABEL.search(before)),
        subject=item.subject,
        identified=item.identified,
    )


def _within(items: Iterable[_Found | FoundDoi | Reference | Link]) -> Covered:
    return Covered(Span("url", item.start, item.end, item.start, item.end) for item in items)


def _held_identifiers(entries: Sequence[Reference], found: Sequence[_Found]) -> dict[int, str]:
    """Return the strongest identifier within each entry of a list of references.

    If an entry holds two identifiers of one scheme, one belongs to another work, so neither counts.
    """
    held: dict[int, str] = {}
    for entry in entries:
        names = {
            item.identified
            for item in found
            if item.identified and entry.start <= item.start < entry.end
        }
        schemes = {name.partition(":")[0] for name in names}
        if names and len(schemes) == len(names):
            held[entry.number] = min(names, key=strength)
    return held


def _reference(item: Reference, held: Mapping[int, str]) -> _Found:
    return _Found(
        "reference",
        item.start,
        item.end,
        str(item.number),
        item.confidence,
        item.title,
        item.authors,
        item.year,
        identified=held.get(item.number),
    )


def _mentions(text: str) -> Iterator[_Found]:
    found = list(mentions(text))
    about = subjects(text, found)
    for item in found:
        is_subject = item.year is None and item.authors[0] in about
        parsed = None, item.authors, item.year, is_subject
        yield _Found("mention", item.start, item.end, None, item.confidence, *parsed)
    for name, start, end in own_summaries(text):
        yield _Found("mention", start, end, None, CONFIDENCE, name)


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
            kind = SCHEMES["shortscience" if on_site else identifier.scheme].kind
            named = kind != PAPER_LINK or identifier.scheme == "dblp"
            key = identifier.key if named else link.url
            name = identifier.name
            yield _Found(kind, *span, key, _IDENTIFIED_CONFIDENCE, identified=name)
        elif _PAPER_HOSTS.search(link.host) or _PDF.search(link.url):
            yield _Found(PAPER_LINK, *span, link.url, _KIND_CONFIDENCE[PAPER_LINK])


def _identifiers(text: str, opaque: Covered) -> Iterator[_Found]:
    """Yield the arXiv ids and DOIs that are written out rather than linked."""
    end = 0
    signs = sorted(
        (max(0, found.start() - offset), pattern)
        for sign, offset, pattern in _ARXIV_SIGNS
        for found in sign.finditer(text)
    )
    written = [found for found in dois(text) if _is_doi(text, found)]
    inside = _within(written)
    for position, pattern in signs:
        match = pattern.match(text, position) if position >= end else None
        if match and position not in opaque and position not in inside:
            end = match.end()
            yield from _identified(parse_arxiv(match[1]), position, end)
    for found in written:
        prefix = _DOI_PREFIX.search(text, max(0, found.start - 5), found.start)
        start = prefix.start() if prefix else found.start
        if start not in opaque:
            yield from _identified(found.identifier, start, found.end)


def _is_doi(text: str, found: FoundDoi) -> bool:
    return bool(
        _BARE_DOI.match(text, found.start)
        or _DOI_PREFIX.search(text, max(0, found.start - 5), found.start)
    )


def _identified(identifier: Identifier | None, start: int, end: int) -> Iterator[_Found]:
    if identifier is not None:
        kind = SCHEMES[identifier.scheme].kind
        name = identifier.name
        yield _Found(kind, start, end, identifier.key, _IDENTIFIED_CONFIDENCE, identified=name)


def _outside_of(linked: Iterable[_Found], links: Iterable[Link]) -> Callable[[_Found], bool]:
    """Return a predicate: whether a mention is not the label of a link to the same work."""
    keys = {(item.start, item.kind, item.key) for item in linked}
    labels = [
        (link.start, link.end, link.url_start) for link in links if link.start != link.url_start
    ]
    starts = [start for start, _, _ in labels]

    def is_outside(item: _Found) -> bool:
        place = bisect_right(starts, item.start) - 1
        if place < 0 or item.start >= labels[place][1]:
            return True
        return (labels[place][2], item.kind, item.key) not in keys

    return is_outside
