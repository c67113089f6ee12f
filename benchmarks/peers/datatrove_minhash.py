"""datatrove: its four stages of MinHash, run by its local executor."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.pipeline.writers.disk_base import DiskWriter

from benchmarks.peers.searching import BANDS, PROCESSES, ROWS, SHINGLE_WORDS, race


class Signature(MinhashDedupSignature):
    """The first stage; it hands text to xxhash, which wants bytes since version 4."""

    def __init__(self, output_folder: str) -> None:
        super().__init__(output_folder, config=CONFIG)
        hash_bytes = self._hash_func
        self._hash_func = lambda shingle: hash_bytes(shingle.encode())


CONFIG = MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=BANDS, hashes_per_bucket=ROWS)


def run(scratch: Path, name: str, tasks: int, steps: Sequence[PipelineStep]) -> None:
    """Run one stage with as many processes as every contestant has."""
    LocalPipelineExecutor(
        pipeline=list(steps),
        tasks=tasks,
        workers=PROCESSES,
        logging_dir=str(scratch / "logs" / name),
        start_method="fork",  # the fastest to start
    ).run()


def deduplicate(
    folder: Path, scratch: Path, removed: DiskWriter | None = None, kept: DiskWriter | None = None
) -> None:
    """Search Parquet files, one for each process, and hand each record to one of the writers."""
    signatures, buckets, clusters = (
        str(scratch / name) for name in ("signatures", "buckets", "clusters")
    )
    reader = ParquetReader(str(folder))
    run(scratch, "sign", PROCESSES, [reader, Signature(signatures)])
    run(scratch, "buckets", BANDS, [MinhashDedupBuckets(signatures, buckets, config=CONFIG)])
    run(scratch, "cluster", 1, [MinhashDedupCluster(buckets, clusters, config=CONFIG)])
    keep = MinhashDedupFilter(clusters, exclusion_writer=removed)
    run(scratch, "filter", PROCESSES, [reader, keep, *([kept] if kept else [])])


def search(folder: Path, scratch: Path) -> Iterable[int]:
    """Return the records that its filter drops."""
    removed = scratch / "removed"
    deduplicate(folder, scratch, removed=JsonlWriter(str(removed), compression=None))
    for path in removed.rglob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield int(json.loads(line)["id"])


if __name__ == "__main__":
    race(search)
