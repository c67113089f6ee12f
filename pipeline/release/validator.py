"""The validation process: it imports Great Expectations while the build makes the tables.

This module imports nothing slow, so that the process can be started first.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.processes import Workers, as_done

if TYPE_CHECKING:
    from shortscience.pipeline.release.validation import Outcome

Validate = Callable[[Path], "Outcome"]
"""Runs all suites on the tables of a folder."""


@contextlib.contextmanager
def validator() -> Iterator[Validate]:
    """Provide a function that validates in a separate process, started immediately."""
    workers = Workers(1, _prepare)
    workers.submit(os.getpid)  # starts the process

    def validate(release: Path) -> "Outcome":
        """Run all suites on the written files."""
        try:
            (done,) = as_done([workers.submit(_validate, release)])
            return done.result()
        except BrokenProcessPool:
            raise WorkerError(
                "The validation process was killed; it may have run out of memory: build again"
                " with more, which resumes from here."
            ) from None

    try:
        yield validate
    finally:
        workers.stop()


def _prepare() -> None:
    from shortscience.pipeline.release.validation import load_great_expectations

    load_great_expectations()


def _validate(release: Path) -> "Outcome":
    from shortscience.pipeline.release import validation

    return validation.validate(release)
