"""Observers run the steps of a build and report their progress."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from shortscience.pipeline.errors import is_transient
from shortscience.pipeline.processes import as_done

Item = TypeVar("Item")
Result = TypeVar("Result")

ATTEMPTS = 3
SECONDS_BETWEEN_ATTEMPTS = 1.0


class Observer:
    """Runs each step of a build directly and reports nothing.

    Subclasses show progress, or hand the steps to an orchestrator as tasks.
    """

    def step(self, stage: str, function: Callable[..., Result], /, *arguments: object) -> Result:
        """Run one step of the build."""
        self.progress(stage, 0, 1)
        result: Result = function(*arguments)
        self.progress(stage, 1, 1)
        return result

    def step_with_retries(
        self, stage: str, function: Callable[..., Result], /, *arguments: object
    ) -> Result:
        """Run one read-only step, retrying transient errors."""
        result: Result = self.step(stage, _attempt, function, *arguments)
        return result

    def each(
        self,
        stage: str,
        function: Callable[[Item], Sequence[str]],
        items: Sequence[Item],
        at_once: int,
    ) -> None:
        """Run one step per item, up to `at_once` concurrently; each returns what it made.

        After a failure, no further item is started.
        """
        self.progress(stage, 0, len(items))
        for done, _ in enumerate(_calls(partial(_attempt, function), items, at_once), 1):
            self.progress(stage, done, len(items))

    def progress(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` parts of a stage are done."""

    def replaced(self, former: Path, release: Path) -> None:
        """Report that a release is the latest now, before the former one may be removed."""

    def show(self, key: str, page: str) -> None:
        """Report a page of Markdown that a person may want to read."""


def _calls(
    function: Callable[[Item], object], items: Sequence[Item], at_once: int
) -> Iterator[object]:
    """Call a function with each item, and yield whenever a call has finished."""
    if at_once == 1:
        # In this thread: only the main thread receives interrupts.
        yield from map(function, items)
        return
    pool = ThreadPoolExecutor(at_once)
    try:
        for future in as_done([pool.submit(function, item) for item in items]):
            yield future.result()
    finally:
        # Do not wait after a failure: the engine stops its workers.
        pool.shutdown(wait=False, cancel_futures=True)


def _attempt(function: Callable[..., Result], *arguments: object) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            return function(*arguments)
        except OSError as error:
            if not is_transient(error):
                raise
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
    return function(*arguments)
