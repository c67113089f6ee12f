"""Data frames in parts that an engine holds, and moving rows between parts.

A stage that needs all records is a chain of functions from frames to frames. `Parts` calls each
function once per part, as a task of the engine, and moves rows between the calls; with one part,
nothing moves. The number of parts does not affect the result of a stage.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeVar

import polars as pl

from shortscience.pipeline.tasks import Ref, Tasks, apart, cut, deal, joined

_DIGITS = 8
"""Leading hexadecimal digits of a key that decide a row's part."""

Fields = TypeVar("Fields", bound=tuple[Any, ...])


class Parts:
    """The parts of a frame, or the results of a function for each part."""

    def __init__(self, refs: Iterable[Ref], tasks: Tasks) -> None:
        self._refs, self._tasks = list(refs), tasks

    @classmethod
    def of(cls, values: Iterable[Any], tasks: Tasks) -> "Parts":
        """Hand one value per part to the engine."""
        return cls((tasks.run(_itself, value) for value in values), tasks)

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[Ref]:
        """Iterate over the engine's references to the parts."""
        return iter(self._refs)

    @property
    def tasks(self) -> Tasks:
        """The engine that holds the parts."""
        return self._tasks

    def map(self, function: Callable[..., Any], /, *others: "Parts", **settings: Any) -> "Parts":
        """Call a function on each part, with the same part of `others`, and with `settings`.

        A setting that is itself `Parts` is passed as its same part.
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

        `into` is the type of the result: for a generic tuple `Fields`, `Fields[Parts]`.
        """
        n_fields = len(into._fields)  # type: ignore[attr-defined]
        fields = [
            self._tasks.split(_call_fields, n_fields, function, *call)
            for call in _calls((self, *others), settings)
        ]
        return into(*(Parts(refs, self._tasks) for refs in zip(*fields, strict=True)))

    def by(self, *columns: str, n_parts: int | None = None) -> "Parts":
        """Move rows with equal values in some columns into the same part.

        Within a part, rows are ordered by the part they came from, then by their order there.
        """
        return self.repartition(_hashed, n_parts=n_parts or len(self), columns=columns)

    def repartition(
        self, part_of: Callable[..., pl.Expr | pl.Series], /, *, n_parts: int, **settings: Any
    ) -> "Parts":
        """Move each row to the part numbered `part_of(frame, n_parts, **settings)`."""
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

        Like `map` and then `repartition`, but in one task per part, so the intermediate result is
        never held.
        """
        rows = zip(self._refs, *(other._refs for other in others), strict=True)
        sent = [self._tasks.split(_route, n_parts, function, settings, to, *row) for row in rows]
        return self._received(sent)

    def _received(self, sent: Sequence[Sequence[Ref]]) -> "Parts":
        """Concatenate what each part receives from all others."""
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
        """Call a function once for each run of consecutive parts.

        Its arguments are the same part of `each`, a list of the run's parts, and such a list for
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
        """Move all rows into one part, in order."""
        return Parts([self._tasks.join(self._refs)], self._tasks)

    def cut(self, sizes: Sequence[int]) -> "Parts":
        """Cut the only part into consecutive parts of the given sizes."""
        (whole,) = self._refs
        return Parts(self._tasks.split(_cut, len(sizes), sizes, whole), self._tasks)

    def beside(self, other: "Parts") -> "Parts":
        """Return these parts followed by the parts of another."""
        return Parts([*self._refs, *other._refs], self._tasks)

    def first(self, n_parts: int) -> "Parts":
        """Return the first `n_parts` parts."""
        return Parts(self._refs[:n_parts], self._tasks)

    def last(self, n_parts: int) -> "Parts":
        """Return the last `n_parts` parts."""
        return Parts(self._refs[len(self) - n_parts :], self._tasks)

    def concat(self, *others: "Parts") -> "Parts":
        """Append the rows of the same part of others to each part."""
        return self.map(joined, *others)

    def numbered(self, name: str) -> "Parts":
        """Add a first column that numbers the rows over all parts, from 0, as int64."""
        return self.map(_numbered, self.starts(), name=name)

    def starts(self) -> "Parts":
        """Return the number of rows in the parts before each part."""
        return Parts.of(accumulate(self.sizes()[:-1], initial=0), self._tasks)

    def numbers(self) -> "Parts":
        """Return the number of each part, from 0."""
        return Parts.of(range(len(self)), self._tasks)

    def sizes(self) -> list[int]:
        """Return the number of rows of each part."""
        return self.map(len).fetch()

    def fetch(self) -> list[Any]:
        """Fetch the values from the engine, one per part."""
        return self._tasks.get(self._refs)

    def collect(self) -> pl.DataFrame:
        """Fetch all rows as one frame, in the order of the parts."""
        return joined(*self.fetch())


def by_key(column: str, n_parts: int) -> pl.Expr:
    """Return a row's part, of `n_parts` consecutive ranges of a column of keys.

    Keys are uniform hexadecimal hashes, so the parts are about equal in size.
    """
    leading = pl.col(column).str.head(_DIGITS).str.to_integer(base=16, dtype=pl.Int64)
    part: pl.Expr = leading * n_parts // 16**_DIGITS
    return part


_Call = tuple[dict[str, Any], Sequence[str], *tuple[Ref, ...]]
"""Settings, the names of the last arguments, and all arguments held by the engine."""


def _calls(positional: Sequence[Parts], settings: dict[str, Any]) -> list[_Call]:
    """Return the arguments of the call for each part."""
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
    return [apart(part) for part in cut(frame, sizes)]


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
    """Return a part by the hash of columns; hashes are stable within one version of Polars."""
    return (
        pl.struct(columns).hash() % n_parts
        if len(columns) > 1
        else pl.col(columns).hash() % n_parts
    )


def _numbered(frame: pl.DataFrame, start: int, *, name: str) -> pl.DataFrame:
    return frame.with_row_index(name).with_columns(pl.col(name).cast(pl.Int64) + start)
