"""Worker processes that end with their parent process, however it ends."""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import connection
from types import ModuleType
from typing import TypeVar

from shortscience.pipeline.garbage import uncollected

Result = TypeVar("Result")

_SECONDS_ASLEEP = 0.2
_hiding = threading.Lock()


def as_done(futures: Iterable[Future[Result]]) -> Iterator[Future[Result]]:
    """Yield futures as they finish, in a way that lets this thread be interrupted.

    The system may deliver an interrupt to any thread, and Python handles it in the main thread only
    when that wakes up.
    """
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, _SECONDS_ASLEEP, FIRST_COMPLETED)
        yield from done


class Workers:
    """A pool of processes, each a fresh interpreter: forking a process with threads may deadlock.

    `initialise` is called in each process when it starts: it imports what the calls need.
    """

    def __init__(self, count: int, initialise: Callable[[], object] | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        alive, self._stop = context.Pipe(duplex=False)
        self._count = count
        self._pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=_begin, initargs=(alive, initialise)
        )

    def start(self) -> None:
        """Start all processes, which otherwise start when calls need them."""
        for _ in range(self._count):
            self.submit(os.getpid)

    def submit(self, function: Callable[..., Result], /, *arguments: object) -> Future[Result]:
        """Call a function in one of the processes.

        The call may start a process. One that loses its parent while it starts prints a traceback,
        so this process is ended only afterwards. The new one inherits the mask, and keeps
        interrupts blocked: one from the terminal goes to this process, which then ends its workers.
        """
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            with _main_module_hidden():
                return self._pool.submit(function, *arguments)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def stop(self) -> None:
        """Kill all processes at once; ending by themselves, they would free all memory first."""
        self._stop.close()
        # One that is still starting does not watch yet, and would print that its parent is gone.
        # Python 3.14 has `kill_workers` for this.
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Keep processes that start meanwhile from running the caller's script.

    A script that builds a release, unless `if __name__ == "__main__"` guards it, would build in
    each of them.
    """
    with _hiding:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _begin(alive: connection.Connection, initialise: Callable[[], object] | None) -> None:
    """End this worker when its parent dies or closes `alive`."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a worker

    def watch() -> None:
        connection.wait([parent.sentinel, alive])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if initialise:
        with uncollected():
            initialise()
        gc.freeze()
