"""The evidence for the papers of summaries, kept beside a release for `explain`.

It exists only where the release was built.
"""

from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.folders import reappearing
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.weights import COEFFICIENTS
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.release.store import paper_evidence_folder

_SOURCES, _KNOWN, _CANDIDATES = "sources", "known", "candidates"
_DIGITS = 3


def write_paper_evidence(identified: Identified, release: Path) -> None:
    """Write sources' claims, by `paper_id`, and matches and links of summaries.

    Each part is one file. The folder appears only when complete.
    """
    with reappearing(paper_evidence_folder(release)) as staging:
        for name, parts in (
            (_SOURCES, identified.evidence),
            (_KNOWN, identified.known),
            (_CANDIDATES, identified.links),
        ):
            (staging / name).mkdir()
            files = (
                staging.absolute() / name / f"{number:05}.parquet" for number in range(len(parts))
            )
            parts.map(_write, path=Parts.of(files, parts.tasks)).fetch()


def _write(part: pl.DataFrame, *, path: Path) -> None:
    part.write_parquet(path)


def sources_of(release: Path, paper_id: str) -> list[dict[str, Any]]:
    """Return each source's claims about a paper."""
    return _rows(paper_evidence_folder(release) / _SOURCES, "paper_id", paper_id)


def recognised_by(release: Path, summary_id: str) -> list[dict[str, Any]]:
    """Return the catalogue matches of a summary: catalogue, match and paper."""
    return [
        {
            "catalogue": row["origin"],
            "match": row["match"],
            "similarity": round(row["similarity"], _DIGITS),
            "record_id": row["record_id"],
            "paper_id": row["paper_id"],
            "title": row["title"],
            "confidence": round(row["confidence"], _DIGITS),
        }
        for row in _rows(paper_evidence_folder(release) / _KNOWN, "summary_id", summary_id)
    ]


def candidates_of(release: Path, summary_id: str) -> list[dict[str, Any]]:
    """Return the candidate papers of a summary that names none, best first.

    Each has the name and title of the paper, its probability, and its `evidence`: each feature's
    contribution to the score, strongest first.
    """
    found = _rows(paper_evidence_folder(release) / _CANDIDATES, "summary_id", summary_id)
    return [
        {
            "name": row["name"],
            "title": row["title"],
            "probability": round(row["probability"], _DIGITS),
            "evidence": _contributions(row),
        }
        for row in sorted(found, key=lambda row: int(row["place"]))
    ]


def _rows(path: Path, column: str, value: str) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return (
        pl.scan_parquet(path / "*.parquet")
        .filter(pl.col(column) == value)
        .drop(column)
        .collect()
        .to_dicts()
    )


def _contributions(row: dict[str, Any]) -> list[dict[str, Any]]:
    contributions = {name: round(COEFFICIENTS[name] * row[name], _DIGITS) for name in FEATURES}
    ordered = sorted(contributions.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [{"feature": name, "adds": adds, "is": FEATURES[name]} for name, adds in ordered if adds]
