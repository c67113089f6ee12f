"""Exceptions that carry their context.

Each message is one sentence that names the file and says what to do next; commands print it as it
is.
"""

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_LASTING = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT),
    *(errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO, errno.EINVAL),
}


def is_transient(error: object) -> bool:
    """Whether an error may be transient: a disk or network that failed to answer."""
    return isinstance(error, OSError) and error.errno not in _LASTING


@contextlib.contextmanager
def os_errors_named(path: Path) -> Iterator[None]:
    """Add a file's name to the errors of the system that name none, as those of reading do."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


@contextlib.contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """Raise a disk-full error that names no file as one of the system that names a folder.

    Where Polars writes, such an error is none of the system's. It is told by its module, as
    importing Polars would take longer than what this project does without it.
    """
    try:
        yield
    except Exception as error:
        of_polars = type(error).__module__.startswith("polars.")
        unnamed = of_polars or (isinstance(error, OSError) and not error.filename)
        if not unnamed or "No space left" not in str(error):
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from error


class ShortScienceError(Exception):
    """Base of every error this project raises on purpose."""

    exit_status = 1
    """Also where another attempt may succeed: the message tells what failed."""


class UsageError(ShortScienceError):
    """The call was wrong; nothing was started."""

    exit_status = 2


class NoInputError(UsageError):
    """No raw dump was found under the given names."""


class OutputError(UsageError):
    """The output folder cannot be used."""


class BusyError(ShortScienceError):
    """Another build is writing to the same output folder."""


class WorkerError(ShortScienceError):
    """A worker process was killed from outside, and so was every replacement."""


class StoreError(ShortScienceError):
    """An object store failed or gave an unexpected answer."""


class ServerError(ShortScienceError):
    """No Prefect server answers."""


class DamagedError(ShortScienceError):
    """A file written by this project no longer holds what was written."""


class UnvalidatedError(ShortScienceError):
    """Only releases that passed validation are published."""


class PublishError(ShortScienceError):
    """A release was not published; the repository is unchanged."""


@dataclass(frozen=True)
class FailedExpectation:
    """One expectation that the data did not meet."""

    table: str
    column: str
    expectation: str
    unexpected_count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line, with example rows if there are any."""
        where = f"{self.table}.{self.column}" if self.column else self.table
        rows = f" on {self.unexpected_count} rows, first {', '.join(self.examples)}"
        return f"{where}: {self.expectation}{rows if self.examples else ''}"


class LostFormError(ShortScienceError):
    """A form that gave records in the former release gives none now."""

    def __init__(self, form: str, records: int, silent: Sequence[str]) -> None:
        more = f" and {len(silent) - 1} more" if len(silent) > 1 else ""
        super().__init__(
            f"Nothing was read from {form} dumps, which gave {records} records in the latest"
            f" release; look into {silent[0]}{more}, or build with --allow-empty {form} if"
            " this is right. Nothing was released."
        )


class NoRecordsError(ShortScienceError):
    """The inputs hold no summary."""

    def __init__(self, names: Sequence[str], reasons: Sequence[str]) -> None:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        why = f" ({'; '.join(reasons)})" if reasons else ""
        super().__init__(
            f"No summary was found in {', '.join(names[:3])}{more}{why}: looked for records of"
            " ShortScience.org in extracted text, saved pages, crawls, feeds and exports."
            " Nothing was released."
        )


class NothingNewError(ShortScienceError):
    """An earlier release already holds all records of the inputs."""

    def __init__(self, n_records: int, earlier: str | None) -> None:
        self.n_records = n_records
        found = "its one record is" if n_records == 1 else f"all {n_records:,} records are"
        super().__init__(f"Nothing new: {found} in release {earlier} already.")


class ValidationError(ShortScienceError):
    """The tables did not pass their expectations; nothing was released."""

    def __init__(
        self, failed: Sequence[FailedExpectation], report: str, notices: Sequence[str] = ()
    ) -> None:
        self.failed = tuple(failed)
        self.report = report
        many = f" and {len(self.failed) - 1} more" if len(self.failed) > 1 else ""
        inputs = f" (of the inputs: {' '.join(notices[:3])})" if notices else ""
        super().__init__(
            f"The data did not pass validation and was not released: {self.failed[0]}{many};"
            f" see {report}{inputs}"
        )
