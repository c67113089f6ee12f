"""Who told what of each paper: kept beside a release where it was built, for `explain`."""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl

_FILE = "witnesses.parquet"


def kept_for(release: Path) -> Path:
    """Return the folder of what was told of the papers of a release, there or not."""
    return release.parent.parent / "papers" / release.name


def write_witnesses(witnesses: pl.DataFrame, release: Path) -> None:
    """Write what witnesses say, by `paper_id`; the file appears complete."""
    folder = kept_for(release)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".witnesses-", dir=folder) as scratch:
        staged = Path(scratch) / _FILE
        witnesses.write_parquet(staged)
        staged.replace(folder / _FILE)


def witnesses_of(release: Path, paper_id: str) -> list[dict[str, Any]]:
    """Return what witnesses say of one paper; nothing for a release that was built elsewhere."""
    path = kept_for(release) / _FILE
    if not path.exists():
        return []
    of_paper = pl.scan_parquet(path).filter(pl.col("paper_id") == paper_id)
    return of_paper.drop("paper_id").collect().to_dicts()
