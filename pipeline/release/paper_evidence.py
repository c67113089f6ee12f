"""What speaks for the paper of a summary: kept beside a release where it was built, for `explain`.

It is not there for a release that was built elsewhere.
"""

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.model import COEFFICIENTS
from shortscience.pipeline.papers.paper_rows import Papers
from shortscience.pipeline.papers.stage import Found
from shortscience.pipeline.release.store import paper_evidence_folder
from shortscience.pipeline.tasks import Tasks

_WITNESSES, _CANDIDATES = "witnesses", "candidates"
_DIGITS = 3


def write_paper_evidence(found: Found, release: Path, tasks: Tasks) -> None:
    """Write what witnesses say, by `paper_id`, and the candidates of summaries, with LINK_SCHEMA.

    Each part is a file of its own. The folder appears complete.
    """
    folder = paper_evidence_folder(release)
    shutil.rmtree(folder, ignore_errors=True)
    with appearing(folder) as staging:
        for name, write, parts in (
            (_WITNESSES, _write_told, found.identities.papers),
            (_CANDIDATES, _write_links, found.links),
        ):
            (staging / name).mkdir()
            files = (
                staging.absolute() / name / f"{place:05}.parquet" for place in range(len(parts))
            )
            tasks.get([tasks.run(write, *pair) for pair in zip(parts, files, strict=True)])


def _write_told(part: Papers, path: Path) -> None:
    part.told.write_parquet(path)


def _write_links(part: pl.DataFrame, path: Path) -> None:
    part.write_parquet(path)


def witnesses_of(release: Path, paper_id: str) -> list[dict[str, Any]]:
    """Return what witnesses say of one paper."""
    return _rows(paper_evidence_folder(release) / _WITNESSES, "paper_id", paper_id)


def candidates_of(release: Path, summary_id: str) -> list[dict[str, Any]]:
    """Return the papers that a summary which names none may be about, the best first.

    Each has the name and title of the paper, how likely it is to be the one, and its `evidence`:
    what each feature contributes to its score, the strongest first.
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
    told = {name: round(COEFFICIENTS[name] * row[name], _DIGITS) for name in FEATURES}
    ordered = sorted(told.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [{"feature": name, "adds": adds, "is": FEATURES[name]} for name, adds in ordered if adds]
