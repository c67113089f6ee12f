"""A full disk is one error of the system, whichever library was writing."""

import errno
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from shortscience.pipeline.errors import full_disk_named

ROWS = pl.DataFrame({"text": ["x"] * 100_000})
FOLDER = Path("/somewhere")


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A file that cannot be written to; a link, as Arrow removes what it could not write."""
    (tmp_path / "full").symlink_to("/dev/full")
    return tmp_path / "full"


def write(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"x" * 100_000)


WRITERS: dict[str, Callable[[Path], object]] = {
    "Python": write,
    "Arrow": lambda path: pq.write_table(ROWS.to_arrow(), path),
    "Polars": ROWS.write_parquet,
    "Polars, streaming": ROWS.lazy().sink_parquet,
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_full_disk_is_named(writer: Callable[[Path], object], full: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught, full_disk_named(FOLDER):
        writer(full)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(FOLDER))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/data"),
        OSError(errno.EIO, "Input/output error"),
        pl.exceptions.ComputeError("another"),
        ValueError("No space left for other errors"),
    ],
    ids=repr,
)
def test_other_errors_stay_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, full_disk_named(FOLDER):
        raise error
    assert caught.value is error
