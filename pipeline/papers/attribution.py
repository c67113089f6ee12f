"""Attribution: which paper each summary is about, and which papers it cites.

All inputs about a summary are in the same part: its facts, citations and link, the papers of their
names, and the papers of its page, its catalogue and the references that it lists.
"""

from typing import Generic, NamedTuple

import polars as pl

from shortscience.pipeline.identifiers import NAMING_SCHEMES
from shortscience.pipeline.papers.frames import CATALOGUE, LISTED, PAGE, REFERENCE, Frame
from shortscience.pipeline.papers.naming import scheme
from shortscience.pipeline.schema import CITATIONS, UNNAMED
from shortscience.pipeline.settings import PaperSettings

OF_SUMMARY = ("paper_id", "author", "votes", "posted_at", "url", "n_copies")
STRENGTH_OF_EVIDENCE = ("page", "copy", "catalogue", "identifier", "linked", "nothing")
"""How a summary's paper is known, strongest evidence first."""


class Attributed(NamedTuple, Generic[Frame]):
    """One part of the summaries.

    `summaries` has each summary's facts, its `paper_id`, and the evidence: `identified_by` and
    `identity_confidence`. `citations` has the `paper_id` that each resolves to, and `own_link`:
    whether its label says that it is the summary's own paper.
    """

    summaries: Frame
    citations: Frame


def chosen_links(links: pl.DataFrame, *, settings: PaperSettings) -> pl.DataFrame:
    """Return `summary_id`, `name` and `linked_confidence` of links above the threshold."""
    return links.filter(
        pl.col("place") == 0, pl.col("probability") >= settings.link_threshold
    ).select("summary_id", "name", linked_confidence="probability")


def mentions(citations: pl.DataFrame, *, links: pl.DataFrame) -> pl.DataFrame:
    """Return each `name` that the citations and the link of a `summary_id` have."""
    both = (frame.select("summary_id", "name") for frame in (citations, links))
    return pl.concat(both).drop_nulls().unique()


def attribute(
    facts: pl.DataFrame,
    *,
    citations: pl.DataFrame,
    links: pl.DataFrame,
    known: pl.DataFrame,
    resolved: pl.DataFrame,
    sources: pl.DataFrame,
    settings: PaperSettings,
) -> Attributed[pl.DataFrame]:
    """Attribute summaries and their citations to papers.

    `known` has KNOWN. `resolved` has the `paper_id` of each row of `mentions`. `sources` has those
    of pages that show a summary, catalogues that recognise it, and references in it.
    """
    cited = _with_own_links(_with_cited_paper(citations, resolved, sources), settings)
    linked = links.join(resolved, on=["summary_id", "name"]).select(
        "summary_id", "linked_confidence", linked="paper_id"
    )
    shown = sources.filter(pl.col("kind") == PAGE).select("summary_id", shown="paper_id")
    catalogued = sources.filter(pl.col("kind") == CATALOGUE).select(
        "summary_id", catalogued="paper_id"
    )
    sure = known.select("summary_id", catalogued_confidence="confidence")
    evidence = facts
    for frame in (shown, catalogued, sure, _headed(cited), linked):
        evidence = evidence.join(frame, on="summary_id", how="left")
    return Attributed(_choose_papers(evidence, settings), cited)


def _with_cited_paper(
    citations: pl.DataFrame, resolved: pl.DataFrame, sources: pl.DataFrame
) -> pl.DataFrame:
    """Add `paper_id` to citations: by their identifier, or by title and authors.

    A name of a naming scheme that no source claims becomes a paper itself.
    """
    on = ["summary_id", *LISTED]
    listed = sources.filter(pl.col("kind") == REFERENCE).select(*on, listed="paper_id")
    itself = pl.when(scheme(pl.col("name")).is_in(NAMING_SCHEMES)).then("name")
    return (
        citations.join(resolved, on=["summary_id", "name"], how="left", maintain_order="left")
        .join(listed, on=on, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", "listed", itself))
        .drop("listed")
    )


def _with_own_links(cited: pl.DataFrame, settings: PaperSettings) -> pl.DataFrame:
    """Add `own_link` to citations.

    In the header, every label says so; after it, an unmistakable one, unless such labels name
    several papers, or the only one if its link names no paper.
    """
    paper, labelled, own = pl.col("paper_id"), pl.col("labelled"), pl.col("own")
    in_header = pl.col("start") < settings.header_chars
    of_one_paper = paper.filter(own).drop_nulls().n_unique().over("summary_id") <= 1
    nothing_else = paper.is_null() & (labelled.sum().over("summary_id") == 1)
    return cited.with_columns(own_link=labelled & (in_header | nothing_else) | own & of_one_paper)


def _headed(cited: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id` and `headed`, the paper of its first own link."""
    return (
        cited.filter("own_link", pl.col("paper_id").is_not_null())
        .sort("summary_id", "start", "paper_id")
        .unique("summary_id", keep="first", maintain_order=True)
        .select("summary_id", headed="paper_id")
    )


def _choose_papers(evidence: pl.DataFrame, settings: PaperSettings) -> pl.DataFrame:
    """Choose the paper of each summary.

    Precedence: a page that names the paper, a catalogue, a link in the summary's header, and then
    the summary's words.
    """
    on_page, in_catalogue = (
        pl.col(name).str.starts_with(UNNAMED).not_().fill_null(value=False)
        for name in ("shown", "catalogued")
    )
    itself = pl.format(f"{UNNAMED}{{}}", "summary_id")
    return evidence.with_columns(
        paper_id=pl.when(on_page)
        .then("shown")
        .when(in_catalogue)
        .then("catalogued")
        .otherwise(pl.coalesce("headed", "linked", "shown", "catalogued", itself)),
        identified_by=pl.when(on_page & pl.col("bibtex_key").is_not_null())
        .then("told_by")
        .when(on_page)
        .then(pl.lit(PAGE))
        .when(in_catalogue)
        .then(pl.lit(CATALOGUE))
        .when(pl.col("headed").is_not_null())
        .then(pl.lit("identifier"))
        .when(pl.col("linked").is_not_null())
        .then(pl.lit("linked"))
        .otherwise(pl.lit("nothing")),
        identity_confidence=pl.when(on_page)
        .then(pl.lit(settings.page_confidence))
        .when(in_catalogue)
        .then("catalogued_confidence")
        .when(pl.col("headed").is_not_null())
        .then(pl.lit(settings.header_confidence))
        .otherwise(pl.coalesce("linked_confidence", 0.0)),
    ).sort("summary_id")


def drop_own_paper(citations: pl.DataFrame, *, summaries: pl.DataFrame) -> pl.DataFrame:
    """Return the citations of other works, without those of the summary's own paper.

    A summary's own paper is what resolves to it, what a label calls the paper even if nothing
    unites the two identifiers, and the authors that are the summary's subject.
    """
    own = summaries.select("summary_id", citing_paper_id="paper_id")
    return (
        citations.join(own, on="summary_id", maintain_order="left")
        .rename({"paper_id": "cited_paper_id"})
        .filter(
            pl.col("cited_paper_id").ne_missing(pl.col("citing_paper_id")),
            ~pl.col("own_link"),
            ~pl.col("subject"),
        )
        .select(name for name in CITATIONS.polars_schema if name != "citation_id")
    )


def of_summaries(summaries: pl.DataFrame, *, citations: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id`, OF_SUMMARY and `n_citations`."""
    counted = citations.group_by("summary_id").agg(n_citations=pl.len())
    return (
        summaries.select("summary_id", *OF_SUMMARY)
        .join(counted, on="summary_id", how="left", maintain_order="left")
        .with_columns(pl.col("n_citations").fill_null(0))
    )


def summarised(summaries: pl.DataFrame) -> pl.DataFrame:
    """Return how each summary is known to be about its `paper_id`."""
    return summaries.select("paper_id", "identified_by", "identity_confidence")


def cited(citations: pl.DataFrame) -> pl.DataFrame:
    """Return how each citation names its `paper_id`."""
    named = citations.select("kind", "key", "confidence", paper_id="cited_paper_id")
    return named.drop_nulls("paper_id")
