"""The local engine: batches on worker processes, replaced when killed; tasks in this process.

This module imports nothing slow, so that the processes can be started first.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shortscience.pipeline.engines import Runner
from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.importing import hide
from shortscience.pipeline.processes import Workers

if TYPE_CHECKING:
    from shortscience.pipeline.batches import Batch
    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.tasks import Tasks

_RECORDS_PER_PART = 200_000
"""At this size, identifying papers peaks at one gigabyte."""
_ATTEMPTS = 3
"""Times that a batch is started: when a worker dies, all batches in flight start over, and one that
needs too much memory is killed again.
"""


class LocalEngine:
    """Processes of this machine, alive only while batches run.

    Task results that do not fit into memory are spilled to the folder `scratch`.
    """

    def __init__(self, workers: int, scratch: Path) -> None:
        self._workers, self._scratch = workers, scratch
        self._started: _Pools | None = None

    @property
    def batches_at_once(self) -> int:
        """One batch per worker process."""
        return self._workers

    @cached_property
    def tasks(self) -> "Tasks":
        """Run each task immediately in this process, whose threads use all cores."""
        from shortscience.pipeline.spilling import Spilling

        return Spilling(self._scratch)

    def n_parts(self, n_records: int) -> int:
        """Return enough parts that one task's results fit into memory."""
        return 1 + n_records // _RECORDS_PER_PART

    def start(self, n_batches: int) -> None:
        """Start the worker processes of about `n_batches`."""
        if (count := min(self._workers, n_batches)) > 1:
            self._started = _Pools(count)
            self._started.start()

    def close(self) -> None:
        """End the worker processes that were started."""
        if self._started:
            self._started.stop()

    @contextlib.contextmanager
    def runner(self, n_batches: int) -> Iterator[Runner]:
        """Provide a function that builds a batch's shards; started processes end with it."""
        count = min(self._workers, n_batches)
        try:
            if count <= 1:
                self.close()
                yield _one_at_a_time()
            else:
                self._started = self._started or _Pools(count)
                yield self._started.run
        finally:
            self.close()
            self._started = None


def _one_at_a_time() -> Runner:
    """Return a runner for several threads that serialises calls, so that memory holds one batch."""
    lock = threading.Lock()

    def run(batch: "Batch", settings: "Settings", folder: Path) -> None:
        from shortscience.pipeline.shards import build_shards

        with lock:
            build_shards(batch, settings, folder)

    return run


class _Pools:
    """A thread-safe process pool that is replaced whenever it breaks."""

    def __init__(self, workers: int) -> None:
        self._count = workers
        self._lock = threading.Lock()
        self._stopping = False
        self._workers = Workers(workers, _prepare)
        self._broken: set[Workers] = set()

    def start(self) -> None:
        """Start all processes, which otherwise start when they are called."""
        self._workers.start()

    def run(self, batch: "Batch", settings: "Settings", folder: Path) -> None:
        """Build the shards of a batch; raise WorkerError if its worker keeps being killed."""
        from shortscience.pipeline.shards import build_shards

        for _ in range(_ATTEMPTS):
            workers = self._working()
            with contextlib.suppress(BrokenProcessPool):
                return workers.submit(_work, build_shards, batch, settings, folder).result()
            with self._lock:
                self._broken.add(workers)
        raise WorkerError(
            f"Workers were killed {_ATTEMPTS} times while reading {batch}; they may have run"
            " out of memory: build again with fewer --workers, which resumes from here."
        )

    def _working(self) -> Workers:
        with self._lock:
            if self._stopping:
                raise WorkerError("The build was stopped; the same command resumes from here.")
            if self._workers in self._broken:
                self._workers = Workers(self._count, _prepare)
            return self._workers

    def stop(self) -> None:
        """End all processes at once; half-built shards never become visible."""
        with self._lock:
            self._stopping = True
        for workers in (*self._broken, self._workers):
            workers.stop()


def _prepare() -> None:
    """Import what batches need, and hash the code that they depend on.

    Where memory runs out, Python's parser, which this needs, may raise ValueError.
    """
    # PyArrow would import pandas to see whether values are pandas', which takes a quarter second.
    hide("pandas")
    from shortscience.pipeline.shards import hash_code

    hash_code()


def _work(build: Runner, batch: "Batch", settings: "Settings", folder: Path) -> None:
    """Build a batch's shards; on MemoryError, exit this worker to free what it holds."""
    try:
        build(batch, settings, folder)
    except MemoryError:
        os._exit(1)
