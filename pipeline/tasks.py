"""What stages need of an engine: running tasks, and holding their results.

An engine may rerun a task whose result was lost after other tasks have read it. So tasks must be
deterministic, including the order of rows wherever rows are counted.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Protocol

import polars as pl

_PART = "part of the row"

Ref = Any
"""An engine's reference to a result that it holds."""


class Tasks(Protocol):
    """The interface of engines. Arguments of a task may be references to results."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Start a task."""
        ...

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Start a task that returns a list of `n_parts` parts, each a separate result.

        The function is called with `n_parts`, and then with the arguments.
        """
        ...

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Return a reference to the concatenated rows of frames."""
        ...

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Wait for results and fetch them."""
        ...


class AtOnce:
    """An engine that runs each task immediately, in this process."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Run a task."""
        return function(*arguments)

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Run a task that returns `n_parts` parts."""
        parts: Sequence[Ref] = function(n_parts, *arguments)
        return parts

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Return the concatenated rows of frames."""
        return joined(*refs)

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Return the results."""
        return list(refs)


def joined(*frames: pl.DataFrame) -> pl.DataFrame:
    """Concatenate the rows of frames."""
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def cut(frame: pl.DataFrame, sizes: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Return consecutive slices of a frame, with the given numbers of rows."""
    return map(frame.slice, accumulate(sizes, initial=0), sizes)


def deal(frame: pl.DataFrame, part: pl.Expr | pl.Series, n_parts: int) -> list[pl.DataFrame]:
    """Split a frame into the rows of each part, keeping their order."""
    if n_parts == 1:
        return [frame]
    # A name that no frame has: the column is added, and removed with the partition.
    parts = frame.with_columns(part.cast(pl.Int64).alias(_PART)).partition_by(
        _PART, as_dict=True, include_key=False
    )
    return [apart(parts.get((number,), frame.clear())) for number in range(n_parts)]


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Copy rows so that their lists share no buffer with the rest of the frame.

    A slice of a list column keeps all texts of its frame alive, and Polars would send them along
    with each part.
    """
    lists = [name for name, dtype in rows.schema.items() if dtype == pl.List]
    if not lists:
        return rows
    copied = pl.DataFrame(rows.select(lists).to_arrow(compat_level=pl.CompatLevel.oldest()))
    return rows.with_columns(copied.get_columns())
