"""One machine: batches on worker processes, replaced when one is killed; the rest in one."""

import contextlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from shortscience.pipeline.engines import Runner
from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.processes import Workers
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Batch, build_shards
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
    def batches_at_once(self) -> int:
        """One for each worker process."""
        return self._workers

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


@contextlib.contextmanager
def runner(workers: int) -> Iterator[Runner]:
    """Provide a function that builds a batch's shards: in this process, or in one of several.

    When the caller fails or is interrupted, the processes end at once.
    """
    if workers <= 1:
        yield _one_at_a_time(build_shards)
        return
    pools = _Pools(workers)
    try:
        yield pools.run
    except BaseException:
        pools.stop()
        raise
    pools.close()


def _one_at_a_time(build: Runner) -> Runner:
    """Have several threads that call a function wait for each other: memory is for one batch."""
    lock = threading.Lock()

    def run(batch: Batch, settings: Settings, folder: Path) -> bool:
        with lock:
            return build(batch, settings, folder)

    return run


class _Pools:
    """A pool of processes, and a new one whenever it is broken; for use by several threads."""

    def __init__(self, workers: int) -> None:
        self._count = workers
        self._lock = threading.Lock()
        self._stopping = False
        self._workers = Workers(workers)
        self._broken: set[Workers] = set()

    def run(self, batch: Batch, settings: Settings, folder: Path) -> bool:
        """Build the shards of a batch; WorkerError when its worker is killed time and again."""
        for _ in range(_ATTEMPTS):
            workers = self._working()
            with contextlib.suppress(BrokenProcessPool):
                return workers.submit(_work, build_shards, batch, settings, folder).result()
            with self._lock:
                self._broken.add(workers)
        raise WorkerError(
            f"Workers were killed {_ATTEMPTS} times while they read {batch}; they may have"
            " run out of memory: build again with fewer --workers, which goes on from here."
        )

    def _working(self) -> Workers:
        with self._lock:
            if self._stopping:
                raise WorkerError("The build was stopped; the same command goes on from here.")
            if self._workers in self._broken:
                self._workers = Workers(self._count)
            return self._workers

    def stop(self) -> None:
        """End all processes at once, whatever they are doing: shards appear complete or never."""
        with self._lock:
            self._stopping = True
        self._workers.stop()

    def close(self) -> None:
        """Wait for all processes to end."""
        for workers in (*self._broken, self._workers):
            workers.close()


def _work(build: Runner, batch: Batch, settings: Settings, folder: Path) -> bool:
    """Build a batch's shards; where memory runs out, end this worker, and so free what it holds."""
    try:
        return build(batch, settings, folder)
    except MemoryError:
        os._exit(1)
