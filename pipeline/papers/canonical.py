"""The canonical paper of each source and name, and what conflicts with it."""

from typing import Generic, NamedTuple

import polars as pl

from shortscience.pipeline.papers.descriptions import TITLE_PREFIX
from shortscience.pipeline.papers.frames import (
    CATALOGUE,
    CONFLICTS,
    LISTED,
    NAMES,
    PAGE,
    Frame,
)
from shortscience.pipeline.papers.naming import strongest
from shortscience.pipeline.papers.reconciliation import reconcile
from shortscience.pipeline.papers.sources import claims
from shortscience.pipeline.schema import UNNAMED

_BETWEEN = "\x1f"
"""Stands between the items of a list that is compared as a text."""


class Canonical(NamedTuple, Generic[Frame]):
    """The papers of some components.

    `descriptions` has the claims of pages and entries about each `paper_id`: SOURCES without
    `summary_ids`, plus `rank`. `of_summaries` has the `paper_id` that a page, a catalogue or a
    reference gives each `summary_id`, with its `kind` and LISTED. `names` has NAMES; `conflicts`
    has a list of sentences per `paper_id`.
    """

    descriptions: Frame
    of_summaries: Frame
    names: Frame
    conflicts: Frame


def resolve(sources: pl.DataFrame) -> Canonical[pl.DataFrame]:
    """Find the papers of sources by `component`; each component must be complete."""
    ranked = _ranked(sources)
    components = ranked.select("rank", "component")
    claimed = claims(ranked).rename({"source": "rank"}).join(components, on="rank")
    groups = reconcile(ranked, claimed)
    chosen = strongest(groups.names, "group")
    names = groups.names.join(chosen, on="group").select(*NAMES)
    resolved = _with_papers(ranked, groups.sources, chosen)
    known = resolved.drop_nulls("paper_id")
    return Canonical(
        known.drop_nulls("origin").drop("component", "summary_ids"),
        known.select("kind", "paper_id", *LISTED, summary_id="summary_ids")
        .explode("summary_id")
        .drop_nulls("summary_id"),
        names,
        _sentences(groups.conflicts, names, resolved),
    )


def _ranked(sources: pl.DataFrame) -> pl.DataFrame:
    """Rank the sources: pages by key, entries by file, then references by what they say.

    The rank must not depend on the order in which parts deliver the sources.
    """
    first = pl.when(pl.col("kind") == PAGE).then(pl.col("summary_ids").list.first())
    said = "title_name", "title", pl.col("authors", "names").list.join(_BETWEEN)
    order = "kind", "file", "entry", "bibtex_key", first, *said
    ordered = sources.sort(*order, nulls_last=True, maintain_order=True)
    return ordered.with_row_index("rank").cast({"rank": CONFLICTS["rank"]})


def _with_papers(sources: pl.DataFrame, groups: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Add `paper_id`: the group's, else its first summary's id, else null."""
    grouped = sources.join(groups, on="rank", maintain_order="left").join(
        chosen, on="group", how="left", maintain_order="left"
    )
    first = (
        grouped.filter(pl.col("paper_id").is_null(), pl.col("kind").is_in([PAGE, CATALOGUE]))
        .group_by("group")
        .agg(pl.col("summary_ids").list.first().min().alias("summary"))
    )
    unnamed = pl.format(f"{UNNAMED}{{}}", "summary")
    return (
        grouped.join(first, on="group", how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", unnamed))
        .drop("group", "summary")
    )


def _sentences(conflicts: pl.DataFrame, names: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Describe each conflict for both of the papers that it would have united."""
    claimed = (
        pl.when(pl.col("name").str.starts_with(TITLE_PREFIX))
        .then(pl.lit("the title"))
        .otherwise(pl.format("{}, a name", "name"))
    )
    sentence = pl.format(
        "{} gives {} {} of {}, which has {}: kept apart.",
        "origin",
        pl.col("paper_id").fill_null("a paper"),
        claimed,
        "other_id",
        "reason",
    )
    sentences = (
        conflicts.join(sources.select("rank", "origin", "paper_id").drop_nulls("origin"), on="rank")
        .join(names.select(other="name", other_id="paper_id"), on="other")
        .select("paper_id", "other_id", conflicts=sentence)
    )
    both = (sentences.select("conflicts", paper_id=column) for column in ("paper_id", "other_id"))
    return (
        pl.concat(both)
        .drop_nulls("paper_id")
        .unique()
        .group_by("paper_id")
        .agg(pl.col("conflicts").sort())
    )
