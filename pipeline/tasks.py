"""Work in parts: what a stage asks of an engine, and how rows get from part to part.

A stage that has to see all records together is cut where rows have to move: its functions work on
what one part holds, and those called `split_…` answer with one frame per part of the next step. The
parts stay with the engine; on one machine, everything is one part.

An engine may do a task again whose result was lost, after others have read it. So the same
arguments have to give the same rows in the same order, wherever somebody counts them.
"""

from collections.abc import Callable, Iterable, Sequence
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


def shuffle(
    tasks: Tasks,
    function: Callable[..., Sequence[Any]],
    n_parts: int,
    senders: Iterable[Sequence[Any]],
) -> list[tuple[Ref, ...]]:
    """Run a function that splits for each sender; return what each receiver gets of all."""
    sent = [tasks.split(function, n_parts, *arguments) for arguments in senders]
    return list(zip(*sent, strict=True)) if sent else [()] * n_parts


def regroup(
    tasks: Tasks,
    function: Callable[..., Sequence[Any]],
    n_parts: int,
    senders: Iterable[Sequence[Any]],
) -> list[Ref]:
    """Run a function that splits for each sender, of whom there are some; return a frame per part.

    The rows of a part stand in the order of the senders.
    """
    return [tasks.join(parts) for parts in shuffle(tasks, function, n_parts, senders)]


def answer(
    tasks: Tasks,
    function: Callable[..., Sequence[Any]],
    holders: Sequence[Ref],
    asked: Sequence[tuple[Ref, ...]],
    n_parts: int,
) -> list[Ref]:
    """Have those who hold something answer those who have asked for some of it.

    `asked` is what each holder was sent by the parts that ask; the function splits its answer
    among these. Returns a frame for each of them.
    """
    senders = ((part, *parts) for part, parts in zip(holders, asked, strict=True))
    return regroup(tasks, function, n_parts, senders)


def joined(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of some frames, one after the other."""
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def count(*parts: pl.DataFrame) -> int:
    """Return how many rows some frames have."""
    return sum(map(len, parts))


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


def by_hash(column: str, n_parts: int) -> pl.Expr:
    """Return the part of a column's value: one for each value, and all parts alike.

    Who has the same version of Polars has the same hashes.
    """
    return pl.col(column).hash() % n_parts
