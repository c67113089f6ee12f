"""Sample rows of the main tables, the same for the same release.

They belong together: a summary, its record, its paper, and a work it mentions.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release.parquet import scan_table

_LONGEST_TEXT = 120
_LONGEST_LIST = 3


def sample_rows(release: Path) -> dict[str, str]:
    """Return a row of each main table as indented JSON, long values truncated."""
    summary = _row(release, "summaries", "summary_id", _most_complete_summary(release))
    citations = scan_table(release, "citations").filter(summary_id=summary["summary_id"])
    known_first = citations.sort(pl.col("cited_paper_id").is_null(), "start").head(1)
    rows = {
        "summaries": summary,
        "papers": _row(release, "papers", "paper_id", summary["paper_id"]),
        "records": _row(release, "records", "record_id", summary["record_id"]),
    }
    for mention in known_first.collect().to_dicts():
        rows["citations"] = mention
    return {name: _as_json(row) for name, row in rows.items()}


def _most_complete_summary(release: Path) -> str:
    """Return the id of the most complete summary; of several, the smallest."""
    titles = scan_table(release, "papers").select("paper_id", "title")
    rated = (
        scan_table(release, "summaries")
        .select("summary_id", "paper_id", "author", "n_citations", "n_equations")
        .join(titles, on="paper_id")
        .select(
            "summary_id",
            known=pl.sum_horizontal(
                4 * pl.col("title").is_not_null(),
                2 * pl.col("n_citations").gt(0),
                pl.col("author").is_not_null(),
                pl.col("n_equations").gt(0),
            ),
        )
    )
    first = rated.sort("known", "summary_id", descending=[True, False]).head(1).collect()
    return str(first["summary_id"].item())


def _row(release: Path, table: str, key: str, value: str) -> dict[str, Any]:
    rows = scan_table(release, table).filter(pl.col(key) == value).head(1).collect()
    return rows.row(0, named=True)


def _as_json(row: dict[str, Any]) -> str:
    shown = {name: _cut(value) for name, value in row.items()}
    return json.dumps(shown, ensure_ascii=False, indent=2, default=str)


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return value[:_LONGEST_LIST] + (["…"] if len(value) > _LONGEST_LIST else [])
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}…"
    return value
