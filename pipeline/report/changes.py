"""The differences between two releases, laid out for a page; examples merge both versions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shortscience.pipeline.duplicates.differences import Run, count_equal, runs_of_words
from shortscience.pipeline.release.charts import Bar, Chart
from shortscience.pipeline.release.diff import Changes, Difference

_CONTEXT = 60
"""Common code points shown beside each difference."""
_LONGEST_RUN = 400
_MOST_RUNS = 40
_LONGEST_COMPARED = 20_000
"""Code points compared, from shortly before the first difference: a record may be as long as its
dump.
"""
_CUT = " … "


@dataclass(frozen=True)
class Example:
    """A changed row: its key, its name, and both values as runs of words.

    `renamed` holds the names of the two papers or summaries, if the values are their ids.
    """

    key: tuple[tuple[str, object], ...]
    name: str
    runs: tuple[Run, ...]
    renamed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Group:
    """Rows that changed in one way: their number, and the first ones."""

    title: str
    count: int
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        """The group's place on the page, within its section."""
        return "-".join(self.title.lower().split())


@dataclass(frozen=True)
class TableGroups:
    """The changes of one table besides its numbers."""

    name: str
    groups: tuple[Group, ...]
    new_columns: tuple[str, ...]
    lost_columns: tuple[str, ...]


@dataclass(frozen=True)
class ChangesPage:
    """The content of the page. `rows` are name, rows before, rows now."""

    releases: tuple[str, str]
    is_empty: bool
    rows: tuple[tuple[str, int, int], ...]
    chart: Chart
    identities: tuple[Group, ...]
    records: tuple[Group, ...]
    fates: dict[str, int]
    tables: tuple[TableGroups, ...]


def lay_out(found: Difference) -> ChangesPage:
    """Arrange a difference as a page: how much changed, of what, and how."""
    return ChangesPage(
        releases=found.releases,
        is_empty=found.is_empty,
        rows=tuple((name, *table.rows) for name, table in found.tables.items()),
        chart=_chart(found),
        identities=tuple(
            _groups(
                ((f"Papers {way}", changes) for way, changes in found.identities.items()),
                found.names,
            )
        ),
        records=tuple(_groups([("Records that carry another summary", found.moved)], found.names)),
        fates=found.fates,
        tables=tuple(_tables(found)),
    )


def _chart(found: Difference) -> Chart:
    bars = (
        Bar(name, (table.added.count, table.removed.count, table.changed))
        for name, table in found.tables.items()
    )
    note = "Rows are the same when their primary keys are."
    return Chart("Rows that differ", "table", ("added", "removed", "changed"), tuple(bars), note)


def _tables(found: Difference) -> Iterator[TableGroups]:
    for name, table in found.tables.items():
        ways = [("Removed", table.removed), ("Added", table.added)]
        ways += [(f"{column} changed", changes) for column, changes in table.columns.items()]
        groups = TableGroups(
            name,
            tuple(_groups(ways, found.names)),
            tuple(table.new_columns),
            tuple(table.lost_columns),
        )
        if groups.groups or groups.new_columns or groups.lost_columns:
            yield groups


def _groups(ways: Iterable[tuple[str, Changes]], names: Mapping[str, str]) -> Iterator[Group]:
    for title, changes in ways:
        if changes.count:
            examples = tuple(_example(row, names) for row in changes.examples)
            yield Group(title, changes.count, examples)


def _example(row: dict[str, Any], names: Mapping[str, str]) -> Example:
    key = tuple((name, value) for name, value in row.items() if name not in {"old", "new"})
    name = next((names[value] for _, value in key if value in names), "")
    if "old" not in row:
        return Example(key, name, ())
    old, new = row["old"], row["new"]
    if any(isinstance(value, str) and value in names for value in (old, new)):
        renamed = names.get(old, str(old)), names.get(new, str(new))
        return Example(key, name, (Run("old", _text(old)), Run("new", _text(new))), renamed)
    if isinstance(old, str | list) and isinstance(new, str | list):
        return Example(key, name, tuple(shown_runs(_text(old), _text(new))))
    return Example(key, name, (Run("old", _text(old)), Run("new", _text(new))))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "null" if value is None else str(value)[:_LONGEST_COMPARED]


def shown_runs(old: str, new: str) -> Iterator[Run]:
    """Yield two texts as runs of words, cut to their differences and some context."""
    first = count_equal(old, new)
    # More than is shown, so that the cut is marked.
    start = max(0, first - 2 * _CONTEXT)
    end = start + _LONGEST_COMPARED
    runs = runs_of_words(old[start:end], new[start:end])
    for number, run in enumerate(runs[:_MOST_RUNS]):
        words = run.words
        if run.held_by != "both":
            words = _shortened(words, _LONGEST_RUN, 0)
        elif number == 0:
            words = _shortened(words, 0, _CONTEXT)
        else:
            words = _shortened(words, _CONTEXT, _CONTEXT if number + 1 < len(runs) else 0)
        yield Run(run.held_by, words)
    if len(runs) > _MOST_RUNS or max(len(old), len(new)) > end:
        yield Run("both", _CUT)


def _shortened(words: str, head: int, tail: int) -> str:
    """Cut out the middle if that shortens a text, keeping `head` and `tail`."""
    if len(words) <= head + tail + len(_CUT):
        return words
    return words[:head] + _CUT + words[len(words) - tail :]
