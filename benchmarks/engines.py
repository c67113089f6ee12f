"""Builds on one machine and on Ray: `python -m benchmarks.engines [--records N]`.

A corpus is generated, and built by `shortscience build` as a whole process, from raw dumps to the
validated release: on this machine with one and two workers, and on a Ray cluster of one, two and
four that is started for the build. What Ray moves between its tasks is added up as the bytes that
each part has when it is pickled, as Ray does: in the search for copies, for the papers, and for the
tables.
"""

import argparse
import filecmp
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.corpus import write_corpus
from shortscience.pipeline.duplicates import shuffle
from shortscience.pipeline.papers.stage import identify
from shortscience.pipeline.release.parts import write_tables_in_parts
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, cut_batches
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.tasks import AtOnce

BUILDS = (("local", 1), ("local", 2), ("ray", 1), ("ray", 2), ("ray", 4))
SETTINGS = Settings()


class Weighing(AtOnce):
    """An engine that does each task at once, and weighs what tasks would send each other."""

    def __init__(self) -> None:
        self.sent: dict[str, int] = {}

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Any]:
        """Do a task, and weigh its parts."""
        parts = super().split(function, n_parts, *arguments)
        weight = sum(len(pickle.dumps(part, protocol=5)) for part in parts)
        self.sent[function.__name__] = self.sent.get(function.__name__, 0) + weight
        return parts


def weigh(raw: Path, out: Path, n_parts: int) -> dict[str, dict[str, int]]:
    """Return how many bytes each step of a stage sends on, for shards that were built."""
    inputs = take_inventory([str(raw)], out / "spool").distinct
    shards = Shards.of(cut_batches(inputs), SETTINGS, out / ".work" / "shards")
    searching, identifying, writing = Weighing(), Weighing(), Weighing()
    duplicates = shuffle.find_duplicates(
        list(shards.frames("signatures")),
        [pl.scan_parquet(path) for path in shards.files("cleaned")],
        n_parts,
        SETTINGS.signatures,
        SETTINGS.duplicates,
        searching,
    )
    found = identify(
        shards, duplicates.verdicts, [], SETTINGS.papers, n_parts=n_parts, tasks=identifying
    )
    write_tables_in_parts(inputs, shards, found, out / "weighed", writing)
    return {"copies": searching.sent, "papers": identifying.sent, "tables": writing.sent}


def build(raw: Path, out: Path, engine: str, workers: int) -> float:
    """Return the seconds that a build takes."""
    command = [
        str(Path(sys.executable).with_name("shortscience")),
        "build",
        str(raw),
        "--out",
        str(out),
    ]
    start = time.perf_counter()
    subprocess.run(
        [*command, "--engine", engine, "--workers", str(workers)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def is_same(one: Path, other: Path) -> bool:
    """Whether two output folders have the same latest release, byte for byte."""
    release = (one / "latest").resolve()
    names = [str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()]
    _, mismatch, errors = filecmp.cmpfiles(release, other / "latest", names, shallow=False)
    return not mismatch + errors


def main() -> None:
    """Print the times of all builds, and what moves."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        raw, first = Path(scratch) / "raw", Path(scratch) / "local-1"
        write_corpus(raw, records)
        print(f"{records:,} generated records\n\nbuild           seconds  records/s  same bytes")
        for engine, workers in BUILDS:
            out = Path(scratch) / f"{engine}-{workers}"
            seconds = build(raw, out, engine, workers)
            same = is_same(first, out)
            row = f"{seconds:>8.1f}{records / seconds:>11,.0f}{'yes' if same else 'NO':>12}"
            print(f"{engine + ', ' + str(workers):<15}{row}", flush=True)
        sent = weigh(raw, first, 8)
    print("\nsent on by          bytes/record")
    for stage, weights in sent.items():
        for name, weight in weights.items():
            print(f"{name:<20}{weight / records:>12.1f}")
        print(f"{'all for ' + stage:<20}{sum(weights.values()) / records:>12.1f}")


if __name__ == "__main__":
    main()
