"""Reading a release slice by slice: some thousand summaries with all their related rows.

Memory is bounded by the slice. Tables are sorted by their own keys, so the rows of a slice may be
anywhere in a table, which Polars streams.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release.explain import texts_of
from shortscience.pipeline.release.parquet import scan_table

SLICE_ROWS = 4096
"""Two base64 digits of the search index number the summaries of a slice; with their records and
rendered pages, they take about 100 MB.
"""
MOST_RELATED = 50
"""Copies, summaries, mentions and cited works listed on a page, each; more are only counted, to
keep pages short.
"""
NAMING = (
    *("title", "authors", "venue", "venue_key", "year"),
    *("identified_by", "identifiers", "bibtex_key"),
)
"""Columns of `papers` by which a paper's summaries are listed and found."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Summaries in the order of their ids, with their related rows.

    `summaries` also has the columns `NAMING` of the paper. The other fields map a key to rows:
    `papers` by paper id, all others by summary id. `copied_texts` maps ids of copies to their
    texts, where these differ from the kept record's.
    """

    summaries: pl.DataFrame
    records: Mapping[str, list[Row]]
    equations: Mapping[str, list[Row]]
    images: Mapping[str, list[Row]]
    links: Mapping[str, list[Row]]
    citations: Mapping[str, list[Row]]
    papers: Mapping[str, list[Row]]
    copied_texts: Mapping[str, str]


def read_slice(release: Path, number: int) -> Slice:
    """Read the slice with a number, from 0."""
    summaries = scan_table(release, "summaries").slice(number * SLICE_ROWS, SLICE_ROWS).collect()
    mine = summaries["summary_id"]
    about = summaries["paper_id"].unique()
    citations = rows_of(scan_table(release, "citations"), "summary_id", mine)
    cited = citations["cited_paper_id"].drop_nulls()
    papers = rows_of(scan_table(release, "papers"), "paper_id", pl.concat([about, cited]).unique())
    records = _records(release, mine)
    copies = _differing(records).select("record_id", "raw", "form").to_dicts()
    naming = papers.select("paper_id", *NAMING)
    return Slice(
        summaries.join(naming, on="paper_id", how="left", maintain_order="left"),
        grouped(records, "summary_id"),
        _of_summaries(release, "equations", mine),
        _of_summaries(release, "images", mine),
        _of_summaries(release, "links", mine),
        grouped(citations.sort("start"), "summary_id"),
        grouped(papers, "paper_id"),
        dict(zip((copy["record_id"] for copy in copies), texts_of(copies), strict=True)),
    )


def _of_summaries(release: Path, table: str, summaries: pl.Series) -> dict[str, list[Row]]:
    rows = rows_of(scan_table(release, table), "summary_id", summaries)
    return grouped(rows, "summary_id")


def rows_of(table: pl.LazyFrame, column: str, values: pl.Series) -> pl.DataFrame:
    """Return the rows whose column has one of the values, in the table's order.

    The bounds let Parquet's statistics skip other slices of a sorted table.
    """
    within = pl.col(column).is_between(pl.lit(values.min()), pl.lit(values.max()))
    wanted = values.unique().rename(column).to_frame().lazy()
    rows = table.filter(within).join(wanted, on=column, how="semi", maintain_order="left")
    return rows.collect(engine="streaming")


def grouped(rows: pl.DataFrame, column: str) -> dict[str, list[Row]]:
    """Group rows by the value of a column."""
    groups: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        groups.setdefault(row[column], []).append(row)
    return groups


def _records(release: Path, summaries: pl.Series) -> pl.DataFrame:
    """Return the records of the summaries, up to a limit each, with their source."""
    sources = scan_table(release, "sources").select("source_id", "name", "form").collect()
    places = scan_table(release, "records").select("record_id", "summary_id", "status")
    listed = (
        rows_of(places, "summary_id", summaries)
        .sort(pl.col("status") != "kept", "record_id")
        .group_by("summary_id", maintain_order=True)
        .head(MOST_RELATED + 1)
    )
    rows = rows_of(scan_table(release, "records"), "record_id", listed["record_id"])
    return rows.join(sources, on="source_id", how="left", maintain_order="left")


def _differing(records: pl.DataFrame) -> pl.DataFrame:
    """Return the copies that are not byte for byte equal to the kept record."""
    kept = records.filter(pl.col("status") == "kept").select("summary_id", kept_raw="raw")
    copies = records.filter(pl.col("status") == "duplicate").join(kept, on="summary_id")
    return copies.filter(pl.col("raw") != pl.col("kept_raw"))
