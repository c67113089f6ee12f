"""What a stage asks of an engine: to run a task, and to keep what it returns.

An engine may run a task again whose result was lost, after other tasks have read it. So the same
arguments have to give the same rows in the same order wherever a task counts them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import polars as pl

Ref = Any
"""What an engine calls a result that it holds."""


class Tasks(Protocol):
    """An engine. Arguments of a task may be results of others, which it holds."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Begin a task."""
        ...

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Begin a task that answers with a list of so many parts, each a result of its own.

        The function is called with their number, and then with the arguments.
        """
        ...

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Return what holds the rows of some frames, one after the other."""
        ...

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Wait for results, and fetch them."""
        ...


class AtOnce:
    """An engine that does each task at once, in this process."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Do a task."""
        return function(*arguments)

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Do a task that answers with so many parts."""
        parts: Sequence[Ref] = function(n_parts, *arguments)
        return parts

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Return the rows of some frames."""
        return joined(*refs)

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Return what is there."""
        return list(refs)


def joined(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of some frames, one after the other."""
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def deal(frame: pl.DataFrame, part: pl.Expr | pl.Series, n_parts: int) -> list[pl.DataFrame]:
    """Return the rows of each part, in the order in which they stand."""
    if n_parts == 1:
        return [frame]
    parts = frame.with_columns(part.cast(pl.Int64).alias("part")).partition_by(
        "part", as_dict=True, include_key=False
    )
    return [apart(parts.get((number,), frame.clear())) for number in range(n_parts)]


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Return some rows of a frame without what their lists share with the others.

    Lists of texts keep hold of all texts of the frame that they were taken from, and Polars would
    send them along with each part.
    """
    lists = [name for name, dtype in rows.schema.items() if dtype == pl.List]
    if not lists:
        return rows
    copied = pl.DataFrame(rows.select(lists).to_arrow(compat_level=pl.CompatLevel.oldest()))
    return rows.with_columns(copied.get_columns())
