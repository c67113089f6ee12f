"""datatrove: its four stages of MinHash, by its local executor."""

import json
from collections.abc import Iterable
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

from benchmarks.peers.searching import BANDS, PROCESSES, ROWS, SHINGLE_WORDS, race


class Signature(MinhashDedupSignature):
    """The first stage; its hash function wants bytes since version 4 of xxhash, and gets text."""

    def __init__(self, output_folder: str) -> None:
        super().__init__(output_folder, config=CONFIG)
        hash_bytes = self._hash_func
        self._hash_func = lambda shingle: hash_bytes(shingle.encode())


CONFIG = MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=BANDS, hashes_per_bucket=ROWS)


def search(folder: Path, scratch: Path) -> Iterable[int]:
    """Return the records that its filter drops."""
    signatures, buckets, clusters = (
        str(scratch / name) for name in ("signatures", "buckets", "clusters")
    )
    removed = scratch / "removed"

    def run(name: str, tasks: int, *steps: PipelineStep) -> None:
        LocalPipelineExecutor(
            pipeline=list(steps),
            tasks=tasks,
            workers=PROCESSES,
            logging_dir=str(scratch / "logs" / name),
            start_method="fork",  # the fastest to start
        ).run()

    reader = ParquetReader(str(folder))
    run("sign", PROCESSES, reader, Signature(signatures))
    run("buckets", BANDS, MinhashDedupBuckets(signatures, buckets, config=CONFIG))
    run("cluster", 1, MinhashDedupCluster(buckets, clusters, config=CONFIG))
    writer = JsonlWriter(str(removed), compression=None)
    run("filter", PROCESSES, reader, MinhashDedupFilter(clusters, exclusion_writer=writer))
    for path in removed.rglob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield int(json.loads(line)["id"])


if __name__ == "__main__":
    race(search)
