"""The search of this project: signed by two processes, searched and verified by one.

With `sign` behind the folders, signatures alone.
"""

import sys
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
_START_SECONDS = 1.0  # long enough for no process to do the work of another
ALONE = "sign" in sys.argv[3:]


def read(path: Path) -> pl.DataFrame:
    """Read a file in the shape of cleaned records."""
    return pl.read_parquet(path).select(
        "text", record_id="id", structure=pl.lit("restored", dtype=pl.String)
    )


def sign_file(path: Path, scratch: Path) -> None:
    """Sign the texts of a file, and write the signatures, as a shard's are written."""
    signed = sign(read(path), SETTINGS.signatures).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )
    signed.write_parquet(scratch / path.name)


def search(folder: Path, scratch: Path) -> Iterable[int]:
    """Return the records that are copies of another one."""
    paths = sorted(folder.iterdir())
    list(POOL.map(sign_file, paths, [scratch] * len(paths)))
    if ALONE:
        return []
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
        # The peers' processes are forked, with all that they import: these get to import it, too.
        list(POOL.map(time.sleep, [_START_SECONDS] * PROCESSES))
        race(search)
