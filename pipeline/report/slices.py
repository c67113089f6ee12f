"""Reading a release a slice at a time: some thousand summaries with all that belongs to them.

Memory is bounded by the slice, not by the release. The tables of a release are sorted by their own
keys, so what belongs to a slice is looked for in the whole of each table, which Polars streams.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release.explain import texts_of
from shortscience.pipeline.release.parquet import scan_table

SLICE_ROWS = 4096
"""Two base64 digits number the summaries of a slice, which the search index makes use of; with
their records and their rendered pages they take some 100 MB."""
MOST_RELATED = 50
"""Copies of a summary, other summaries of its paper and mentions of this, each: more are counted
and not listed, so that one page stays one page."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Summaries in the order of their ids, and the rows that belong to them.

    `summaries` has, besides its own columns, those of its paper that name it: `title`, `authors`,
    `venue`, `year`, `identified_by`. The other fields map a key to rows: `records` to
    `citations` by summary id, `papers` by paper id, `same_paper` and `cited_by` by paper id.
    `copied_texts` maps the ids of copies to their texts, unless they are the kept record's.
    """

    number: int
    summaries: pl.DataFrame
    records: Mapping[str, list[Row]]
    equations: Mapping[str, list[Row]]
    images: Mapping[str, list[Row]]
    links: Mapping[str, list[Row]]
    citations: Mapping[str, list[Row]]
    papers: Mapping[str, list[Row]]
    same_paper: Mapping[str, list[Row]]
    cited_by: Mapping[str, list[Row]]
    copied_texts: Mapping[str, str]


def read_slice(release: Path, number: int) -> Slice:
    """Read the slice of that number, from 0."""
    summaries = scan_table(release, "summaries").slice(number * SLICE_ROWS, SLICE_ROWS).collect()
    mine = summaries["summary_id"]
    about = summaries["paper_id"].unique()
    citations = _rows_of(scan_table(release, "citations"), "summary_id", mine)
    cited = citations["cited_paper_id"].drop_nulls()
    papers = _rows_of(scan_table(release, "papers"), "paper_id", pl.concat([about, cited]).unique())
    records = _records(release, mine)
    copies = _differing(records).select("record_id", "raw").to_dicts()
    naming = papers.select("paper_id", "title", "authors", "venue", "year", "identified_by")
    return Slice(
        number,
        summaries.join(naming, on="paper_id", how="left", maintain_order="left"),
        _grouped(records, "summary_id"),
        _of_summaries(release, "equations", mine),
        _of_summaries(release, "images", mine),
        _of_summaries(release, "links", mine),
        _grouped(_with_summary(release, citations).sort("start"), "summary_id"),
        _grouped(papers, "paper_id"),
        _grouped(_same_paper(release, about), "paper_id"),
        _grouped(_cited_by(release, about), "cited_paper_id"),
        dict(zip((copy["record_id"] for copy in copies), texts_of(copies), strict=True)),
    )


def _of_summaries(release: Path, table: str, summaries: pl.Series) -> dict[str, list[Row]]:
    rows = _rows_of(scan_table(release, table), "summary_id", summaries)
    return _grouped(rows, "summary_id")


def _rows_of(table: pl.LazyFrame, column: str, values: pl.Series) -> pl.DataFrame:
    """Return the rows of a table that have one of the values, in the table's order.

    The bounds let Parquet's statistics pass by what a sorted table holds of other slices.
    """
    within = pl.col(column).is_between(pl.lit(values.min()), pl.lit(values.max()))
    wanted = values.unique().rename(column).to_frame().lazy()
    rows = table.filter(within).join(wanted, on=column, how="semi", maintain_order="left")
    return rows.collect(engine="streaming")


def _records(release: Path, summaries: pl.Series) -> pl.DataFrame:
    """Return the records that carry the summaries, the best-known ones only, with their source."""
    names = scan_table(release, "sources").select("source_id", "name").collect()
    places = scan_table(release, "records").select("record_id", "summary_id", "status")
    listed = (
        _rows_of(places, "summary_id", summaries)
        .sort(pl.col("status") != "kept", "record_id")
        .group_by("summary_id", maintain_order=True)
        .head(MOST_RELATED + 1)
    )
    rows = _rows_of(scan_table(release, "records"), "record_id", listed["record_id"])
    return rows.join(names, on="source_id", how="left", maintain_order="left")


def _differing(records: pl.DataFrame) -> pl.DataFrame:
    """Return the copies that are not, byte for byte, the record that was kept."""
    kept = records.filter(pl.col("status") == "kept").select("summary_id", kept_raw="raw")
    copies = records.filter(pl.col("status") == "duplicate").join(kept, on="summary_id")
    return copies.filter(pl.col("raw") != pl.col("kept_raw"))


def _with_summary(release: Path, citations: pl.DataFrame) -> pl.DataFrame:
    """Add to each citation a summary of the cited paper, where there is one."""
    of_paper = scan_table(release, "summaries").select(
        pl.col("paper_id").alias("cited_paper_id"), pl.col("summary_id").alias("cited_summary_id")
    )
    found = _rows_of(of_paper, "cited_paper_id", citations["cited_paper_id"].drop_nulls())
    first = found.group_by("cited_paper_id").agg(pl.col("cited_summary_id").min())
    return citations.join(first, on="cited_paper_id", how="left", maintain_order="left")


def _same_paper(release: Path, papers: pl.Series) -> pl.DataFrame:
    lead = pl.col("plain_text").str.slice(0, 120).alias("lead")
    summaries = scan_table(release, "summaries").select("paper_id", "summary_id", "author", lead)
    rows = _rows_of(summaries, "paper_id", papers)
    return rows.group_by("paper_id", maintain_order=True).head(MOST_RELATED + 1)


def _cited_by(release: Path, papers: pl.Series) -> pl.DataFrame:
    """Return the mentions of papers, with the title of the paper whose summary holds each."""
    mentions = scan_table(release, "citations").select(
        "cited_paper_id", "citing_paper_id", "summary_id", "context"
    )
    rows = _rows_of(mentions, "cited_paper_id", papers)
    listed = rows.sort("cited_paper_id", "summary_id", "context").group_by(
        "cited_paper_id", maintain_order=True
    )
    titles = scan_table(release, "papers").select(
        pl.col("paper_id").alias("citing_paper_id"), "title"
    )
    head = listed.head(MOST_RELATED)
    known = _rows_of(titles, "citing_paper_id", head["citing_paper_id"])
    return head.join(known, on="citing_paper_id", how="left", maintain_order="left")


def _grouped(rows: pl.DataFrame, column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        groups.setdefault(row[column], []).append(row)
    return groups
