"""One machine: batches on worker processes, replaced when one is killed; the rest in one."""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from pathlib import Path

import polars as pl

from shortscience.pipeline.duplicates.find import Duplicates, find_duplicates
from shortscience.pipeline.engines import Runner
from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.release.earlier import Earlier
from shortscience.pipeline.release.write import write_tables
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Batch, Shards, build_shards
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.spilling import Spilling
from shortscience.pipeline.tasks import Tasks

_RECORDS_PER_PART = 200_000
"""With so many, identifying papers takes a gigabyte at the peak."""
_ATTEMPTS = 3
"""Times that a batch is begun: the death of a worker costs all batches that were being worked on,
and who needs too much memory is killed again."""


class LocalEngine:
    """So many processes of this machine, which are there only while batches are worked on.

    What does not fit into memory goes to the folder `scratch`.
    """

    def __init__(self, workers: int, scratch: Path) -> None:
        self._workers, self._scratch = workers, scratch

    @property
    def tasks(self) -> Tasks:
        """Do each task at once, in this process, whose threads use all cores."""
        return Spilling(self._scratch)

    def n_parts(self, n_records: int) -> int:
        """Return so many that memory holds the results of a task."""
        return 1 + n_records // _RECORDS_PER_PART

    def runner(self, n_batches: int) -> contextlib.AbstractContextManager[Runner]:
        """Provide a function that builds a batch's shards."""
        return runner(min(self._workers, n_batches))

    def find_duplicates(
        self, shards: Shards, earlier: Earlier | None, settings: Settings
    ) -> Duplicates:
        """Find copies in this process, whose threads use all cores."""
        signatures = shards.scan("signatures").collect()
        texts = shards.scan("cleaned").select("record_id", "text")
        if earlier is not None:
            signatures = pl.concat([signatures, earlier.sign(settings.signatures)])
            texts = pl.concat([texts, earlier.texts])
        return find_duplicates(
            signatures, texts, settings.signatures, settings.duplicates, self._scratch
        )

    def write_tables(
        self, inputs: Sequence[Input], shards: Shards, identified: Identified, release: Path
    ) -> None:
        """Write tables by the threads of this process, and sort on the disk what is large."""
        write_tables(inputs, shards, identified, release)


@contextlib.contextmanager
def runner(workers: int) -> Iterator[Runner]:
    """Provide a function that builds a batch's shards: in this process, or in one of several."""
    if workers <= 1:
        yield build_shards
        return
    pools = _Pools(workers)
    try:
        yield pools.run
    finally:
        pools.close()


class _Pools:
    """A pool of processes, and a new one whenever it is broken; for use by several threads."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pool = self._new()
        self._broken: set[ProcessPoolExecutor] = set()

    def _new(self) -> ProcessPoolExecutor:
        # Forking a process that runs threads, as Prefect's does, may deadlock.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_end_with_parent)

    def run(self, batch: Batch, settings: Settings, folder: Path) -> bool:
        """Build the shards of a batch; WorkerError when its worker is killed time and again."""
        for _ in range(_ATTEMPTS):
            pool = self._working()
            with contextlib.suppress(BrokenProcessPool):
                return pool.submit(_work, build_shards, batch, settings, folder).result()
            with self._lock:
                self._broken.add(pool)
        raise WorkerError(
            f"Workers were killed {_ATTEMPTS} times while they read {_names(batch)}; they may have"
            " run out of memory: build again with fewer --workers, which goes on from here."
        )

    def _working(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool in self._broken:
                self._pool = self._new()
            return self._pool

    def close(self) -> None:
        """Wait for all processes to end."""
        for pool in (*self._broken, self._pool):
            pool.shutdown()


def _work(build: Runner, batch: Batch, settings: Settings, folder: Path) -> bool:
    """Build a batch's shards; where memory runs out, end this worker, and so free what it holds."""
    try:
        return build(batch, settings, folder)
    except MemoryError:
        os._exit(1)


def _end_with_parent() -> None:
    """End this worker when the process that gives it work has been killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a worker

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _names(batch: Batch) -> str:
    first = batch.inputs[0].name
    return f"{first} and {len(batch.inputs) - 1} more" if len(batch.inputs) > 1 else first
