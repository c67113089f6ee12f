"""Paper identifiers in the addresses of known sites."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from shortscience.pipeline.characters import INVISIBLE, QUOTES, WIDE_PUNCTUATION
from shortscience.pipeline.identifiers.arxiv import parse_arxiv
from shortscience.pipeline.identifiers.doi import parse_doi
from shortscience.pipeline.identifiers.identifier import Identifier
from shortscience.pipeline.identifiers.keys import parse_acl, parse_bibtex_key, parse_dblp_key

_END = rf"[\s{INVISIBLE}{WIDE_PUNCTUATION}{QUOTES}>]"
_EDGES = re.compile(rf"^[\s{INVISIBLE}{QUOTES}<]+|(?<!{_END})(?:{_END})+$|[{INVISIBLE}]")
# Mirrors and archives of the web name a page by its whole address, some with one slash less.
_WRAPPER = re.compile(r".*/https?:/{1,2}(?=[^/])", re.DOTALL)
_NEURIPS = re.compile(r"(?:papers|proceedings)\.(?:nips|neurips)\.cc")
_SLUG = re.compile(r"/(?:paper/)?\d{1,5}-([\w-]+?)(?:-supplemental)?(?:\.\w+)?/?")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f].*", re.DOTALL)
_FORUM = re.compile(r"[A-Za-z0-9_-]{6,14}")


def parse_url(url: str) -> Identifier | None:
    """Parse a paper's address on a known site; None for any other address."""
    parts = _parts(url)
    if parts is None:
        return None
    parse = next((parse for sites, parse in _SITES if sites.fullmatch(parts.host)), None)
    return (parse and parse(parts.path, parts.query)) or _doi_within(*parts)


def title_in(url: str) -> str | None:
    """Return the title of a paper that its address spells out: `papers.nips.cc/1-on-deep-nets`."""
    parts = _parts(url)
    slug = _SLUG.fullmatch(parts.path) if parts and _NEURIPS.fullmatch(parts.host) else None
    return slug[1].replace("-", " ") if slug else None


class _Parts(NamedTuple):
    host: str
    path: str
    query: dict[str, str]


def _parts(url: str) -> _Parts | None:
    url = _unwrapped(_EDGES.sub("", url))
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = (parts.hostname or "").removesuffix(".").removeprefix("www.")
    except ValueError:
        return None
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return _Parts(host, unquote(parts.path), query)


def _unwrapped(url: str) -> str:
    """Return the address that ends another one."""
    wrapper = _WRAPPER.match(url)
    return f"http://{url[wrapper.end() :]}" if wrapper else url


def _arxiv_path(path: str, query: dict[str, str]) -> Identifier | None:
    # Scripts without spaces go on right after the number.
    path = re.sub(
        r"^/(?:abs|pdf|html|ps|papers?|format|e-print|overview|arxiv|ftp/arxiv/papers/\d{4})/",
        "",
        _BEYOND_ASCII.sub("", path).rstrip("/.,;)"),
    )
    return parse_arxiv(re.sub(r"\.(?:pdf|ps|html)$", "", query.get("pid", path.strip("/"))))


def parse_forum(text: str) -> Identifier | None:
    """Parse the id of an OpenReview forum."""
    return Identifier("openreview", text) if _FORUM.fullmatch(text) else None


def _openreview(_: str, query: dict[str, str]) -> Identifier | None:
    return parse_forum(query.get("id", ""))


def _shortscience(_: str, query: dict[str, str]) -> Identifier | None:
    return parse_bibtex_key(query.get("bibtexKey", ""))


def _dblp(path: str, _: dict[str, str]) -> Identifier | None:
    key = path.partition("/rec/")[2]
    return parse_dblp_key(re.sub(r"^(?:html|bibtex|bib|xml|rdf)/|\.(?:html|bib|xml)$", "", key))


def _acl_path(path: str, _: dict[str, str]) -> Identifier | None:
    return parse_acl(path)


def _jmlr(path: str, _: dict[str, str]) -> Identifier | None:
    # Volumes below /proceedings were continued by PMLR.
    match = re.search(r"/v(?:olume)?(\d+)/([a-z_\d-]+\d+[a-z]?)(?:[./]|$)", path)
    if match is None:
        return None
    return Identifier("jmlr" if path.startswith("/papers/") else "pmlr", f"v{match[1]}/{match[2]}")


def _neurips(path: str, _: dict[str, str]) -> Identifier | None:
    # The hash is derived from the paper's number within its year.
    match = re.search(r"/(\d{4}/(?:hash|file)/[0-9a-f]{32})(?:-|$)|^/(?:paper/)?(\d{1,5})-", path)
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
    (_NEURIPS, _neurips),
    (re.compile(r"nature\.com"), _nature),
)
"""Sites by host, without `www.`, and the parser of their paths and queries."""

_RESOLVER = re.compile(r"(?:dx\.)?doi\.org|doi\.(?:acm|ieeecomputersociety)\.org|sci-hub\.\w+")
_DOI_IN_PATH = re.compile(r"/(?:doi:\s*)?(10\.\d{4,9}(?:\.\d+)*/.+)", re.IGNORECASE)
# Suffixes after a DOI: publishers' views of a paper, and preprint servers' versions.
_VIEW_FOLDER = re.compile(
    r"/(?:full|e?pdf|epub|abstract|meta|summary|html|fulltext|assets?|references|figures?|tables"
    r"|citations?|metrics|related|media|download|suppl(?:_file|ement\w*)?|reader)(?:/.*)?$",
    re.IGNORECASE,
)
_VIEW = re.compile(
    r"(?:(?:v\d{1,2})?\.(?:full(?:-text)?|abstract|short|long|epdf))?(?:\.pdf(?:\+html)?|\.html?)?$"
)
# A file below a DOI: the end of the DOI is unknown.
_FILE = re.compile(r"[^/]+/[^/]+/.+\.(?:pdf|gif|jpe?g|png|svg|tiff?|zip|docx?|xlsx?|csv|txt|xml)$")
_PREPRINT_VERSION = re.compile(r"(?<=^10\.1101/)(.+?)v\d{1,2}$")


def _doi_within(host: str, path: str, query: dict[str, str]) -> Identifier | None:
    """Find a DOI in an address: resolvers and most publishers write it out."""
    within = _DOI_IN_PATH.search(path)
    queried = next((query[name] for name in ("doi", "doid", "id") if name in query), "")
    text = within[1] if within else queried
    if not _RESOLVER.fullmatch(host):
        text = _VIEW_FOLDER.sub("", text)
        if _FILE.match(text):
            return None
        text = _PREPRINT_VERSION.sub(r"\1", _VIEW.sub("", text, count=1))
    return parse_doi(text)
