"""The contents of a release as charts, counted from its Parquet files by streaming queries."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import polars as pl

from shortscience.pipeline.papers.venues import SHORT_VENUE
from shortscience.pipeline.release.charts import Bar, Chart, single, stacked
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.schema import CITATION_KINDS, PAPERS, RECORDS

_MOST_BARS = 15
_MOST_YEARS = 30
"""Years with a bar of their own, up to the last one; earlier years share one."""
_MOST_PAPERS = 10
_LENGTHS = (50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000)
"""Bin edges in words, finer where most summaries are."""
_COPIES = (2, 3, 4, 5, 10, 20, 50, 100)
_FORMULAS = (1, 2, 5, 10, 20, 50, 100)


def records_with_form(release: Path) -> pl.LazyFrame:
    """Scan `status`, `relation` and the `form` of the source of all records."""
    forms = scan_table(release, "sources").select("source_id", pl.col("form").fill_null("unknown"))
    records = scan_table(release, "records").select("source_id", "status", "relation")
    return records.join(forms, on="source_id")


def outcomes(release: Path) -> Chart:
    """Count records by the form of their source and their outcome."""
    frame = _count(records_with_form(release), "form", "status")
    statuses = RECORDS.column("status").values
    counts = dict(frame.group_by("status").agg(pl.col("len").sum()).iter_rows())
    note = (
        f"Of {sum(counts.values()):,} records, {counts.get('kept', 0):,} were kept,"
        f" {counts.get('duplicate', 0):,} are copies of these, {counts.get('rejected', 0):,} were"
        " rejected."
    )
    return stacked(frame, "Records by form of their source", "form", statuses, note)


def reasons(release: Path) -> Chart:
    """Count rejected records by reason."""
    rejected = scan_table(release, "records").filter(pl.col("status") == "rejected")
    frame = _most(_count(rejected, "reason"))
    return single(frame, "Why records were rejected", "reason", "records")


def clusters(release: Path) -> Chart:
    """Count summaries by the number of records that carry them."""
    bars = _binned(scan_table(release, "summaries"), "n_copies", _COPIES, least=1)
    return Chart("Records that carry a summary", "records", ("summaries",), bars)


def relations(release: Path) -> Chart:
    """Count copies by relation to the kept text."""
    copies = scan_table(release, "records").filter(pl.col("status") == "duplicate")
    note = "Near and truncated copies were compared word by word."
    return single(_count(copies, "relation"), "How copies relate", "relation", "records", note)


def lengths(release: Path) -> Chart:
    """Count summaries by their number of words."""
    bars = _binned(scan_table(release, "summaries"), "n_words", _LENGTHS)
    half = scan_table(release, "summaries").select(pl.col("n_words").median()).collect().item()
    note = f"Half of the summaries have {half:,.0f} words or more." if half else ""
    return Chart("Length in words", "words", ("summaries",), bars, note)


def languages(release: Path) -> Chart:
    """Count summaries by language."""
    frame = _most(_count(scan_table(release, "summaries"), "language"))
    note = "ISO 639-1; und: undecidable."
    return single(frame, "Language", "code", "summaries", note, "language")


def structure(release: Path) -> Chart:
    """Count summaries by the origin of their block structure."""
    frame = _count(scan_table(release, "summaries"), "structure")
    note = "Whether line breaks are the author's or were restored."
    return single(frame, "Block structure", "structure", "summaries", note, "structure")


def formulas(release: Path) -> Chart:
    """Count summaries by their number of equations."""
    bars = _binned(scan_table(release, "summaries"), "n_equations", _FORMULAS)
    return Chart("Equations in a summary", "equations", ("summaries",), bars)


def holding(release: Path) -> Chart:
    """Count the summaries with equations, images, links and citations."""
    counts = ("equations", "images", "links", "citations")
    shares = (pl.col(f"n_{name}").gt(0).sum().alias(name) for name in counts)
    frame = scan_table(release, "summaries").select(*shares).collect(engine="streaming")
    bars = (Bar(name, (count,), f"?n_{name}=1..") for name, count in frame.to_dicts()[0].items())
    return Chart("Summaries that hold any", "what", ("summaries",), tuple(bars))


def summarised_years(release: Path) -> Chart:
    """Count summaries by the year of their paper, on an axis without gaps."""
    years = scan_table(release, "papers").select("paper_id", "year")
    counts = _count(scan_table(release, "summaries").join(years, on="paper_id"), "year")
    known = counts.filter(pl.col("year").is_not_null())
    bars = _each_year(dict(known.iter_rows()))
    unknown = counts.filter(pl.col("year").is_null())["len"].sum()
    note = f"The year is not known of {unknown:,} summaries." if unknown else ""
    return Chart("Year of the paper", "year", ("summaries",), tuple(bars), note)


def _each_year(counts: Mapping[int, int]) -> list[Bar]:
    """Return one bar per year from the first to the last; years long ago share one."""
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - _MOST_YEARS + 1)
    early = sum(count for year, count in counts.items() if year < first)
    bars = [Bar(f"until {first - 1}", (early,), f"?year=1..{first - 1}")] if early else []
    return bars + [
        Bar(str(year), (counts.get(year, 0),), f"?year={year}") for year in range(first, last + 1)
    ]


def evidence(release: Path) -> Chart:
    """Count summaries by what identifies their paper."""
    ways = scan_table(release, "papers").select("paper_id", "identified_by")
    frame = _count(scan_table(release, "summaries").join(ways, on="paper_id"), "identified_by")
    order = pl.col("identified_by").cast(pl.Enum(PAPERS.column("identified_by").values))
    counts = dict(frame.sort(order).iter_rows())
    total = sum(counts.values())
    bars = tuple(
        Bar(f"{way}, {_percent(count / total)}", (count,), f"?identified_by={way}")
        for way, count in counts.items()
    )
    known = 1 - counts.get("nothing", 0) / total if total else 0.0
    note = f"The paper of {known:.0%} of the summaries is identified."
    return Chart("What identifies the paper", "evidence", ("summaries",), bars, note)


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def most_summarised(release: Path) -> Chart:
    """Count the summaries of the most summarised papers."""
    return _most_of_papers(release, "n_summaries", "Most summarised papers", "summaries", least=2)


def most_cited(release: Path) -> Chart:
    """Count the mentions of the most mentioned papers."""
    return _most_of_papers(release, "n_citations", "Most cited papers", "mentions", least=1)


def _most_of_papers(release: Path, column: str, title: str, counts: str, least: int) -> Chart:
    rows = (
        scan_table(release, "papers")
        .filter(pl.col(column) >= least)
        .select("paper_id", pl.coalesce("title", "paper_id"), column)
        .sort(column, "paper_id", descending=[True, False])
        .head(_MOST_PAPERS)
        .collect(engine="streaming")
    )
    bars = (Bar(name, (count,), quote(key, safe=":/")) for key, name, count in rows.iter_rows())
    return Chart(title, "paper", (counts,), tuple(bars))


def venues(release: Path) -> Chart:
    """Count the summaries of papers by venue, for the most frequent venues."""
    venues = scan_table(release, "papers").select("paper_id", venue=SHORT_VENUE)
    rows = scan_table(release, "summaries").join(venues, on="paper_id")
    return _most_known(rows, "venue", "Venues")


def reviewers(release: Path) -> Chart:
    """Count the summaries by reviewer, for the most active reviewers."""
    return _most_known(scan_table(release, "summaries"), "author", "Reviewers")


def _most_known(rows: pl.LazyFrame, column: str, title: str) -> Chart:
    counts = _count(rows, column)
    known = counts.filter(pl.col(column).is_not_null())
    unknown = int(counts.filter(pl.col(column).is_null())["len"].sum())
    top = known.sort("len", column, descending=[True, False]).head(_MOST_PAPERS)
    note = f"{len(known):,} in all" + (f"; unknown for {unknown:,} summaries." if unknown else ".")
    return single(top, title, column, "summaries", note, column)


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
    """Keep the largest counts, and sum up the rest under one label."""
    label = counts.columns[0]
    ordered = counts.sort(pl.col("len"), pl.col(label), descending=[True, False])
    rest = ordered.slice(_MOST_BARS)
    if rest.is_empty():
        return ordered
    others = pl.lit(f"{len(rest)} others").alias(label)
    return pl.concat([ordered.head(_MOST_BARS), rest.select(others, pl.col("len").sum()).head(1)])


def _binned(
    rows: pl.LazyFrame, column: str, edges: Sequence[int], least: int = 0
) -> tuple[Bar, ...]:
    """Count values in bins that start at each edge; the first bin starts at `least`.

    Each bar links to its summaries: `?n_words=100..199`.
    """
    number = pl.lit(pl.Series(edges)).search_sorted(pl.col(column), side="right").alias("bin")
    counts = dict(_count(rows.select(number), "bin").iter_rows())
    lows = (least, *edges)[: max(counts, default=-1) + 1]
    highs = (*(edge - 1 for edge in edges), None)
    return tuple(
        Bar(
            _range(low, high),
            (counts.get(place, 0),),
            f"?{column}={low}..{'' if high is None else high}",
        )
        for place, (low, high) in enumerate(zip(lows, highs, strict=False))
    )


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,}" if high == low else f"{low:,} to {high:,}"
