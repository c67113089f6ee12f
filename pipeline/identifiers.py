"""Identifiers of papers: how each is written, parsed, and brought into one form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qs, unquote, urlsplit

NamingScheme = Literal["arxiv", "doi", "openreview", "dblp", "shortscience"]
"""What a row of the `papers` table may be named after, from the strongest on."""
Scheme = Literal[NamingScheme, "acl", "pmlr", "jmlr", "neurips"]
"""The others are numbers that a publisher's addresses carry: they tell that two papers are one."""

NAMING_SCHEMES: tuple[str, ...] = get_args(NamingScheme)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in its normal form; an arXiv version is kept apart."""

    scheme: Scheme
    value: str
    version: int | None = None

    @property
    def name(self) -> str:
        """Scheme and value: the key of the `papers` table, where the scheme is a naming one."""
        return f"{self.scheme}:{self.value}"


def strength(name: str) -> tuple[int, str]:
    """Sort names, `scheme:value`: the strongest first; those no paper is named after come last."""
    scheme = name.partition(":")[0]
    place = NAMING_SCHEMES.index(scheme) if scheme in NAMING_SCHEMES else len(NAMING_SCHEMES)
    return place, name


# https://info.arxiv.org/help/arxiv_identifier.html: YYMM and four digits from April 2007 on, five
# from 2015 on; before that archive/YYMMnnn, where a subject class may stand behind the archive.
_MONTH = r"(?:0[1-9]|1[0-2])"
_NEW_ARXIV = (
    rf"(?:(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4]){_MONTH})\.\d{{4}}"
    rf"|(?:1[5-9]|[2-8]\d){_MONTH}\.\d{{5}})"
)
_ARCHIVE = (
    "(?:acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg"
    "|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-(?:ex|lat|ph|th)|math(?:-ph)?|mtrl-th|nlin"
    "|nucl-(?:ex|th)|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con)"
)
_OLD_NUMBER = rf"(?:9[1-9]|0[0-7]){_MONTH}\d{{3}}"
_OLD_ARXIV = rf"{_ARCHIVE}(?:\.[A-Z]{{2}})?/{_OLD_NUMBER}"
ARXIV = rf"(?:{_NEW_ARXIV}|{_OLD_ARXIV})(?:v\d{{1,3}})?(?![\w.]*\d)"
_ARXIV = re.compile(rf"(?P<id>{_NEW_ARXIV}|{_OLD_ARXIV})(?:v(?P<version>\d{{1,3}}))?")
_SUBJECT_CLASS = re.compile(r"\.[A-Z]{2}(?=/)")
# https://www.doi.org/doi-handbook: a registrant of four digits or more, then any printable suffix.
DOI = r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+"
_DOI = re.compile(DOI)
_DOI_TRAILING = ".,;:!?'\"*_"
_DOI_OF_ARXIV = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DOI_OF_ACL = re.compile(r"10\.(?:18653|3115)/v1/(.+)", re.IGNORECASE)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,14}")
# DBLP names preprints `journals/corr/abs-1911-11361`, older ones `abs-cs-0011044` and
# `cs-AI-0101029`; the site names them `journals/corr/1911.11361`.
_CORR = re.compile(
    rf"journals/corr/(?:abs-(?P<month>\d{{4}})-(?P<number>\d{{4,5}})|(?P<new>\d{{4}}\.\d{{4,5}})"
    rf"|(?:abs-)?(?P<archive>{_ARCHIVE})(?:-[A-Z]{{2}})?-(?P<old>\d{{7}}))(?:v\d{{1,3}})?"
)
_DBLP = re.compile(r"(?:conf|journals|books|phd|series|reference)/[\w./-]+/?[\w.-]*")
_ACL = re.compile(
    r"(?<![A-Za-z\d])(?:[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?!\d)", re.IGNORECASE
)


def parse_arxiv(text: str) -> Identifier | None:
    """Parse `1611.03530v2`, `arXiv:1611.03530` or `cs.LG/0701001`, which is `cs/0701001`."""
    match = _ARXIV.fullmatch(re.sub(r"^arxiv:\s*", "", text.strip(), flags=re.IGNORECASE))
    if match is None:
        return None
    version = match["version"]
    number = _SUBJECT_CLASS.sub("", match["id"])
    return Identifier("arxiv", number, int(version) if version else None)


def parse_doi(text: str) -> Identifier | None:
    """Parse a DOI; case is folded, for DOIs are case-insensitive (DOI Handbook 2.4).

    The DOIs that arXiv gives to its papers are arXiv identifiers.
    """
    bare = re.sub(r"^doi:\s*", "", text.strip(), flags=re.IGNORECASE).rstrip(_DOI_TRAILING)
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(_DOI_TRAILING)
    if preprint := _DOI_OF_ARXIV.fullmatch(bare):
        return parse_arxiv(preprint[1])
    return Identifier("doi", bare.lower()) if _DOI.fullmatch(bare) else None


def parse_bibtex_key(key: str) -> Identifier | None:
    """Parse ShortScience's key for a paper: arXiv, DOI, DBLP or a free key of the site's own."""
    key = key.strip()
    identifier = parse_dblp_key(key) or parse_arxiv(key)
    if identifier or not key or re.search(r"\s", key):
        return identifier
    return parse_doi(key) if _DOI.match(key) else Identifier("shortscience", key)


def parse_dblp_key(key: str) -> Identifier | None:
    """Parse the key of a DBLP record, which for a preprint is an arXiv identifier."""
    key = key.strip().removeprefix("DBLP:")
    if match := _CORR.fullmatch(key):
        archived = match["archive"] and f"{match['archive']}/{match['old']}"
        number = archived or match["new"] or f"{match['month']}.{match['number']}"
        return parse_arxiv(number) or Identifier("dblp", key)
    return Identifier("dblp", key) if _DBLP.fullmatch(key) else None


def also_named(identifier: Identifier) -> Identifier | None:
    """Return the other name that an identifier is made of: the ACL's DOIs hold its own numbers."""
    numbered = _DOI_OF_ACL.fullmatch(identifier.value) if identifier.scheme == "doi" else None
    return _acl(numbered[1]) if numbered else None


def parse_url(url: str) -> Identifier | None:
    """Parse the address of a paper on one of the sites that name papers; None for any other."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = (parts.hostname or "").removesuffix(".").removeprefix("www.")
    except ValueError:
        return None
    path, query = unquote(parts.path), parse_qs(parts.query)
    parse = next((parse for sites, parse in _SITES if sites.fullmatch(host)), None)
    found = parse(path, {name: values[0] for name, values in query.items()}) if parse else None
    return found or _doi_within(host, path, query)


def _arxiv_path(path: str, query: dict[str, str]) -> Identifier | None:
    path = re.sub(
        r"^/(?:abs|pdf|html|ps|papers?|format|e-print|overview|arxiv|ftp/arxiv/papers/\d{4})/",
        "",
        path.rstrip("/.,;)"),
    )
    return parse_arxiv(re.sub(r"\.(?:pdf|ps|html)$", "", query.get("pid", path.strip("/"))))


def _openreview(_: str, query: dict[str, str]) -> Identifier | None:
    forum = query.get("id", "")
    return Identifier("openreview", forum) if _OPENREVIEW.fullmatch(forum) else None


def _shortscience(_: str, query: dict[str, str]) -> Identifier | None:
    return parse_bibtex_key(query.get("bibtexKey", ""))


def _dblp(path: str, _: dict[str, str]) -> Identifier | None:
    key = path.partition("/rec/")[2]
    return parse_dblp_key(re.sub(r"^(?:html|bibtex|bib|xml|rdf)/|\.(?:html|bib|xml)$", "", key))


def _acl_path(path: str, _: dict[str, str]) -> Identifier | None:
    return _acl(path)


def _acl(text: str) -> Identifier | None:
    match = _ACL.search(text)
    if match is None:
        return None
    return Identifier("acl", match[0].lower() if match[0][0].isdigit() else match[0].upper())


def _jmlr(path: str, _: dict[str, str]) -> Identifier | None:
    # What the site holds below /proceedings are the volumes that PMLR continued.
    match = re.search(r"/v(?:olume)?(\d+)/([a-z_\d-]+\d+[a-z]?)(?:[./]|$)", path)
    if match is None:
        return None
    return Identifier("jmlr" if path.startswith("/papers/") else "pmlr", f"v{match[1]}/{match[2]}")


def _neurips(path: str, _: dict[str, str]) -> Identifier | None:
    # The hash is that of the paper's number among those of its year.
    match = re.search(r"/(\d{4}/(?:hash|file)/[0-9a-f]{32})(?:-|$)|/paper/(\d{1,5})-", path)
    if match is None:
        return None
    return Identifier("neurips", match[2] or re.sub("/(?:hash|file)/", "/", match[1]))


def _nature(path: str, _: dict[str, str]) -> Identifier | None:
    match = re.fullmatch(r"/articles/([a-z]+\d[\w.-]*?)(?:\.pdf|/.*)?", path)
    return parse_doi(f"10.1038/{match[1]}") if match else None


_SITES: tuple[tuple[re.Pattern[str], Callable[[str, dict[str, str]], Identifier | None]], ...] = (
    (
        re.compile(
            r"(?:[a-z]+\.)?arxiv\.org|xxx\.lanl\.gov|arxiv-(?:sanity(?:-lite)?|vanity)\.com"
            r"|alphaxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org|scirate\.com|huggingface\.co"
        ),
        _arxiv_path,
    ),
    (re.compile(r"(?:.+\.)?openreview\.net"), _openreview),
    (re.compile(r"(?:.+\.)?shortscience\.org"), _shortscience),
    (re.compile(r"dblp\.(?:org|uni-trier\.de|dagstuhl\.de)"), _dblp),
    (
        re.compile(
            r"aclanthology\.(?:org|info|coli\.uni-saarland\.de)|aclweb\.org|acl\.ldc\.upenn\.edu"
        ),
        _acl_path,
    ),
    (re.compile(r"proceedings\.mlr\.press|jmlr\.(?:org|csail\.mit\.edu)"), _jmlr),
    (re.compile(r"(?:papers|proceedings)\.(?:nips|neurips)\.cc"), _neurips),
    (re.compile(r"nature\.com"), _nature),
)
"""Sites by their host, without `www.`, and how a path and a query there name a paper."""

_RESOLVER = re.compile(r"(?:dx\.)?doi\.org|doi\.(?:acm|ieeecomputersociety)\.org|sci-hub\.\w+")
_DOI_IN_PATH = re.compile(r"/(10\.\d{4,9}/.+)")
# What publishers put behind a DOI for the views of a paper, and preprint servers for its versions.
_VIEW = re.compile(
    r"(?:(?:v\d{1,2})?\.full(?:-text)?)?(?:\.pdf|\.html?)?$"
    r"|/(?:full|e?pdf|abstract|meta|summary|html|fulltext)(?:/.*)?$"
)
_PREPRINT_VERSION = re.compile(r"(?<=^10\.1101/)(.+?)v\d{1,2}$")


def _doi_within(host: str, path: str, query: dict[str, list[str]]) -> Identifier | None:
    """Find a DOI in an address: resolvers and most publishers write it out."""
    within = _DOI_IN_PATH.search(path)
    asked = next((query[name][0] for name in ("doi", "doid", "id") if name in query), "")
    text = within[1] if within else asked.removeprefix("doi:")
    if not _DOI.match(text):
        return None
    if not _RESOLVER.fullmatch(host):
        text = _PREPRINT_VERSION.sub(r"\1", _VIEW.sub("", text, count=1))
    return parse_doi(text)
