"""The papers stage: one identity per paper, and the evidence for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.identifiers import NAMING_SCHEMES
from pipeline.papers.bibliography.index import Index
from pipeline.papers.conflicts import conflicts_of
from pipeline.papers.descriptions import TITLE_PREFIX
from pipeline.papers.linking.link import NO_LINKS
from pipeline.papers.naming import address, scheme, strongest, with_names
from pipeline.papers.nicknames import nicknamed
from pipeline.papers.reconciliation import Reconciled, reconcile
from pipeline.papers.witnesses import PAGE, hear
from pipeline.settings import PaperSettings

PAPER_SCHEMA = pl.Schema(
    {
        "paper_id": pl.String(),
        "title": pl.String(),
        "authors": pl.List(pl.String()),
        "year": pl.Int32(),
        "venue": pl.String(),
        "abstract": pl.String(),
        "bibtex_key": pl.String(),
        "dblp_key": pl.String(),
        "arxiv_id": pl.String(),
        "doi": pl.String(),
        "openreview_id": pl.String(),
        "url": pl.String(),
        "identifiers": pl.List(pl.String()),
        "described_by": pl.List(pl.String()),
        "conflicts": pl.List(pl.String()),
        "identified_by": pl.String(),
        "identity_confidence": pl.Float64(),
    }
)

_OF_SUMMARY = ("paper_id", "author", "votes", "posted_at", "url")
_UNNAMED = "summary:"
_WEB_ADDRESS = r"^((?:https?|ftp)://\S+)$"


@dataclass(frozen=True)
class Identities:
    """What the papers stage found.

    `papers` has one row per paper, with PAPER_SCHEMA; `summaries` has `summary_id`, `paper_id` and
    who posted it when and where; `citations` has the citations of other works, with
    `citing_paper_id` and `cited_paper_id` (null where nothing names the work); `witnesses` has what
    each page and each record of a bibliography tells of a `paper_id`, in the order in which they
    are believed: `source`, the `names` it gives, its own key first, `title`, `authors`, `year`.
    """

    papers: pl.DataFrame
    summaries: pl.DataFrame
    citations: pl.DataFrame
    witnesses: pl.DataFrame


def identify_papers(
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    bibliography: Sequence[Index],
    settings: PaperSettings,
    links: pl.DataFrame = NO_LINKS,
) -> Identities:
    """Identify the papers of summaries and of their citations.

    `facts` is what `gather_facts` returns; `citations` has the columns of CITATION_SCHEMA that
    describe a citation, and `summary_id`. Of several bibliographies, the first one is believed.
    `links` is what `link_summaries` returns.
    """
    named = with_names(citations)
    linked_to = links.filter(
        pl.col("place") == 0, pl.col("probability") >= settings.link_threshold
    ).select("summary_id", "name", linked_confidence="probability")
    heard = hear(facts, named, linked_to["name"], bibliography)
    reconciled = reconcile(heard.witnesses, heard.claims)
    resolved = _resolved(named["name"], reconciled)
    witnesses = _filed(heard.witnesses, reconciled)
    cited = _cited(named, resolved, witnesses)
    headed = _headed(cited, settings)
    by_words = linked_to.join(resolved, on="name").rename({"paper_id": "linked"}).drop("name")
    summarised = _summarised(facts, headed, by_words, witnesses, settings)
    titles = _first_known(witnesses.drop_nulls(["paper_id", "source"]), ["title"])
    linked = _linked(nicknamed(cited, summarised, titles), summarised, headed)
    conflicts = conflicts_of(reconciled, resolved, witnesses)
    papers = _papers(summarised, linked, resolved, witnesses, conflicts)
    told = _told(papers, witnesses, heard.claims)
    return Identities(papers, summarised.select("summary_id", *_OF_SUMMARY), linked, told)


def _resolved(mentioned: pl.Series, reconciled: Reconciled) -> pl.DataFrame:
    """Return `name` and `paper_id` of every name that a paper has.

    What no witness knows is filed under itself, if a paper can be.
    """
    filed = strongest(reconciled.names, "paper")
    known = reconciled.names.join(filed, on="paper").select("name", "paper_id")
    unknown = (
        mentioned.drop_nulls()
        .unique()
        .to_frame("name")
        .join(reconciled.names, on="name", how="anti")
        .filter(scheme(pl.col("name")).is_in(NAMING_SCHEMES))
        .with_columns(paper_id="name")
    )
    return pl.concat([known, unknown]).sort("name")


def _filed(witnesses: pl.DataFrame, reconciled: Reconciled) -> pl.DataFrame:
    """Add to each witness the `paper_id` of what it speaks of; null where that has no name.

    A paper that has none but is summarised is filed under the first of its summaries.
    """
    placed = witnesses.join(reconciled.witnesses, on="witness", maintain_order="left").join(
        strongest(reconciled.names, "paper"), on="paper", how="left", maintain_order="left"
    )
    first = (
        placed.filter(pl.col("paper_id").is_null())
        .select("paper", first=pl.col("summary_ids").list.first())
        .drop_nulls()
        .group_by("paper")
        .agg(pl.col("first").min())
    )
    return (
        placed.join(first, on="paper", how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", pl.format(f"{_UNNAMED}{{}}", "first")))
        .drop("first")
    )


def _cited(named: pl.DataFrame, resolved: pl.DataFrame, witnesses: pl.DataFrame) -> pl.DataFrame:
    """Add `paper_id` to citations: by their keys, or by title and authors of a parsed reference."""
    references = witnesses.filter(pl.col("source").is_null()).select(
        "title", "authors", entitled="paper_id"
    )
    return (
        named.join(resolved, on="name", how="left", maintain_order="left")
        .join(references, on=["title", "authors"], how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", "entitled"))
        .drop("entitled")
    )


def _summarised(
    facts: pl.DataFrame,
    headed: pl.DataFrame,
    by_words: pl.DataFrame,
    witnesses: pl.DataFrame,
    settings: PaperSettings,
) -> pl.DataFrame:
    """Return the facts of each summary with its paper and the evidence for it.

    A page that names the paper is believed before a link in the summary's header, and that before
    what the summary's words tell.
    """
    told = (
        witnesses.select("summary_ids", told="paper_id")
        .explode("summary_ids")
        .drop_nulls()
        .rename({"summary_ids": "summary_id"})
    )
    known = pl.col("told").str.starts_with(_UNNAMED).not_()
    return (
        facts.join(told, on="summary_id", how="left")
        .join(headed.select("summary_id", "headed"), on="summary_id", how="left")
        .join(by_words, on="summary_id", how="left")
        .with_columns(
            paper_id=pl.when(known)
            .then("told")
            .otherwise(
                pl.coalesce("headed", "linked", "told", pl.format(f"{_UNNAMED}{{}}", "summary_id"))
            ),
            identified_by=pl.when(known & pl.col("bibtex_key").is_not_null())
            .then("told_by")
            .when(known)
            .then(pl.lit(PAGE))
            .when(pl.col("headed").is_not_null())
            .then(pl.lit("identifier"))
            .when(pl.col("linked").is_not_null())
            .then(pl.lit("linked"))
            .otherwise(pl.lit("nothing")),
            identity_confidence=pl.when(known)
            .then(pl.lit(settings.page_confidence))
            .when(pl.col("headed").is_not_null())
            .then(pl.lit(settings.header_confidence))
            .otherwise(pl.coalesce("linked_confidence", 0.0)),
        )
        .sort("summary_id")
    )


def _headed(cited: pl.DataFrame, settings: PaperSettings) -> pl.DataFrame:
    """Return `summary_id`, `headed`, the paper that a summary calls its own, and `start`.

    A header does so; behind it, only a link that leaves no doubt, if all such links name one paper.
    """
    named = cited.filter(pl.col("paper_id").is_not_null())
    within = pl.col("start") < settings.header_chars
    alone = pl.col("paper_id").filter("own").n_unique().over("summary_id") == 1
    return (
        named.filter((pl.col("labelled") & within) | (pl.col("own") & alone))
        .sort("summary_id", "start", "paper_id")
        .unique("summary_id", keep="first", maintain_order=True)
        .select("summary_id", "start", headed="paper_id")
    )


def _linked(cited: pl.DataFrame, summarised: pl.DataFrame, headed: pl.DataFrame) -> pl.DataFrame:
    """Return the citations of other works: what points at the summary's own paper is none.

    That is what resolves to it, and what its header calls the paper, even where nothing tells that
    the two identifiers are one paper's.
    """
    headers = headed.select("summary_id", "start", header=pl.lit(value=True))
    return (
        cited.join(
            summarised.select("summary_id", citing_paper_id="paper_id"),
            on="summary_id",
            maintain_order="left",
        )
        .join(headers, on=["summary_id", "start"], how="left", maintain_order="left")
        .rename({"paper_id": "cited_paper_id"})
        .filter(
            pl.col("cited_paper_id").eq_missing(pl.col("citing_paper_id")).not_(),
            pl.col("header").is_null(),
        )
        .drop("header", "own", "name", "labelled")
    )


_STRENGTH_OF_EVIDENCE = ("page", "copy", "identifier", "linked", "nothing")
_COLUMN_OF_SCHEME = {
    "dblp": "dblp_key",
    "arxiv": "arxiv_id",
    "doi": "doi",
    "openreview": "openreview_id",
}


def _papers(
    summarised: pl.DataFrame,
    linked: pl.DataFrame,
    resolved: pl.DataFrame,
    witnesses: pl.DataFrame,
    conflicts: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per paper that is summarised or cited."""
    papers = _evidence(summarised, linked)
    named = resolved.join(papers, on="paper_id", how="semi")
    joined = (
        papers.join(_described(witnesses), on="paper_id", how="left")
        .join(_identifiers(named, linked), on="paper_id", how="left")
        .join(conflicts, on="paper_id", how="left")
    )
    written = pl.col("described_by").list.first().is_not_null() & (
        pl.col("identified_by") == "identifier"
    )
    return (
        joined.with_columns(
            bibtex_key=pl.coalesce("bibtex_key", "cite_key"),
            url=pl.coalesce(pl.col("paper_url").str.extract(_WEB_ADDRESS), "address"),
            identified_by=pl.when(written).then(pl.lit("bibliography")).otherwise("identified_by"),
        )
        .select(
            *(
                pl.col(name).fill_null([]) if name in _LISTS else pl.col(name)
                for name in PAPER_SCHEMA
            )
        )
        .cast(PAPER_SCHEMA)
        .sort("paper_id")
    )


_LISTS = ("identifiers", "described_by", "conflicts")


def _evidence(summarised: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Return `paper_id`, `identified_by` and `identity_confidence` of each paper.

    A paper is only as well identified as all of its summaries are, so that whoever asks for papers
    told by pages gets no summary that was tied to its paper in another way.
    """
    of_summaries = (
        summarised.with_columns(pl.col("identified_by").cast(pl.Enum(_STRENGTH_OF_EVIDENCE)))
        .group_by("paper_id")
        .agg(
            pl.col("identified_by").max().cast(pl.String),
            pl.col("identity_confidence").min(),
        )
    )
    of_citations = (
        linked.filter(pl.col("cited_paper_id").is_not_null())
        .group_by(paper_id="cited_paper_id")
        .agg(cited_confidence=pl.col("confidence").max())
    )
    return of_summaries.join(of_citations, on="paper_id", how="full", coalesce=True).select(
        "paper_id",
        pl.col("identified_by").fill_null("identifier"),
        pl.coalesce("identity_confidence", "cited_confidence"),
    )


def _described(witnesses: pl.DataFrame) -> pl.DataFrame:
    """Return what is told of each paper, field by field.

    Its words are taken from a page, else from the record of the key that a page has, or of the
    identifier that the paper is filed under; all else from the first witness that knows it. So a
    preprint keeps its own title, and yet tells where it was published.
    """
    known = witnesses.drop_nulls(["paper_id", "source"])
    pages = known.filter(pl.col("source") == PAGE).select("paper_id", "key").drop_nulls().unique()
    distance = (
        pl.when(pl.col("source") == PAGE)
        .then(0)
        .when(pl.col("shown").is_not_null())
        .then(1)
        .when(pl.col("key") == pl.col("paper_id"))
        .then(2)
        .otherwise(3)
    )
    order = known.select("paper_id", "key", "witness", "source").with_row_index("row")
    closeness = (
        order.join(
            pages.with_columns(shown=pl.lit(value=True)),
            on=["paper_id", "key"],
            how="left",
            maintain_order="left",
        )
        .with_columns(distance=distance)
        .sort("paper_id", "distance", "witness")["row"]
    )
    by_order = order.sort("paper_id", "witness")["row"]
    told = (
        known.select(
            "paper_id", "source", told=pl.any_horizontal(pl.col(_DESCRIPTION).is_not_null())
        )[by_order]
        .filter("told")
        .group_by("paper_id")
        .agg(described_by=pl.col("source").unique(maintain_order=True))
    )
    # A field at a time: all of them at once, in order, would be held three times.
    papers = known.select("paper_id").unique()
    for name in (*_BY_ORDER, *_BY_CLOSENESS):
        places = by_order if name in _BY_ORDER else closeness
        field = known.select("paper_id", name)[places].drop_nulls()
        papers = papers.join(
            field.unique("paper_id", keep="first", maintain_order=True), on="paper_id", how="left"
        )
    return papers.join(told, on="paper_id", how="left")


_DESCRIPTION = ("title", "authors", "year")
_BY_ORDER = ("bibtex_key", "paper_url", "year", "venue")
_BY_CLOSENESS = ("title", "authors", "abstract")


def _told(papers: pl.DataFrame, witnesses: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return what is told of the papers, and by whom."""
    names = (
        claims.filter(~pl.col("name").str.starts_with(TITLE_PREFIX))
        .sort("witness", ~pl.col("own"), "name")
        .group_by("witness", maintain_order=True)
        .agg(names="name")
    )
    return (
        witnesses.drop_nulls("source")
        .join(papers.select("paper_id"), on="paper_id", how="semi")
        .join(names, on="witness", how="left")
        .sort("paper_id", "witness")
        .select("paper_id", "source", "names", "title", "authors", "year")
    )


def _first_known(ordered: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return ordered.group_by("paper_id").agg(pl.col(name).drop_nulls().first() for name in columns)


def _identifiers(named: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Return all names of each paper, and the column of each scheme."""
    cite_keys = (
        linked.filter(pl.col("kind").is_in(["cite", "shortscience"]))
        .group_by(paper_id="cited_paper_id")
        .agg(cite_key=pl.col("key").min())
    )
    value = pl.col("name").str.splitn(":", 2).struct.field("field_1")
    listed = (
        named.sort("name")
        .group_by("paper_id", maintain_order=True)
        .agg(
            pl.col("name").alias("identifiers"),
            *(
                value.filter(scheme(pl.col("name")) == of).first().alias(column)
                for of, column in _COLUMN_OF_SCHEME.items()
            ),
        )
    )
    addresses = [(name, address(name)) for name in listed["paper_id"]]
    found = pl.DataFrame(
        addresses, schema={"paper_id": pl.String(), "address": pl.String()}, orient="row"
    )
    return listed.join(found, on="paper_id").join(cite_keys, on="paper_id", how="left")
