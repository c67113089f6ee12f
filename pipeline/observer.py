"""Running the steps of a build, and hearing how far they are."""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from shortscience.pipeline.processes import as_done

Item = TypeVar("Item")
Result = TypeVar("Result")

ATTEMPTS = 3
SECONDS_BETWEEN_ATTEMPTS = 1.0
_LASTING = {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EROFS, errno.EDQUOT}


def may_pass(error: object) -> bool:
    """Whether what failed may work a moment later: a disk or a network that did not answer."""
    return isinstance(error, OSError) and error.errno not in _LASTING


class Observer:
    """Runs each step of a build directly, and tells nobody.

    A subclass shows progress, or hands the steps to an orchestrator as tasks.
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
        """Run one step that only reads; once more, and again, while what fails may pass."""
        result: Result = self.step(stage, _attempt, function, *arguments)
        return result

    def each(
        self,
        stage: str,
        function: Callable[[Item], Sequence[str]],
        items: Sequence[Item],
        at_once: int,
    ) -> None:
        """Run one step for each of several items, so many at once; it answers with what it made.

        When one fails, those that have not begun are not begun.
        """
        self.progress(stage, 0, len(items))
        for done, _ in enumerate(_calls(partial(_attempt, function), items, at_once), 1):
            self.progress(stage, done, len(items))

    def progress(self, stage: str, done: int, total: int) -> None:
        """Hear how many parts of a stage are done."""

    def show(self, key: str, page: str) -> None:
        """Hear of something that a person may want to read, as a page of Markdown."""


def _calls(
    function: Callable[[Item], object], items: Sequence[Item], at_once: int
) -> Iterator[object]:
    """Call a function with each item, and yield whenever a call is done."""
    if at_once == 1:
        # In this thread, which alone can be interrupted.
        yield from map(function, items)
        return
    pool = ThreadPoolExecutor(at_once)
    try:
        for future in as_done([pool.submit(function, item) for item in items]):
            yield future.result()
    finally:
        # After a failure, nobody waits: the engine ends what its workers were doing.
        pool.shutdown(wait=False, cancel_futures=True)


def _attempt(function: Callable[..., Result], *arguments: object) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            return function(*arguments)
        except OSError as error:
            if not may_pass(error):
                raise
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
    return function(*arguments)
