"""The rows of papers: all that is known of one, once it is known which sources speak of it."""

from typing import Generic, NamedTuple

import polars as pl

from shortscience.pipeline.identifiers import NAMING_SCHEMES, SCHEMES, address
from shortscience.pipeline.papers.attribution import STRENGTH_OF_EVIDENCE
from shortscience.pipeline.papers.frames import BIBLIOGRAPHY, CATALOGUE, PAGE, Frame
from shortscience.pipeline.papers.naming import scheme
from shortscience.pipeline.papers.venues import venue_key
from shortscience.pipeline.schema import PAPERS

_PAPERS = PAPERS.polars_schema
_WEB_ADDRESS = r"^((?:https?|ftp)://[^\s\x1c-\x1f]+)$"
_MIRROR = r"(?i)^\w+://(?:[^/]*\.)?(?:sci-hub|libgen|arxiv-sanity|arxiv-vanity|gitxiv)\."
"""Sites that show papers of others."""
_MIRRORED = r"(?i)^\w+://(?:[^/]*\.)?sci-hub\.\w+/(https?://\w.+)$"
"""The address of a mirror that has the paper's own address as its path."""
_LAST_FIRST, _SUFFIX = r"^([^,]+),\s*([^,]+)$", r",\s*(?:Jr|Sr|I{2,3}|IV)\b"
_DBLP_KEY_OF_PREPRINT = r"^(journals/corr/[a-z]\S+)$"
"""DBLP's keys of preprints, which hold their arXiv ids: `abs-1911-11361`, `cs-AI-0101029`."""
# Before the year, a zero stands for an author with a number: `HeZR015`.
_YEAR_OF_KEY = r"^(?:conf|journals|books|phd|reference|series)/.*[A-Za-z]0*(\d{2})[a-z]?$"
_YEAR_OF_ARXIV = r"^(?:[a-z-]+(?:\.[A-Z]{2})?/)?(\d{2})\d{2}"
_CENTURY = 50
"""Two digits below this are of the 2000s: DBLP has papers since 1936, arXiv since 1991."""
_SITE = "shortscience"
_LOST = "\ufffd"
"""Stands for a character whose bytes could not be decoded."""
_LISTS = ("identifiers", "described_by", "conflicts")
_DESCRIPTION = ("title", "authors", "year")
_BY_RANK = ("bibtex_key", "paper_url")
_BY_KEY = ("year", "venue")
_BY_CLOSENESS = ("title", "authors", "abstract")


class Described(NamedTuple, Generic[Frame]):
    """One part of the papers.

    `papers` has the columns of the table; `evidence` has what each page and each entry says of a
    `paper_id`, in the order in which they are believed: its `source`, the `names` it claims, its
    own key first, `title`, `authors`, `year`.
    """

    papers: Frame
    evidence: Frame


def describe(
    sources: pl.DataFrame,
    *,
    names: pl.DataFrame,
    conflicts: pl.DataFrame,
    summarised: pl.DataFrame,
    cited: pl.DataFrame,
) -> Described[pl.DataFrame]:
    """Return one row per paper of one part that is summarised or cited, and the evidence for it."""
    papers = _identified(summarised, cited)
    joined = (
        papers.join(_described(sources), on="paper_id", how="left")
        .join(_identifiers(papers, names, sources, cited), on="paper_id", how="left")
        .join(conflicts, on="paper_id", how="left")
    )
    evidence = (
        sources.join(papers.select("paper_id"), on="paper_id", how="semi")
        .sort("paper_id", "rank")
        .select("paper_id", "names", "title", "authors", "year", source="origin")
    )
    return Described(_rows(joined), evidence)


def _rows(joined: pl.DataFrame) -> pl.DataFrame:
    written = pl.col("in_bibliography") & (pl.col("identified_by") == "identifier")
    key = pl.coalesce("bibtex_key", "cite_key")
    return (
        joined.with_columns(
            bibtex_key=key,
            dblp_key=pl.coalesce("dblp_key", key.str.extract(_DBLP_KEY_OF_PREPRINT)),
            url=_url(),
            venue_key=venue_key(pl.col("venue"), pl.col("dblp_key")),
            year=pl.coalesce(
                "year",
                _year("bibtex_key", _YEAR_OF_KEY),
                _year("dblp_key", _YEAR_OF_KEY),
                _year("arxiv_id", _YEAR_OF_ARXIV),
            ),
            authors=pl.col("authors").list.eval(_given_name_first(pl.element())),
            identified_by=pl.when(written).then(pl.lit("bibliography")).otherwise("identified_by"),
        )
        .select(
            *(pl.col(name).fill_null([]) if name in _LISTS else pl.col(name) for name in _PAPERS)
        )
        .cast(_PAPERS)
        .sort("paper_id")
    )


def _url() -> pl.Expr:
    """Return the address of the paper's strongest identifier, else what its page links to."""
    linked = pl.col("paper_url").str.extract(_WEB_ADDRESS).str.replace(_MIRRORED, "$1")
    original = pl.when(~linked.str.contains(_MIRROR)).then(linked)
    on_the_site = scheme(pl.col("paper_id")) == _SITE
    of_page = pl.when(pl.col("bibtex_key").is_not_null() | pl.col("cite_key").is_not_null())
    return pl.coalesce(pl.when(~on_the_site).then("address"), original, of_page.then("address"))


def _year(name: str, pattern: str) -> pl.Expr:
    """Return the year of which a key or a number has the last two digits."""
    digits = pl.col(name).str.extract(pattern).cast(pl.Int32)
    return digits + pl.when(digits < _CENTURY).then(2000).otherwise(1900)


def _given_name_first(name: pl.Expr) -> pl.Expr:
    turned = name.str.replace(_LAST_FIRST, "$2 $1")
    return pl.when(name.str.contains(_SUFFIX)).then(name).otherwise(turned)


def _identified(summarised: pl.DataFrame, cited: pl.DataFrame) -> pl.DataFrame:
    """Return `paper_id`, how each paper is identified, and how often it is summarised and cited.

    A paper is only as well identified as all of its summaries are, so that whoever asks for papers
    known from pages gets no summary that was tied to its paper in another way.
    """
    of_summaries = (
        summarised.with_columns(pl.col("identified_by").cast(pl.Enum(STRENGTH_OF_EVIDENCE)))
        .group_by("paper_id")
        .agg(
            pl.col("identified_by").max().cast(pl.String),
            pl.col("identity_confidence").min(),
            n_summaries=pl.len(),
        )
    )
    of_citations = cited.group_by("paper_id").agg(
        cited_confidence=pl.col("confidence").max(), n_citations=pl.len()
    )
    return of_summaries.join(of_citations, on="paper_id", how="full", coalesce=True).select(
        "paper_id",
        pl.col("identified_by").fill_null("identifier"),
        pl.coalesce("identity_confidence", "cited_confidence"),
        pl.col("n_summaries", "n_citations").fill_null(0),
    )


def _described(known: pl.DataFrame) -> pl.DataFrame:
    """Return what sources say of each paper, field by field, and which sources describe it."""
    papers = known.select("paper_id").unique()
    # A field at a time: all of them at once, in order, would be held three times.
    for name, rows in _rows_in_order(known).items():
        field = _whole_first(known.select("paper_id", name)[rows].drop_nulls(), name)
        papers = papers.join(
            field.unique("paper_id", keep="first", maintain_order=True), on="paper_id", how="left"
        )
    return papers.join(_described_by(known), on="paper_id", how="left")


def _rows_in_order(known: pl.DataFrame) -> dict[str, pl.Series]:
    """Return for each field the rows of sources, in the order in which they are believed.

    Its words are taken from a page, else from a catalogue, else from the record of the key that a
    page has, or of the identifier that the paper is filed under; year and venue from the page, a
    catalogue or the record of the page's key, unless that is a preprint's; all else from the first
    source that knows it. So a preprint keeps its own title, and yet tells where it was published.
    """
    shown = known.filter(pl.col("kind") == PAGE).select("paper_id", "key").drop_nulls().unique()
    distance = (
        pl.when(pl.col("kind") == PAGE)
        .then(0)
        .when(pl.col("kind") == CATALOGUE)
        .then(1)
        .when(pl.col("shown").is_not_null())
        .then(2)
        .when(pl.col("key") == pl.col("paper_id"))
        .then(3)
        .otherwise(4)
    )
    sources = (
        known.select("paper_id", "key", "rank", "kind")
        .with_row_index("row")
        .join(
            shown.with_columns(shown=pl.lit(value=True)),
            on=["paper_id", "key"],
            how="left",
            maintain_order="left",
        )
        .with_columns(distance=distance)
    )
    preprint = pl.col("key").str.starts_with("arxiv:") & (pl.col("distance") == 2)
    unless_preprint = pl.when(preprint).then(3).otherwise(pl.min_horizontal("distance", 3))
    by_rank, by_key, by_closeness = (
        sources.sort("paper_id", *nearer, "rank")["row"]
        for nearer in ((), (unless_preprint,), ("distance",))
    )
    return (
        dict.fromkeys(_BY_RANK, by_rank)
        | dict.fromkeys(_BY_KEY, by_key)
        | dict.fromkeys(_BY_CLOSENESS, by_closeness)
    )


def _described_by(known: pl.DataFrame) -> pl.DataFrame:
    """Return `described_by`, the origins of sources that describe a paper, by rank.

    `in_bibliography` tells whether one of them is an entry of a bibliography.
    """
    described = pl.any_horizontal(pl.col(_DESCRIPTION).is_not_null())
    return (
        known.select("paper_id", "rank", "origin", "kind", described=described)
        .filter("described")
        .sort("paper_id", "rank")
        .group_by("paper_id")
        .agg(
            described_by=pl.col("origin").unique(maintain_order=True),
            in_bibliography=(pl.col("kind") == BIBLIOGRAPHY).any(),
        )
    )


def _whole_first(field: pl.DataFrame, name: str) -> pl.DataFrame:
    """Move values in which characters were lost, as on some pages, behind the others."""
    text = pl.col(name)
    if field.schema[name] == pl.List(pl.String):
        text = text.list.join("")
    elif field.schema[name] != pl.String:
        return field
    lost = text.str.contains(_LOST, literal=True)
    return pl.concat([field.filter(~lost), field.filter(lost)])


def _identifiers(
    papers: pl.DataFrame, names: pl.DataFrame, sources: pl.DataFrame, cited: pl.DataFrame
) -> pl.DataFrame:
    """Return all names of each paper, and the column of each scheme.

    A paper of which no source speaks has the one name that it is filed under, if it has any. A key
    that only a bibliography has is no name on the site, except where the paper is filed under it.
    """
    keys_in_texts = cited.filter(pl.col("kind").is_in(["cite", "shortscience"]))
    cite_keys = keys_in_texts.group_by("paper_id").agg(cite_key=pl.col("key").min())
    keys = pl.concat([sources["bibtex_key"], keys_in_texts["key"]]).drop_nulls().str.strip_chars()
    on_the_site = f"{_SITE}:" + keys.unique()
    free = scheme(pl.col("name")) == _SITE
    filed = pl.col("name") == pl.col("paper_id")
    names = names.filter(~free | filed | pl.col("name").is_in(on_the_site.implode()))
    itself = (
        papers.select("paper_id", name="paper_id")
        .filter(scheme(pl.col("name")).is_in(NAMING_SCHEMES))
        .join(names, on="paper_id", how="anti")
    )
    named = pl.concat(
        [
            names.join(papers, on="paper_id", how="semi").select("paper_id", "name"),
            itself,
        ]
    )
    value = pl.col("name").str.splitn(":", 2).struct.field("field_1")
    listed = (
        named.sort("name")
        .group_by("paper_id", maintain_order=True)
        .agg(
            pl.col("name").alias("identifiers"),
            *(
                value.filter(scheme(pl.col("name")) == of.name).first().alias(of.column)
                for of in SCHEMES.values()
                if of.column
            ),
        )
    )
    addresses = [(name, address(name)) for name in listed["paper_id"]]
    found = pl.DataFrame(
        addresses, schema={"paper_id": pl.String(), "address": pl.String()}, orient="row"
    )
    return listed.join(found, on="paper_id").join(cite_keys, on="paper_id", how="left")
