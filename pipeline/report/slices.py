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
"""Copies of a summary, summaries of a paper, mentions of it and works that it cites, each: more are
counted and not listed, so that one page stays one page."""
NAMING = ("title", "authors", "venue", "year", "identified_by", "identifiers", "bibtex_key")
"""Columns of `papers` by which the summaries of a paper are listed and found."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Summaries in the order of their ids, and the rows that belong to them.

    `summaries` has, besides its own columns, those of its paper that name it, `NAMING`. The other
    fields map a key to rows: `papers` by paper id, all others by summary id. `copied_texts` maps
    the ids of copies to their texts, unless they are the kept record's.
    """

    number: int
    summaries: pl.DataFrame
    records: Mapping[str, list[Row]]
    equations: Mapping[str, list[Row]]
    images: Mapping[str, list[Row]]
    links: Mapping[str, list[Row]]
    citations: Mapping[str, list[Row]]
    papers: Mapping[str, list[Row]]
    copied_texts: Mapping[str, str]


def read_slice(release: Path, number: int) -> Slice:
    """Read the slice of that number, from 0."""
    summaries = scan_table(release, "summaries").slice(number * SLICE_ROWS, SLICE_ROWS).collect()
    mine = summaries["summary_id"]
    about = summaries["paper_id"].unique()
    citations = rows_of(scan_table(release, "citations"), "summary_id", mine)
    cited = citations["cited_paper_id"].drop_nulls()
    papers = rows_of(scan_table(release, "papers"), "paper_id", pl.concat([about, cited]).unique())
    records = _records(release, mine)
    copies = _differing(records).select("record_id", "raw").to_dicts()
    naming = papers.select("paper_id", *NAMING)
    return Slice(
        number,
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
    """Return the rows of a table that have one of the values, in the table's order.

    The bounds let Parquet's statistics pass by what a sorted table holds of other slices.
    """
    within = pl.col(column).is_between(pl.lit(values.min()), pl.lit(values.max()))
    wanted = values.unique().rename(column).to_frame().lazy()
    rows = table.filter(within).join(wanted, on=column, how="semi", maintain_order="left")
    return rows.collect(engine="streaming")


def grouped(rows: pl.DataFrame, column: str) -> dict[str, list[Row]]:
    """Return the rows by the value of a column."""
    groups: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        groups.setdefault(row[column], []).append(row)
    return groups


def _records(release: Path, summaries: pl.Series) -> pl.DataFrame:
    """Return the records that carry the summaries, the best-known ones only, with their source."""
    names = scan_table(release, "sources").select("source_id", "name").collect()
    places = scan_table(release, "records").select("record_id", "summary_id", "status")
    listed = (
        rows_of(places, "summary_id", summaries)
        .sort(pl.col("status") != "kept", "record_id")
        .group_by("summary_id", maintain_order=True)
        .head(MOST_RELATED + 1)
    )
    rows = rows_of(scan_table(release, "records"), "record_id", listed["record_id"])
    return rows.join(names, on="source_id", how="left", maintain_order="left")


def _differing(records: pl.DataFrame) -> pl.DataFrame:
    """Return the copies that are not, byte for byte, the record that was kept."""
    kept = records.filter(pl.col("status") == "kept").select("summary_id", kept_raw="raw")
    copies = records.filter(pl.col("status") == "duplicate").join(kept, on="summary_id")
    return copies.filter(pl.col("raw") != pl.col("kept_raw"))
