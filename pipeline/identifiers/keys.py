"""Keys of DBLP and ShortScience records, and ids of the ACL Anthology."""

import re
from urllib.parse import parse_qs

from shortscience.pipeline.identifiers.arxiv import ARCHIVE, parse_arxiv
from shortscience.pipeline.identifiers.doi import parse_doi
from shortscience.pipeline.identifiers.identifier import Identifier

# DBLP names preprints `journals/corr/abs-1911-11361`, older ones `abs-cs-0011044` and
# `cs-AI-0101029`; the site names them `journals/corr/1911.11361`.
_CORR = re.compile(
    rf"journals/corr/(?:abs-(?P<month>\d{{4}})-(?P<number>\d{{4,5}})|(?P<new>\d{{4}}\.\d{{4,5}})"
    rf"|(?:abs-)?(?P<archive>{ARCHIVE})(?:-[A-Z]{{2}})?-(?P<old>\d{{7}}))(?:v\d{{1,3}})?"
)
_DBLP = re.compile(r"(?:conf|journals|books|phd|series|reference)/[\w./-]+/?[\w.-]*")
_ACL = re.compile(
    r"(?<![A-Za-z\d])(?:[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?!\d)", re.IGNORECASE
)
_DOI_OF_ACL = re.compile(r"10\.(?:18653|3115)/v1/(.+)", re.IGNORECASE)
_DOI_AHEAD = re.compile(r"10\.\d{4}")
_BLANK = re.compile(r"\s")


def parse_bibtex_key(key: str) -> Identifier | None:
    """Parse ShortScience's key for a paper: arXiv, DOI, DBLP or a free key of the site."""
    key = key.strip()
    identifier = parse_dblp_key(key) or parse_arxiv(key)
    if identifier or not key or _BLANK.search(key):
        return identifier
    return parse_doi(key) if _DOI_AHEAD.match(key) else Identifier("shortscience", key)


def key_in(address: str) -> str | None:
    """Return the key in the query of one of the site's addresses; None if it has none."""
    # Not `urlsplit`, which raises for addresses such as `http://[`.
    query = parse_qs(address.partition("#")[0].partition("?")[2])
    return query.get("bibtexKey", [None])[0]


def parse_dblp_key(key: str) -> Identifier | None:
    """Parse the key of a DBLP record, which for a preprint is an arXiv identifier."""
    key = key.strip().removeprefix("DBLP:")
    if match := _CORR.fullmatch(key):
        archived = match["archive"] and f"{match['archive']}/{match['old']}"
        number = archived or match["new"] or f"{match['month']}.{match['number']}"
        return parse_arxiv(number) or Identifier("dblp", key)
    return Identifier("dblp", key) if _DBLP.fullmatch(key) else None


def parse_acl(text: str) -> Identifier | None:
    """Find an ACL Anthology id in a text."""
    match = _ACL.search(text)
    if match is None:
        return None
    return Identifier("acl", match[0].lower() if match[0][0].isdigit() else match[0].upper())


def also_named(identifier: Identifier) -> Identifier | None:
    """Return the ACL Anthology id inside one of the ACL's DOIs."""
    numbered = _DOI_OF_ACL.fullmatch(identifier.value) if identifier.scheme == "doi" else None
    return parse_acl(numbered[1]) if numbered else None
