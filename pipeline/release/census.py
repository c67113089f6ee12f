"""What a release holds, as charts: counted by Polars, streaming, from the Parquet files."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from shortscience.pipeline.release.charts import Chart, counted, stacked
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.schema import CITATION_KINDS, PAPERS, RECORDS

_MOST_BARS = 15
_LENGTHS = (50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000)
"""Words: finer where most summaries are."""
_COPIES = (2, 3, 4, 5, 10, 20, 50, 100)
_FORMULAS = (1, 2, 5, 10, 20, 50, 100)


def fates(release: Path) -> Chart:
    """Count records by the form of their source and what became of them."""
    sources = scan_table(release, "sources").select("source_id", pl.col("form").fill_null("none"))
    records = scan_table(release, "records").select("source_id", "status")
    frame = _count(records.join(sources, on="source_id"), "form", "status")
    fates = RECORDS.column("status").values
    return stacked(
        frame, "Records by form of their source, and fate", "form", fates, "Nothing is dropped."
    )


def reasons(release: Path) -> Chart:
    """Count the reasons for which records were rejected."""
    rejected = scan_table(release, "records").filter(pl.col("status") == "rejected")
    frame = _most(_count(rejected, "reason"))
    return counted(frame, "Why records were rejected", "reason", "records")


def clusters(release: Path) -> Chart:
    """Count summaries by the number of records that carry them."""
    frame = _binned(scan_table(release, "summaries"), "n_copies", _COPIES, least=1)
    return counted(frame, "Records that carry a summary", "records", "summaries")


def relations(release: Path) -> Chart:
    """Count copies by how they relate to the kept text."""
    copies = scan_table(release, "records").filter(pl.col("status") == "duplicate")
    note = "Near and truncated copies were compared word by word."
    return counted(_count(copies, "relation"), "How copies relate", "relation", "records", note)


def lengths(release: Path) -> Chart:
    """Count summaries by their number of words."""
    frame = _binned(scan_table(release, "summaries"), "n_words", _LENGTHS)
    return counted(frame, "Length", "words", "summaries")


def languages(release: Path) -> Chart:
    """Count summaries by language."""
    frame = _most(_count(scan_table(release, "summaries"), "language"))
    return counted(frame, "Language", "code", "summaries", "ISO 639-1; und: undecidable.")


def structure(release: Path) -> Chart:
    """Count summaries by the origin of their block structure."""
    frame = _count(scan_table(release, "summaries"), "structure")
    note = "Whether line breaks are the author's or were restored."
    return counted(frame, "Block structure", "structure", "summaries", note)


def formulas(release: Path) -> Chart:
    """Count summaries by their number of equations."""
    frame = _binned(scan_table(release, "summaries"), "n_equations", _FORMULAS)
    return counted(frame, "Equations in a summary", "equations", "summaries")


def holding(release: Path) -> Chart:
    """Count the summaries that hold equations, images, links and citations."""
    counts = ("equations", "images", "links", "citations")
    shares = (pl.col(f"n_{name}").gt(0).sum().alias(name) for name in counts)
    frame = scan_table(release, "summaries").select(*shares).collect(engine="streaming")
    held = frame.unpivot(variable_name="what", value_name="summaries")
    return counted(held, "Summaries that hold any", "what", "summaries")


def summarised_years(release: Path) -> Chart:
    """Count summaries by the year of their paper."""
    years = scan_table(release, "papers").select("paper_id", "year")
    counts = _count(scan_table(release, "summaries").join(years, on="paper_id"), "year")
    told = counts.sort("year", nulls_last=True).with_columns(
        pl.col("year").cast(pl.String).fill_null("not known")
    )
    return counted(told, "Summaries over the years", "year of the paper", "summaries")


def years(release: Path) -> Chart:
    """Count what is in summaries by the year of their paper."""
    years = scan_table(release, "papers").select("paper_id", "year")
    counts = ("equations", "images", "citations")
    sums = (pl.col(f"n_{name}").sum().cast(pl.Int64).alias(name) for name in counts)
    frame = (
        scan_table(release, "summaries")
        .join(years, on="paper_id")
        .filter(pl.col("year").is_not_null())
        .group_by("year")
        .agg(*sums)
        .sort("year")
        .collect(engine="streaming")
    )
    note = "By the year of the summarised paper; years without one are left out."
    long = frame.unpivot(index="year").sort("year", maintain_order=True)
    return stacked(long, "Equations, images and citations", "year", counts, note)


def identities(release: Path) -> Chart:
    """Count papers by the evidence for their identity."""
    frame = _count(
        scan_table(release, "papers").with_columns(
            role=pl.when(pl.col("n_summaries") > 0)
            .then(pl.lit("summarised"))
            .otherwise(pl.lit("only cited"))
        ),
        "identified_by",
        "role",
    )
    order = pl.col("identified_by").cast(pl.Enum(PAPERS.column("identified_by").values))
    roles = ("summarised", "only cited")
    return stacked(frame.sort(order), "Identity, by its evidence", "evidence", roles)


def citation_kinds(release: Path) -> Chart:
    """Count mentions by their kind, and whether the paper is known."""
    known = pl.when(pl.col("cited_paper_id").is_null()).then(pl.lit("open"))
    found = known.otherwise(pl.lit("identified")).alias("found")
    frame = _count(scan_table(release, "citations").with_columns(found), "kind", "found")
    order = pl.col("kind").cast(pl.Enum(CITATION_KINDS))
    return stacked(
        frame.sort(order),
        "Citations by kind",
        "kind",
        ("identified", "open"),
        "open: no paper yet.",
    )


def _count(rows: pl.LazyFrame, *columns: str) -> pl.DataFrame:
    counts = rows.group_by(columns).len().sort(columns)
    return counts.collect(engine="streaming")


def _most(counts: pl.DataFrame) -> pl.DataFrame:
    """Keep the largest counts, and sum up the others under one label."""
    label = counts.columns[0]
    ordered = counts.sort(pl.col("len"), pl.col(label), descending=[True, False])
    rest = ordered.slice(_MOST_BARS)
    if rest.is_empty():
        return ordered
    others = pl.lit(f"{len(rest)} others").alias(label)
    return pl.concat([ordered.head(_MOST_BARS), rest.select(others, pl.col("len").sum()).head(1)])


def _binned(rows: pl.LazyFrame, column: str, edges: Sequence[int], least: int = 0) -> pl.DataFrame:
    """Count values between edges: each edge begins a bin, and the least value the first one."""
    starts = (least, *edges)
    number = pl.lit(pl.Series(edges)).search_sorted(pl.col(column), side="right").alias("bin")
    counted_bins = dict(_count(rows.select(number), "bin").iter_rows())
    labels = [_range(low, high) for low, high in zip(starts, (*edges, None), strict=True)]
    last = max(counted_bins, default=-1)
    counts = [counted_bins.get(index, 0) for index in range(last + 1)]
    return pl.DataFrame({column: labels[: last + 1], "len": counts}, strict=False)


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,}" if high == low + 1 else f"{low:,} to {high - 1:,}"
