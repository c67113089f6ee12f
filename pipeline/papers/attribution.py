"""Which paper a summary is about, and which it cites.

All that is known of a summary is in one part: its facts, its citations, and what others answered.
"""

from typing import NamedTuple

import polars as pl

from shortscience.pipeline.identifiers import NAMING_SCHEMES
from shortscience.pipeline.papers.filing import UNNAMED
from shortscience.pipeline.papers.naming import scheme
from shortscience.pipeline.papers.witnesses import PAGE
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import by_hash, deal

OF_SUMMARY = ("paper_id", "author", "votes", "posted_at", "url", "n_copies")
STRENGTH_OF_EVIDENCE = ("page", "copy", "identifier", "linked", "nothing")
"""How the paper of a summary is known, what tells most first."""


class Attributed(NamedTuple):
    """One part of the summaries.

    `summaries` has OF_SUMMARY of each, and the evidence for its paper; `citations` has the
    `paper_id` that each resolves to; `headed` the paper that a summary calls its own, and where.
    """

    summaries: pl.DataFrame
    citations: pl.DataFrame
    headed: pl.DataFrame


def chosen_links(links: pl.DataFrame, settings: PaperSettings) -> pl.DataFrame:
    """Return `summary_id`, `name` and `linked_confidence` of the links that are believed."""
    return links.filter(
        pl.col("place") == 0, pl.col("probability") >= settings.link_threshold
    ).select("summary_id", "name", linked_confidence="probability")


def attribute(
    settings: PaperSettings,
    facts: pl.DataFrame,
    named: pl.DataFrame,
    links: pl.DataFrame,
    resolved: pl.DataFrame,
    told: pl.DataFrame,
    entitled: pl.DataFrame,
) -> Attributed:
    """Attribute summaries to papers, by their facts, their citations and what they are linked to.

    `resolved` has the `paper_id` of names that witnesses know; `told` what pages tell of summaries,
    and `entitled` which papers parsed references (`title`, `authors`) are.
    """
    cited = _cited(named, resolved, entitled)
    headed = _headed(cited, settings)
    by_words = links.join(resolved, on="name").rename({"paper_id": "linked"}).drop("name")
    return Attributed(_summarised(facts, headed, by_words, told, settings), cited, headed)


def _cited(named: pl.DataFrame, resolved: pl.DataFrame, entitled: pl.DataFrame) -> pl.DataFrame:
    """Add `paper_id` to citations: by their keys, or by title and authors of a parsed reference.

    What no witness knows is filed under itself, if a paper can be.
    """
    itself = pl.when(scheme(pl.col("name")).is_in(NAMING_SCHEMES)).then("name")
    return (
        named.join(resolved, on="name", how="left", maintain_order="left")
        .join(entitled, on=["title", "authors"], how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", itself, "entitled"))
        .drop("entitled")
    )


def _summarised(
    facts: pl.DataFrame,
    headed: pl.DataFrame,
    by_words: pl.DataFrame,
    told: pl.DataFrame,
    settings: PaperSettings,
) -> pl.DataFrame:
    """Return the facts of each summary with its paper and the evidence for it.

    A page that names the paper is believed before a link in the summary's header, and that before
    what the summary's words tell.
    """
    known = pl.col("told").str.starts_with(UNNAMED).not_()
    return (
        facts.join(told, on="summary_id", how="left")
        .join(headed.select("summary_id", "headed"), on="summary_id", how="left")
        .join(by_words, on="summary_id", how="left")
        .with_columns(
            paper_id=pl.when(known)
            .then("told")
            .otherwise(
                pl.coalesce("headed", "linked", "told", pl.format(f"{UNNAMED}{{}}", "summary_id"))
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


def cite(attributed: Attributed) -> pl.DataFrame:
    """Return the citations of other works: what points at the summary's own paper is none.

    That is what resolves to it, what its header calls the paper, even where nothing tells that the
    two identifiers are one paper's, and whom the summary has as its subject.
    """
    headers = attributed.headed.select("summary_id", "start", header=pl.lit(value=True))
    return (
        attributed.citations.join(
            attributed.summaries.select("summary_id", citing_paper_id="paper_id"),
            on="summary_id",
            maintain_order="left",
        )
        .join(headers, on=["summary_id", "start"], how="left", maintain_order="left")
        .rename({"paper_id": "cited_paper_id"})
        .filter(
            pl.col("cited_paper_id").eq_missing(pl.col("citing_paper_id")).not_(),
            pl.col("header").is_null(),
            ~pl.col("subject"),
        )
        .drop("header", "own", "name", "labelled", "subject", "identified")
    )


def of_summaries(attributed: Attributed, citations: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id`, OF_SUMMARY and `n_citations`."""
    counted = citations.group_by("summary_id").agg(n_citations=pl.len())
    return (
        attributed.summaries.select("summary_id", *OF_SUMMARY)
        .join(counted, on="summary_id", how="left", maintain_order="left")
        .with_columns(pl.col("n_citations").fill_null(0))
    )


def split_summarised(n_parts: int, attributed: Attributed) -> list[pl.DataFrame]:
    """Give the evidence for what is summarised to parts by papers."""
    evidence = attributed.summaries.select("paper_id", "identified_by", "identity_confidence")
    return deal(evidence, by_hash("paper_id", n_parts), n_parts)


def split_cited(n_parts: int, citations: pl.DataFrame) -> list[pl.DataFrame]:
    """Give the evidence for what is cited to parts by papers."""
    cited = citations.select("kind", "key", "confidence", paper_id="cited_paper_id").drop_nulls(
        "paper_id"
    )
    return deal(cited, by_hash("paper_id", n_parts), n_parts)
