"""The candidates for summaries that name no paper, kept beside a release to explain links."""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.papers.linking.features import FEATURES
from pipeline.papers.linking.model import COEFFICIENTS

_FILE = "candidates.parquet"
_DIGITS = 3


def write_candidates(links: pl.DataFrame, folder: Path) -> None:
    """Write candidates, with LINK_SCHEMA, into a folder; the file appears complete."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".candidates-", dir=folder) as scratch:
        staged = Path(scratch) / _FILE
        links.write_parquet(staged)
        staged.replace(folder / _FILE)


def candidates_of(summary_id: str, folder: Path) -> list[dict[str, Any]]:
    """Return the candidates for a summary, the best first; none where none were kept.

    Each has the name and title of the paper, how likely it is to be the one, and its `evidence`:
    what each feature contributes to its score, the strongest first.
    """
    path = folder / _FILE
    if not path.exists():
        return []
    found = pl.scan_parquet(path).filter(pl.col("summary_id") == summary_id).sort("place").collect()
    return [
        {
            "name": row["name"],
            "title": row["title"],
            "probability": round(row["probability"], _DIGITS),
            "evidence": _evidence(row),
        }
        for row in found.iter_rows(named=True)
    ]


def _evidence(row: dict[str, Any]) -> list[dict[str, Any]]:
    told = {name: round(COEFFICIENTS[name] * row[name], _DIGITS) for name in FEATURES}
    ordered = sorted(told.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [{"feature": name, "adds": adds, "is": FEATURES[name]} for name, adds in ordered if adds]
