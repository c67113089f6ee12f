"""The validation process: it imports Great Expectations while the build makes the tables.

This module imports nothing slow, so that the process can be started first.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.processes import Workers, as_done

if TYPE_CHECKING:
    from shortscience.pipeline.release.validation import SuiteResults


class Validator:
    """Validates in a separate process."""

    def __init__(self) -> None:
        self._process = Workers(1, _prepare)

    def start(self) -> None:
        """Start the process, unless it is alive: its imports take a second or two."""
        try:
            self._process.start()
        except BrokenProcessPool:
            self._process = Workers(1, _prepare)
            self._process.start()

    def stop(self) -> None:
        """Kill the process."""
        self._process.stop()

    def __call__(self, release: Path) -> "SuiteResults":
        """Run all suites on the written files of a folder."""
        try:
            (done,) = as_done([self._process.submit(_validate, release)])
            return done.result()
        except BrokenProcessPool:
            raise WorkerError(
                "The validation process was killed; it may have run out of memory: build again"
                " with more, which resumes from here."
            ) from None


@contextlib.contextmanager
def validator() -> Iterator[Validator]:
    """Provide a validator, whose process ends with the context."""
    validate = Validator()
    try:
        yield validate
    finally:
        validate.stop()


def _prepare() -> None:
    from shortscience.pipeline.release.validation import load_great_expectations

    load_great_expectations()


def _validate(release: Path) -> "SuiteResults":
    from shortscience.pipeline.release import validation

    return validation.validate(release)
