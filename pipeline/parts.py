"""Data frames in parts that an engine holds, and how rows get from part to part.

A stage that has to see all records together is a chain of functions from frames to frames. `Parts`
calls each of them once per part, as a task of the engine, and moves rows between two of them: with
one part, nothing moves, and the functions simply follow each other. In how many parts a stage runs
does not show in what it returns.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeVar

import polars as pl

from shortscience.pipeline.tasks import Ref, Tasks, apart, deal, joined

_DIGITS = 8
"""Hexadecimal digits of a key that decide to which part a row belongs."""

Fields = TypeVar("Fields", bound=tuple[Any, ...])


class Parts:
    """The parts of a frame, or of what a function made of each of its parts."""

    def __init__(self, refs: Iterable[Ref], tasks: Tasks) -> None:
        self._refs, self._tasks = list(refs), tasks

    @classmethod
    def of(cls, values: Iterable[Any], tasks: Tasks) -> "Parts":
        """Hand one value per part over to the engine."""
        return cls((tasks.run(_itself, value) for value in values), tasks)

    @classmethod
    def dealt(cls, frame: pl.DataFrame, *columns: str, n_parts: int, tasks: Tasks) -> "Parts":
        """Deal the rows of a frame to so many parts, by the values of some columns."""
        return cls.of([frame], tasks).by(*columns, n_parts=n_parts)

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[Ref]:
        """Iterate over what the engine calls the parts."""
        return iter(self._refs)

    @property
    def tasks(self) -> Tasks:
        """The engine that holds the parts."""
        return self._tasks

    def map(self, function: Callable[..., Any], /, *others: "Parts", **settings: Any) -> "Parts":
        """Call a function on each part, with the same part of `others`, and with `settings`.

        Of a setting that is itself `Parts`, the function gets the same part.
        """
        calls = _calls((self, *others), settings)
        return Parts((self._tasks.run(_call, function, *call) for call in calls), self._tasks)

    def map_fields(
        self,
        into: Callable[..., Fields],
        function: Callable[..., tuple[Any, ...]],
        /,
        *others: "Parts",
        **settings: Any,
    ) -> Fields:
        """Call a function that returns a named tuple; return one whose fields are `Parts`.

        `into` is the type of such a tuple: where its fields are generic, `Fields[Parts]`.
        """
        n_fields = len(into._fields)  # type: ignore[attr-defined]
        fields = [
            self._tasks.split(_call_fields, n_fields, function, *call)
            for call in _calls((self, *others), settings)
        ]
        return into(*(Parts(refs, self._tasks) for refs in zip(*fields, strict=True)))

    def by(self, *columns: str, n_parts: int | None = None) -> "Parts":
        """Move rows so that those with equal values in some columns are in one part.

        Rows of a part keep the order of the parts that they come from, and their order there.
        """
        return self.repartition(_hashed, n_parts=n_parts or len(self), columns=columns)

    def repartition(
        self, part_of: Callable[..., pl.Expr | pl.Series], /, *, n_parts: int, **settings: Any
    ) -> "Parts":
        """Move each row to the part whose number `part_of(frame, n_parts, **settings)` gives."""
        if len(self) == n_parts == 1:
            return self
        sent = [self._tasks.split(_deal, n_parts, part_of, settings, frame) for frame in self._refs]
        return self._received(sent)

    def route(
        self,
        function: Callable[..., pl.DataFrame],
        /,
        *others: "Parts",
        to: pl.Expr,
        n_parts: int,
        **settings: Any,
    ) -> "Parts":
        """Call a function on each part, and move each row of its result to the part `to`.

        This is `map` and then `repartition`, by one task per part, so that what lies between the
        two is never held.
        """
        rows = zip(self._refs, *(other._refs for other in others), strict=True)
        sent = [self._tasks.split(_route, n_parts, function, settings, to, *row) for row in rows]
        return self._received(sent)

    def _received(self, sent: Sequence[Sequence[Ref]]) -> "Parts":
        """Put together what each part gets of all others."""
        return Parts((self._tasks.join(refs) for refs in zip(*sent, strict=True)), self._tasks)

    def gather(
        self,
        runs: Sequence[slice],
        function: Callable[..., Any],
        /,
        *others: "Parts",
        each: "Parts",
        **settings: Any,
    ) -> "Parts":
        """Call a function once for each run of parts that follow each other.

        It gets the same part of `each`, then a list with the parts of the run, and such a list of
        each of `others`.
        """
        gathered = (self, *others)
        calls = (
            (value, *(ref for parts in gathered for ref in parts._refs[run]))
            for run, value in zip(runs, each._refs, strict=True)
        )
        return Parts(
            (
                self._tasks.run(_call_gathered, function, settings, len(gathered), *call)
                for call in calls
            ),
            self._tasks,
        )

    def together(self) -> "Parts":
        """Move all rows into one part, in the order of the parts."""
        return Parts([self._tasks.join(self._refs)], self._tasks)

    def cut(self, sizes: Sequence[int]) -> "Parts":
        """Cut the only part into parts of so many rows, which follow each other."""
        (whole,) = self._refs
        return Parts(self._tasks.split(_cut, len(sizes), sizes, whole), self._tasks)

    def beside(self, other: "Parts") -> "Parts":
        """Return these parts, followed by the parts of another."""
        return Parts([*self._refs, *other._refs], self._tasks)

    def first(self, n_parts: int) -> "Parts":
        """Return the first parts alone."""
        return Parts(self._refs[:n_parts], self._tasks)

    def last(self, n_parts: int) -> "Parts":
        """Return the last parts alone."""
        return Parts(self._refs[len(self) - n_parts :], self._tasks)

    def concat(self, *others: "Parts") -> "Parts":
        """Append the rows of the same part of others to each part."""
        return self.map(joined, *others)

    def numbered(self, name: str) -> "Parts":
        """Add a first column that numbers the rows over all parts, from 0, as int64."""
        return self.map(_numbered, self.starts(), name=name)

    def starts(self) -> "Parts":
        """Return how many rows are in the parts before each part."""
        return Parts.of(accumulate(self.sizes()[:-1], initial=0), self._tasks)

    def numbers(self) -> "Parts":
        """Return the number of each part, from 0."""
        return Parts.of(range(len(self)), self._tasks)

    def sizes(self) -> list[int]:
        """Return the number of rows of each part."""
        return self.map(len).fetch()

    def fetch(self) -> list[Any]:
        """Return what the engine holds, one value per part."""
        return self._tasks.get(self._refs)

    def collect(self) -> pl.DataFrame:
        """Return all rows, in the order of the parts."""
        return joined(*self.fetch())


def by_key(column: str, n_parts: int) -> pl.Expr:
    """Return the part of a row, of so many that follow each other in the order of a column.

    The column has hashes in hexadecimal digits, which makes all parts about as large.
    """
    leading = pl.col(column).str.head(_DIGITS).str.to_integer(base=16, dtype=pl.Int64)
    part: pl.Expr = leading * n_parts // 16**_DIGITS
    return part


_Call = tuple[dict[str, Any], Sequence[str], *tuple[Ref, ...]]
"""Settings, the names of the last arguments, and all arguments that the engine holds."""


def _calls(positional: Sequence[Parts], settings: dict[str, Any]) -> list[_Call]:
    """Return the arguments of each part's call."""
    named = {name: value for name, value in settings.items() if isinstance(value, Parts)}
    same = {name: value for name, value in settings.items() if name not in named}
    rows = zip(*positional, *named.values(), strict=True)
    return [(same, tuple(named), *row) for row in rows]


def _itself(value: Any) -> Any:
    return value


def _call(
    function: Callable[..., Any], settings: dict[str, Any], names: Sequence[str], *parts: Any
) -> Any:
    n_positional = len(parts) - len(names)
    named = zip(names, parts[n_positional:], strict=True)
    return function(*parts[:n_positional], **dict(named), **settings)


def _call_gathered(
    function: Callable[..., Any], settings: dict[str, Any], n_lists: int, value: Any, *parts: Any
) -> Any:
    n_parts = len(parts) // n_lists
    lists = (parts[n_parts * place : n_parts * (place + 1)] for place in range(n_lists))
    return function(value, *lists, **settings)


def _call_fields(
    _n_fields: int,
    function: Callable[..., Sequence[Any]],
    settings: dict[str, Any],
    names: Sequence[str],
    *parts: Any,
) -> list[Any]:
    return list(_call(function, settings, names, *parts))


def _cut(_n_parts: int, sizes: Sequence[int], frame: pl.DataFrame) -> list[pl.DataFrame]:
    starts = accumulate(sizes, initial=0)
    return [apart(frame.slice(start, size)) for start, size in zip(starts, sizes, strict=False)]


def _deal(
    n_parts: int,
    part_of: Callable[..., pl.Expr | pl.Series],
    settings: dict[str, Any],
    frame: pl.DataFrame,
) -> list[pl.DataFrame]:
    return deal(frame, part_of(frame, n_parts, **settings), n_parts)


def _route(
    n_parts: int,
    function: Callable[..., pl.DataFrame],
    settings: dict[str, Any],
    to: pl.Expr,
    *parts: Any,
) -> list[pl.DataFrame]:
    return deal(function(*parts, **settings), to, n_parts)


def _hashed(_frame: pl.DataFrame, n_parts: int, *, columns: Sequence[str]) -> pl.Expr:
    """Give equal values one part, and all parts alike; one version of Polars has one hash."""
    return (
        pl.struct(columns).hash() % n_parts
        if len(columns) > 1
        else pl.col(columns).hash() % n_parts
    )


def _numbered(frame: pl.DataFrame, start: int, *, name: str) -> pl.DataFrame:
    return frame.with_row_index(name).with_columns(pl.col(name).cast(pl.Int64) + start)
