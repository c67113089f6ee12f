"""The card's figures about a release, counted from the written tables."""

from pathlib import Path

import polars as pl

from shortscience.pipeline.release.census import records_with_form
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.schema import TABLES

_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_MOST = 20

Rows = list[tuple[object, ...]]


def row_counts(rows: dict[str, int]) -> Rows:
    """Return (table, rows, what a row is)."""
    return [(f"`{name}`", rows[name], table.description) for name, table in TABLES.items()]


def outcomes(release: Path) -> Rows:
    """Return (form of the source, outcome, relation, records)."""
    return _counted(records_with_form(release), "form", "status", "relation")


def languages(release: Path) -> Rows:
    """Return (language, summaries), the most frequent ones."""
    counts = _counted(scan_table(release, "summaries"), "language")
    return sorted(counts, key=lambda row: (-int(str(row[-1])), str(row[0])))[:_MOST]


def evidence(release: Path) -> Rows:
    """Return (evidence for the identity of a paper, papers)."""
    return _counted(scan_table(release, "papers"), "identified_by")


def structure(release: Path) -> Rows:
    """Return (origin of the block structure, summaries)."""
    return _counted(scan_table(release, "summaries"), "structure")


def citation_kinds(release: Path) -> Rows:
    """Return (kind of mention, mentions, mentions of a known paper)."""
    known = pl.col("cited_paper_id").is_not_null().sum()
    kinds = scan_table(release, "citations").group_by("kind").agg(pl.len(), known.alias("known"))
    return kinds.sort("kind").collect().rows()


def lengths(release: Path) -> Rows:
    """Return (measure, then its minimum, 5 %, 25 %, 50 %, 75 %, 95 % and maximum)."""
    measures = ("n_words", "n_chars", "n_equations", "n_citations", "n_copies")
    quantiles = scan_table(release, "summaries").select(
        pl.concat_list(
            pl.col(name).quantile(q, interpolation="lower").cast(pl.Int64) for q in _QUANTILES
        ).alias(name)
        for name in measures
    )
    return [
        (f"`{name}`", *values) for name, values in quantiles.collect().row(0, named=True).items()
    ]


def known_shares(release: Path) -> Rows:
    """Return (column, percentage of summaries or papers with a value)."""
    columns = {
        "summaries": ("author", "votes", "posted_at", "url"),
        "papers": ("title", "authors", "year", "venue", "abstract", "doi", "arxiv_id"),
    }
    return [
        (f"`{table}.{name}`", f"{share:.0%}")
        for table, names in columns.items()
        for name, share in scan_table(release, table)
        .select(pl.col(names).is_not_null().mean())
        .collect()
        .row(0, named=True)
        .items()
    ]


def well_formed_share(release: Path) -> str:
    """Return the percentage of well-formed equations."""
    share = scan_table(release, "equations").select(pl.col("well_formed").mean()).collect().item()
    return "none" if share is None else f"{share:.1%}"


def _counted(scan: pl.LazyFrame, *columns: str) -> Rows:
    counts = scan.group_by(columns).len().sort(columns, nulls_last=True).collect()
    return [tuple("" if value is None else value for value in row) for row in counts.rows()]
