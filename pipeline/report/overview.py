"""The numbers of a release, as charts: counted by Polars, streaming, from the Parquet files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.release.manifest import read_manifest
from pipeline.release.parquet import scan_table
from pipeline.report.charts import Chart, counted, stacked
from pipeline.schema import CITATION_KINDS, PAPERS, RECORDS

_MOST_BARS = 15
_LENGTHS = (50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000)
"""Words: finer where most summaries are."""
_COPIES = (2, 3, 4, 5, 10, 20, 50, 100)
_FORMULAS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Section:
    """Charts that answer one question."""

    title: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class TableValidation:
    """What validation found in one table."""

    name: str
    expectations: int
    met: int
    unmet: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """All that the first page shows."""

    release_id: str
    tables: dict[str, int]
    not_read: tuple[dict[str, str], ...]
    sections: tuple[Section, ...]
    validation: tuple[TableValidation, ...]

    @property
    def expectations(self) -> int:
        """The number of expectations that were checked."""
        return sum(table.expectations for table in self.validation)

    @property
    def passed(self) -> bool:
        """Whether all of them are met."""
        return all(table.met == table.expectations for table in self.validation)


def survey(release: Path) -> Overview:
    """Count what a release holds."""
    manifest = read_manifest(release)
    return Overview(
        manifest["release_id"],
        manifest["tables"],
        tuple(manifest["not_read"]),
        (
            Section("What became of the records", (_fates(release), _reasons(release))),
            Section("Copies", (_clusters(release), _relations(release))),
            Section("The texts", (_lengths(release), _languages(release), _structure(release))),
            Section("What is in them", (_formulas(release), _holding(release))),
            Section("Over the years", (_years(release),)),
            Section("Papers", (_identities(release), _citation_kinds(release))),
        ),
        tuple(_validations(release)),
    )


def _fates(release: Path) -> Chart:
    sources = scan_table(release, "sources").select("source_id", pl.col("form").fill_null("none"))
    records = scan_table(release, "records").select("source_id", "status")
    frame = _count(records.join(sources, on="source_id"), "form", "status")
    fates = RECORDS.column("status").values
    return stacked(
        frame, "Records by form of their source, and fate", "form", fates, "Nothing is dropped."
    )


def _reasons(release: Path) -> Chart:
    rejected = scan_table(release, "records").filter(pl.col("status") == "rejected")
    frame = _most(_count(rejected, "reason"))
    return counted(frame, "Why records were rejected", "reason", "records")


def _clusters(release: Path) -> Chart:
    frame = _binned(scan_table(release, "summaries"), "n_copies", _COPIES, least=1)
    return counted(frame, "Records that carry a summary", "records", "summaries")


def _relations(release: Path) -> Chart:
    copies = scan_table(release, "records").filter(pl.col("status") == "duplicate")
    note = "Near and truncated copies were compared word by word."
    return counted(_count(copies, "relation"), "How copies relate", "relation", "records", note)


def _lengths(release: Path) -> Chart:
    frame = _binned(scan_table(release, "summaries"), "n_words", _LENGTHS)
    return counted(frame, "Length", "words", "summaries")


def _languages(release: Path) -> Chart:
    frame = _most(_count(scan_table(release, "summaries"), "language"))
    return counted(frame, "Language", "code", "summaries", "ISO 639-1; und: undecidable.")


def _structure(release: Path) -> Chart:
    frame = _count(scan_table(release, "summaries"), "structure")
    note = "Whether line breaks are the author's or were restored."
    return counted(frame, "Block structure", "structure", "summaries", note)


def _formulas(release: Path) -> Chart:
    frame = _binned(scan_table(release, "summaries"), "n_equations", _FORMULAS)
    return counted(frame, "Equations in a summary", "equations", "summaries")


def _holding(release: Path) -> Chart:
    counts = ("equations", "images", "links", "citations")
    shares = (pl.col(f"n_{name}").gt(0).sum().alias(name) for name in counts)
    frame = scan_table(release, "summaries").select(*shares).collect(engine="streaming")
    held = frame.unpivot(variable_name="what", value_name="summaries")
    return counted(held, "Summaries that hold any", "what", "summaries")


def _years(release: Path) -> Chart:
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


def _identities(release: Path) -> Chart:
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


def _citation_kinds(release: Path) -> Chart:
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


def _validations(release: Path) -> list[TableValidation]:
    report: dict[str, Any] = json.loads((release / "validation.json").read_text(encoding="utf-8"))
    return [
        TableValidation(
            name,
            len(table["expectations"]),
            sum(item["success"] for item in table["expectations"]),
            tuple(_unmet(item) for item in table["expectations"] if not item["success"]),
        )
        for name, table in report["tables"].items()
    ]


def _unmet(item: dict[str, Any]) -> str:
    what = item["why"] or item["type"]
    return f"{what} {item['unexpected'] or 0:,} rows, such as {', '.join(item['examples'])}"
