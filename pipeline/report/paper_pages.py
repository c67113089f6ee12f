"""The page of one paper: its descriptions, summaries, mentions and cited works."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.report.pages import render
from shortscience.pipeline.report.slices import MOST_RELATED, Row, grouped, rows_of
from shortscience.pipeline.schema import PAPERS, UNNAMED

PAPERS_AT_ONCE = 4096
_LEAD = 160
_FILES = ("summaries", "mentions", "cited")


class PaperPage(NamedTuple):
    """The page of a paper, as the content of an `<article>`, with its id and heading."""

    paper_id: str
    heading: str
    html: str


def relate(release: Path, folder: Path) -> None:
    """Write the rows that belong to papers into files sorted by paper.

    These are the `summaries` of each paper, the `mentions` of it with their sentences, and the
    papers `cited` in its summaries. Sorting them once saves a scan of whole tables for each slice.
    """
    folder.mkdir()
    summaries = scan_table(release, "summaries").select(
        "paper_id", "summary_id", "author", "votes", "n_words",
        lead=pl.col("plain_text").str.slice(0, _LEAD).str.replace_all(r"\s+", " ") + "…",
    )  # fmt: skip
    citations = scan_table(release, "citations").filter(pl.col("cited_paper_id").is_not_null())
    names = scan_table(release, "papers").select("paper_id", "title")
    mentions = citations.select(
        "summary_id", "raw", "context", "kind",
        paper_id="cited_paper_id", other_id="citing_paper_id",
    )  # fmt: skip
    cited = citations.select(paper_id="citing_paper_id", other_id="cited_paper_id").unique()
    titled = names.rename({"paper_id": "other_id", "title": "other_title"})
    frames = (
        summaries.sort("paper_id", "summary_id"),
        mentions.join(titled, on="other_id").sort("paper_id", "summary_id", "context", "raw"),
        cited.join(titled, on="other_id").sort("paper_id", "other_id"),
    )
    for name, frame in zip(_FILES, frames, strict=True):
        frame.sink_parquet(folder / f"{name}.parquet", row_group_size=20_000)


def paper_pages(release: Path, related: Path, number: int) -> Iterator[PaperPage]:
    """Yield the pages of the slice `number` of papers, from 0, in the order of their ids.

    `related` is the folder that `relate` wrote.
    """
    table = scan_table(release, "papers").slice(number * PAPERS_AT_ONCE, PAPERS_AT_ONCE)
    papers = table.collect()
    found = {name: _related(related / f"{name}.parquet", papers["paper_id"]) for name in _FILES}
    for paper in papers.iter_rows(named=True):
        yield _page(paper, {name: rows.get(paper["paper_id"], []) for name, rows in found.items()})


def _related(path: Path, papers: pl.Series) -> dict[str, list[Row]]:
    rows = rows_of(pl.scan_parquet(path), "paper_id", papers)
    return grouped(rows.group_by("paper_id", maintain_order=True).head(MOST_RELATED), "paper_id")


def _page(paper: Row, related: Mapping[str, list[Row]]) -> PaperPage:
    html = render(
        "paper.html",
        paper=paper,
        heading=name_of(paper),
        evidence=PAPERS.column("identified_by").meanings[paper["identified_by"]],
        summaries=related["summaries"],
        mentions=_by_summary(related["mentions"]),
        n_listed=len(related["mentions"]),
        cited=related["cited"],
    )
    return PaperPage(paper["paper_id"], name_of(paper), html)


def name_of(paper: Row) -> str:
    """Return the title of a paper, or a substitute if it is unknown."""
    if paper["title"]:
        return str(paper["title"])
    return "Paper not known" if paper["identified_by"] == "nothing" else str(paper["paper_id"])


def _name_of_other(row: Row) -> str:
    unknown = row["other_id"].startswith(UNNAMED)
    return str(row["other_title"] or ("an unknown paper" if unknown else row["other_id"]))


def _by_summary(mentions: list[Row]) -> list[Row]:
    """Group mentions by summary: its name, and each sentence once."""
    gathered: dict[str, Row] = {}
    for row in mentions:
        entry = gathered.setdefault(
            row["summary_id"],
            {"summary_id": row["summary_id"], "name": _name_of_other(row), "sentences": {}},
        )
        entry["sentences"].setdefault(row["context"], row["raw"])
    return list(gathered.values())
