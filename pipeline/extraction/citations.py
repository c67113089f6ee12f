"""Every way in which a summary cites another work."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from shortscience.pipeline.extraction.addresses import Link
from shortscience.pipeline.extraction.mentions import mentions
from shortscience.pipeline.extraction.own_summaries import CONFIDENCE, own_summaries
from shortscience.pipeline.extraction.references import Reference, pointers, references
from shortscience.pipeline.extraction.sentences import line_starts, sentence_around
from shortscience.pipeline.extraction.subjects import subjects
from shortscience.pipeline.extraction.written_identifiers import written_identifiers
from shortscience.pipeline.identifiers import (
    PAPER_LINK,
    SCHEMES,
    Written,
    key_in,
    parse_url,
    strength,
)
from shortscience.pipeline.link_references import opening_bracket
from shortscience.pipeline.scanner import Covered, Extent, Span


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
_PAPER_HOSTS = re.compile(
    r"(?:^|\.)(?:aclanthology\.org|aclanthology\.coli\.uni-saarland\.de|aclweb\.org|"
    r"proceedings\.mlr\.press|jmlr\.org|jmlr\.csail\.mit\.edu|papers\.nips\.cc|"
    r"proceedings\.neurips\.cc|openaccess\.thecvf\.com|cv-foundation\.org|ijcai\.org|"
    r"dl\.acm\.org|ieeexplore\.ieee\.org|link\.springer\.com|sciencedirect\.com|nature\.com|"
    r"biorxiv\.org|semanticscholar\.org|isca-speech\.org)$"
)
_PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)
# Files that speak of a paper without being one.
_AROUND_PAPERS = r"slides?|talks?|posters?|presentations?|lectures?|suppl(?:ement(?:al|ary|s)?)?"
_NO_PAPER = re.compile(
    rf"[/.](?:{_AROUND_PAPERS})(?:[_-]?\d+)?[/.]|[_-](?:{_AROUND_PAPERS}|supp)\.pdf", re.IGNORECASE
)
_NO_PAPER_LABEL = re.compile(
    rf"(?:the |their |my )?(?:{_AROUND_PAPERS})(?: material)?\.?", re.IGNORECASE
)
_KIND_CONFIDENCE = {"cite": 1.0, "paper-link": 0.8}
_IDENTIFIED_CONFIDENCE = 0.99
_OWN = r"link[ ]to[ ](?:the[ ])?paper"
_PAPER = rf"(?:{_OWN}|(?:original[ ])?paper(?:[ ]link)?|arxiv(?:[ ]link)?|pdf)"
_LABEL = re.compile(
    rf"(?:\[{_PAPER}\.?\]\("
    rf"|(?:\A|(?<=[\s*_#>]))(?:{_PAPER}|url|(?<=[*_])link)[*_]{{0,2}}\s?:[*_]{{0,2}}\s?<?)\Z",
    re.IGNORECASE,
)
_OWN_LABEL = re.compile(rf"\[{_OWN}\.?\]\(\Z", re.IGNORECASE)
# `It builds on this [paper](address)`: what a sentence points to is another paper.
_POINTED_TO = re.compile(
    r"\b(?:(?:(?:derived|taken|borrowed|adapted) from|(?:builds?|built|based|relies) (?:up)?on"
    r"|(?:inspired|motivated) by|(?:similar|related|compared) to|extends?|follows?|like|as in)"
    r" (?:this|that)|another|earlier|previous|other) \[[^\[\]]+\]\(\Z"
)
# `[Link](address) to the paper.`
_LINK = re.compile(r"\[link\]\(\Z", re.IGNORECASE)
_TO_PAPER = re.compile(
    r"\)[ ]to[ ](?:the[ ])?paper(?:[.:;]|\s*(?:\n|\Z)|(?=[ ][*#-]+[ ]))", re.IGNORECASE
)
_LABEL_REACH = 48
_LABEL_ENDS = ":", "("


_POSITION = attrgetter("start", "end", "kind")


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


def citations(
    text: str, spans: Iterable[Span], links: Sequence[Link], markdown: str | None = None
) -> list[Citation]:
    """Return the citations of a text outside code and math, by position.

    If `markdown` has lines that the text lacks, no sentence goes beyond them.
    """
    opaque = Covered(spans)
    cites, linked = _cites(text, opaque), _linked(links)
    written = [_written(item) for item in written_identifiers(text, opaque)]
    if cites and written:
        written = _outside(cites, written)
    if linked and written:
        written = _unlabelled(written, linked, links)
    identified = [*linked, *written]
    mentioned = [item for item in _mentioned(text) if item.start not in opaque]
    if linked and mentioned:
        addresses = {item.start for item in linked}
        mentioned = _outside([link for link in links if link.url_start in addresses], mentioned)
    if entries := [entry for entry in references(text) if entry.start not in opaque]:
        held = _held_identifiers(entries, identified)
        entries = [entry for entry in entries if entry.title or entry.number in held]
        pointing = [item for item in pointers(text, entries) if item.start not in opaque]
        identified = _unlisted(identified, entries, held)
        mentioned = _outside(entries, mentioned)
        mentioned += (_reference(item, held) for item in (*entries, *pointing))
    found = [*cites, *identified, *mentioned]
    found.sort(key=_POSITION)
    lines = line_starts(text, markdown) if found and markdown and markdown != text else ()
    return [_citation(text, item, lines) for item in found]


def _citation(text: str, item: _Found, lines: Sequence[int]) -> Citation:
    before = text[max(0, item.start - _LABEL_REACH) : item.start]
    ending = before.removesuffix("<").rstrip().rstrip("*_")
    pointed = ending.endswith(_LABEL_ENDS)
    own = pointed and _is_own(text, before, item.end)
    labelled = own or (pointed and _LABEL.search(before) and not _POINTED_TO.search(before))
    return Citation(
        item.kind,
        text[item.start : item.end],
        item.start,
        item.end,
        sentence_around(text, _labelled_from(text, item.start), item.end, lines),
        item.key,
        item.title,
        list(item.authors) or None,
        item.year,
        item.confidence,
        labelled=bool(labelled),
        own=own,
        subject=item.subject,
        identified=item.identified,
    )


def _labelled_from(text: str, start: int) -> int:
    """Return where a link begins whose address does at `start`: its label may be two sentences."""
    closing = start - len("](")
    opened = opening_bracket(text, closing) if text[closing:start] == "](" else None
    return opened - 1 if opened else start


def _is_own(text: str, before: str, end: int) -> bool:
    """Whether the words around an address say that it is that of the summary's paper."""
    if _OWN_LABEL.search(before):
        return True
    return bool(_LINK.search(before) and _TO_PAPER.match(text, end))


def _outside(places: Iterable[Extent], items: Iterable[_Found]) -> list[_Found]:
    """Return the items that begin outside some places."""
    covered = Covered(places)
    return [item for item in items if item.start not in covered]


def _unlisted(
    items: Iterable[_Found], entries: Iterable[Reference], held: Mapping[int, str]
) -> list[_Found]:
    """Return the items outside entries; identifiers that an entry does not hold stay, too."""
    listed, holding = Covered(entries), Covered(item for item in entries if item.number in held)
    return [item for item in items if item.start not in (holding if item.identified else listed)]


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


def _mentioned(text: str) -> list[_Found]:
    found = list(mentions(text))
    about = subjects(text, found)
    mentioned = [
        _Found(
            "mention",
            item.start,
            item.end,
            None,
            item.confidence,
            None,
            item.authors,
            item.year,
            subject=item.year is None and item.authors[0] in about,
        )
        for item in found
    ]
    mentioned += (
        _Found("mention", start, end, None, CONFIDENCE, name)
        for name, start, end in own_summaries(text)
    )
    return mentioned


def _cites(text: str, opaque: Covered) -> list[_Found]:
    return [
        _Found("cite", *match.span(), key, _KIND_CONFIDENCE["cite"])
        for match in _CITE.finditer(text)
        if match.start() not in opaque
        for key in dict.fromkeys(part.strip() for part in match[1].split(","))
        if key
    ]


def _linked(links: Iterable[Link]) -> list[_Found]:
    return [found for link in links if (found := _link(link))]


def _link(link: Link) -> _Found | None:
    """Return what a link cites, if it leads to a paper."""
    span = link.url_start, link.url_end
    identifier = parse_url(link.url)
    if identifier is not None:
        on_site = link.host.endswith("shortscience.org")
        kind = SCHEMES["shortscience" if on_site else identifier.scheme].kind
        named = kind != PAPER_LINK or identifier.scheme == "dblp"
        of_site = key_in(link.url) if on_site else None
        key = of_site or (identifier.key if named else link.url)
        return _Found(kind, *span, key, _IDENTIFIED_CONFIDENCE, identified=identifier.name)
    leads_to_file = _PAPER_HOSTS.search(link.host) or _PDF.search(link.url)
    if leads_to_file and not _is_around_paper(link):
        return _Found(PAPER_LINK, *span, link.url, _KIND_CONFIDENCE[PAPER_LINK])
    return None


def _is_around_paper(link: Link) -> bool:
    """Whether a link leads to slides, a supplement or the like, by its address or its label."""
    return bool(_NO_PAPER.search(link.url) or _NO_PAPER_LABEL.fullmatch(link.label or ""))


def _written(item: Written) -> _Found:
    identifier, start, end = item
    kind = SCHEMES[identifier.scheme].kind
    key, name = identifier.key, identifier.name
    return _Found(kind, start, end, key, _IDENTIFIED_CONFIDENCE, identified=name)


def _unlabelled(
    written: Iterable[_Found], linked: Iterable[_Found], links: Iterable[Link]
) -> list[_Found]:
    """Return the identifiers that are not in the label of a link to the same work."""
    keys = {(item.start, item.kind, item.key) for item in linked}
    labelled = [link for link in links if link.start != link.url_start]
    starts = [link.start for link in labelled]

    def is_label(item: _Found) -> bool:
        place = bisect_right(starts, item.start) - 1
        if place < 0 or item.start >= labelled[place].end:
            return False
        return (labelled[place].url_start, item.kind, item.key) in keys

    return [item for item in written if not is_label(item)]
