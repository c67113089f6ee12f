"""Identifiers of papers: parsing and normal forms."""

from shortscience.pipeline.identifiers.addresses import parse_forum, parse_url, title_in
from shortscience.pipeline.identifiers.arxiv import LABELLED as ARXIV_LABELLED
from shortscience.pipeline.identifiers.arxiv import NUMBER as ARXIV
from shortscience.pipeline.identifiers.arxiv import parse_arxiv
from shortscience.pipeline.identifiers.doi import dois, parse_doi
from shortscience.pipeline.identifiers.identifier import Identifier, Written
from shortscience.pipeline.identifiers.keys import (
    also_named,
    key_in,
    parse_bibtex_key,
    parse_dblp_key,
)
from shortscience.pipeline.identifiers.schemes import (
    IDENTIFIER_KINDS,
    NAMING_SCHEMES,
    PAPER_LINK,
    SCHEMES,
    address,
    parse_key,
    strength,
)

__all__ = [
    "ARXIV",
    "ARXIV_LABELLED",
    "IDENTIFIER_KINDS",
    "NAMING_SCHEMES",
    "PAPER_LINK",
    "SCHEMES",
    "Identifier",
    "Written",
    "address",
    "also_named",
    "dois",
    "key_in",
    "parse_arxiv",
    "parse_bibtex_key",
    "parse_dblp_key",
    "parse_doi",
    "parse_forum",
    "parse_key",
    "parse_url",
    "strength",
    "title_in",
]
