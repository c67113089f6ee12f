"""The evidence for copies, kept beside a release to answer for other thresholds."""

from pathlib import Path

import polars as pl

from shortscience.pipeline.duplicates.evidence import Evidence
from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.folders import reappearing
from shortscience.pipeline.release.store import copy_evidence_folder

_FRAMES = ("contents", "pairs", "extensions")


def write_copy_evidence(evidence: Evidence, release: Path) -> None:
    """Write evidence as three Parquet files into a folder that appears only when complete."""
    with reappearing(copy_evidence_folder(release)) as staging:
        for name in _FRAMES:
            frame: pl.DataFrame = getattr(evidence, name)
            frame.write_parquet(staging / f"{name}.parquet")


def read_copy_evidence(release: Path) -> Evidence:
    """Read evidence; UsageError if there is none."""
    folder = copy_evidence_folder(release)
    try:
        return Evidence(**{name: pl.read_parquet(folder / f"{name}.parquet") for name in _FRAMES})
    except OSError:
        raise UsageError(
            f"The build's pairs of copies are not at {folder}; name a release where it was built,"
            " or build it again."
        ) from None
