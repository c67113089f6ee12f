"""The schemes of identifiers: one table with all that is known about each."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from shortscience.pipeline.identifiers import arxiv, doi
from shortscience.pipeline.identifiers.addresses import parse_forum, parse_url
from shortscience.pipeline.identifiers.arxiv import parse_arxiv
from shortscience.pipeline.identifiers.doi import parse_doi
from shortscience.pipeline.identifiers.identifier import Identifier
from shortscience.pipeline.identifiers.keys import parse_acl, parse_bibtex_key, parse_dblp_key

PAPER_LINK = "paper-link"
_LEFT_AS_IS = "/:.()-_;"

Parse = Callable[[str], Identifier | None]


@dataclass(frozen=True)
class Scheme:
    """One scheme of identifiers.

    `pattern` matches every value, in syntax common to Python and Polars; `parse` reads an
    identifier as people write it; `kind` is the kind of citations by it; `column` is its column in
    `papers`; `prefix` makes a value a URL. Ids that occur only in a publisher's URLs name no
    papers, but show that two papers are the same.
    """

    name: str
    pattern: str = r"^\S+$"
    parse: Parse = parse_url
    kind: str = PAPER_LINK
    cited_as: str = ""
    """How the kind of citation is described."""
    column: str | None = None
    prefix: str | None = None
    names_papers: bool = False

    def address(self, value: str) -> str | None:
        """Return the URL of a paper."""
        return self.prefix + quote(value, safe=_LEFT_AS_IS) if self.prefix else None


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "arxiv",
            arxiv.PATTERN,
            parse_arxiv,
            kind="arxiv",
            cited_as="a link to arXiv, or an arXiv id",
            column="arxiv_id",
            prefix="https://arxiv.org/abs/",
            names_papers=True,
        ),
        Scheme(
            "doi",
            doi.PATTERN,
            parse_doi,
            kind="doi",
            cited_as="a DOI, as a link or in words",
            column="doi",
            prefix="https://doi.org/",
            names_papers=True,
        ),
        Scheme(
            "openreview",
            parse=parse_forum,
            kind="openreview",
            cited_as="a link to OpenReview",
            column="openreview_id",
            prefix="https://openreview.net/forum?id=",
            names_papers=True,
        ),
        Scheme(
            "dblp",
            parse=parse_dblp_key,
            column="dblp_key",
            prefix="https://dblp.org/rec/",
            names_papers=True,
        ),
        Scheme(
            "shortscience",
            parse=parse_bibtex_key,
            kind="shortscience",
            cited_as="a link to a paper's page on ShortScience",
            prefix="https://www.shortscience.org/paper?bibtexKey=",
            names_papers=True,
        ),
        Scheme("acl", parse=parse_acl),
        Scheme("pmlr"),
        Scheme("jmlr"),
        Scheme("neurips"),
    )
}
"""All schemes by name, strongest first."""

NAMING_SCHEMES = tuple(scheme.name for scheme in SCHEMES.values() if scheme.names_papers)
"""The schemes that can name a row of `papers`, strongest first."""

IDENTIFIER_KINDS = tuple(
    dict.fromkeys(scheme.kind for scheme in SCHEMES.values() if scheme.kind != PAPER_LINK)
)
"""The kinds of citations named after schemes."""

_PARSER_OF_KIND: dict[str, Parse] = {
    "cite": parse_bibtex_key,
    PAPER_LINK: lambda key: parse_url(key) or parse_dblp_key(key),
} | {SCHEMES[name].kind: SCHEMES[name].parse for name in IDENTIFIER_KINDS}


def parse_key(kind: str, key: str) -> Identifier | None:
    """Return the paper that the key of a citation of a kind identifies, or None."""
    parse = _PARSER_OF_KIND.get(kind)
    return parse(key) if parse else None


def strength(name: str) -> tuple[int, str]:
    """Sort key of names (`scheme:value`): strongest first, those that name no paper last."""
    scheme = name.partition(":")[0]
    place = NAMING_SCHEMES.index(scheme) if scheme in NAMING_SCHEMES else len(NAMING_SCHEMES)
    return place, name


def address(name: str) -> str | None:
    """Return the URL of the paper with a name, `scheme:value`."""
    scheme, _, value = name.partition(":")
    return SCHEMES[scheme].address(value) if scheme in SCHEMES else None
