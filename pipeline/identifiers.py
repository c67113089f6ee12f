"""Identifiers of papers: how each is written, parsed, and brought into one form."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Scheme = Literal["arxiv", "doi", "openreview", "dblp", "shortscience"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in its normal form; an arXiv version is kept apart."""

    scheme: Scheme
    value: str
    version: int | None = None

    @property
    def paper_id(self) -> str:
        """The key of the paper in the `papers` table."""
        return f"{self.scheme}:{self.value}"


# https://info.arxiv.org/help/arxiv_identifier.html: from 2007 on YYMM.number, before that
# archive/YYMMnnn.
_NEW_ARXIV = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD_ARXIV = r"[a-z]{2,}(?:-[a-z]{2,})?(?:\.[A-Z]{2})?/\d{7}"
ARXIV = rf"(?:{_NEW_ARXIV}|{_OLD_ARXIV})(?:v\d{{1,3}})?(?![\w.]*\d)"
_ARXIV = re.compile(rf"(?P<id>{_NEW_ARXIV}|{_OLD_ARXIV})(?:v(?P<version>\d{{1,3}}))?")
# https://www.doi.org/doi-handbook: a registrant of four digits or more, then any printable suffix.
DOI = r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+"
_DOI = re.compile(DOI)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,14}")
_CORR = re.compile(r"journals/corr/(?:abs-(\d{4})-(\d{4,5})|(\d{4}\.\d{4,5}))")
_DBLP = re.compile(r"(?:conf|journals|books|phd|series|reference)/[\w./-]+/?[\w.-]*")
_ARXIV_HOSTS = re.compile(
    r"(?:(?:www|export|browse|[a-z]{2})\.)?arxiv\.org|(?:www\.)?arxiv-(?:sanity|vanity)\.com|"
    r"(?:www\.)?alphaxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org"
)
_DOI_TRAILING = ".,;:!?'\"*_"


def parse_arxiv(text: str) -> Identifier | None:
    """Parse `1611.03530v2`, `arXiv:1611.03530` or `cs.LG/0701001`."""
    match = _ARXIV.fullmatch(re.sub(r"^arxiv:\s*", "", text.strip(), flags=re.IGNORECASE))
    if match is None:
        return None
    version = match["version"]
    return Identifier("arxiv", match["id"], int(version) if version else None)


def parse_doi(text: str) -> Identifier | None:
    """Parse a DOI; case is folded, for DOIs are case-insensitive (DOI Handbook 2.4)."""
    bare = re.sub(r"^doi:\s*", "", text.strip(), flags=re.IGNORECASE).rstrip(_DOI_TRAILING)
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(_DOI_TRAILING)
    return Identifier("doi", bare.lower()) if _DOI.fullmatch(bare) else None


def parse_bibtex_key(key: str) -> Identifier | None:
    """Parse ShortScience's key for a paper: arXiv, DOI, DBLP or a free key of the site's own."""
    key = key.strip()
    if match := _CORR.fullmatch(key):
        number = match[3] or f"{match[1]}.{match[2]}"
        return parse_arxiv(number) or Identifier("dblp", key)
    if _DOI.match(key):
        return parse_doi(key)
    if _DBLP.fullmatch(key):
        return Identifier("dblp", key)
    return Identifier("shortscience", key) if key and not re.search(r"\s", key) else None


def parse_url(url: str) -> Identifier | None:
    """Parse the address of a paper on one of the sites that name papers; None for any other."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    path = unquote(parts.path)
    if _ARXIV_HOSTS.fullmatch(host):
        return _arxiv_path(path)
    if host in {"doi.org", "dx.doi.org", "www.doi.org"}:
        return parse_doi(path.lstrip("/"))
    query = parse_qs(parts.query)
    if _is_at(host, "openreview.net"):
        forum = query.get("id", [""])[0]
        return Identifier("openreview", forum) if _OPENREVIEW.fullmatch(forum) else None
    if _is_at(host, "shortscience.org"):
        return parse_bibtex_key(query.get("bibtexKey", [""])[0])
    if host in {"dblp.org", "dblp.uni-trier.de", "www.dblp.org"} and "/rec/" in path:
        key = re.sub(r"^(?:html|bibtex|bib|xml)/|\.html$", "", path.split("/rec/", 1)[1])
        return parse_bibtex_key(key)
    return None


def _is_at(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")


def _arxiv_path(path: str) -> Identifier | None:
    path = re.sub(
        r"^/(?:abs|pdf|html|ps|papers|format|e-print|overview|ftp/arxiv/papers/\d{4})/", "", path
    )
    return parse_arxiv(re.sub(r"\.(?:pdf|ps|html)$", "", path.strip("/")))
