"""The search of this project: two processes sign the texts, one searches and verifies."""

import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from benchmarks.peers.searching import PROCESSES, race
from shortscience.pipeline.duplicates.find import search as search_for_copies
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.spilling import Spilling

SETTINGS = Settings()
_START_SECONDS = 1.0  # long enough that no process does the work of another


def read(path: Path) -> pl.DataFrame:
    """Read a file in the shape of cleaned records."""
    return pl.read_parquet(path).select(
        "text", record_id="id", structure=pl.lit("restored", dtype=pl.String)
    )


def sign_file(path: Path, scratch: Path) -> None:
    """Sign the texts of a file, and write the signatures as a shard does."""
    signed = sign(read(path), SETTINGS.signatures).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )
    signed.write_parquet(scratch / path.name)


def search(folder: Path, scratch: Path) -> Iterable[int]:
    """Return the records that are copies of another one."""
    paths = sorted(folder.iterdir())
    list(POOL.map(sign_file, paths, [scratch] * len(paths)))
    tasks = Spilling(scratch)
    found = search_for_copies(
        Parts.of([pl.scan_parquet(scratch / "*.parquet")], tasks),
        Parts.of([pl.scan_parquet(folder / "*.parquet").select("text", record_id="id")], tasks),
        n_parts=1,
        signing=SETTINGS.signatures,
        settings=SETTINGS.duplicates,
    )
    removed = found.outcomes.filter(pl.col("status") == "duplicate")
    return map(int, removed["record_id"])


if __name__ == "__main__":
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as POOL:
        # The peers' workers are forked with all imports done, so these import before the clock too.
        list(POOL.map(time.sleep, [_START_SECONDS] * PROCESSES))
        race(search)
