"""Differences between two releases as text for a terminal, and as Markdown."""

import json
from collections.abc import Iterator

from shortscience.pipeline.duplicates.differences import count_equal
from shortscience.pipeline.release.diff import Changes, Difference, TableDifference

_WIDTH = 48
_BEFORE = 12
"""Characters shown before the first one that differs."""


def to_text(found: Difference) -> str:
    """Format a difference for a terminal: counts first, then examples."""
    old, new = found.releases
    if found.is_empty:
        return f"Releases {old} and {new} hold the same rows."
    lines = [f"From release {old} to {new}:", "", _row("table", *_HEADING)]
    lines += [_row(name, *_counts(table)) for name, table in found.tables.items()]
    for heading, rows in _details(found):
        lines += ["", heading, *(f"  {row}" for row in rows)]
    return "\n".join(lines)


def to_markdown(found: Difference) -> str:
    """Format a difference as a page: one table of counts, then lists of examples."""
    old, new = found.releases
    lines = [f"# From release {old} to {new}", "", *_grid(found)]
    for heading, rows in _details(found):
        lines += ["", f"## {heading}", "", *(f"- `{row.replace('`', chr(39))}`" for row in rows)]
    return "\n".join(lines)


def to_card(found: Difference) -> str:
    """Format a difference for a dataset card: numbers only, as example texts are other people's."""
    former = f"release `{found.releases[0]}`, which was here before"
    if found.is_empty:
        return f"The tables hold the same rows as those of {former}."
    changes = [
        *(
            f"{name}: {', '.join(f'`{column}` {n.count:,}' for column, n in table.columns.items())}"
            for name, table in found.tables.items()
            if table.columns
        ),
        *(
            f"{name}: {what} {', '.join(f'`{column}`' for column in columns)}"
            for name, table in found.tables.items()
            for what, columns in _columns_of_one(table)
        ),
        *(f"papers {way}: {n.count:,}" for way, n in found.identities.items() if n.count),
        *(f"records that carry another summary: {n:,}" for n in [found.moved.count] if n),
        *(f"records, {way}: {count:,}" for way, count in found.fates.items()),
    ]
    changed = "\n\nWhat changed:\n\n" + "\n".join(f"- {line}" for line in changes)
    grid = "\n".join(_grid(found))
    return f"Compared with {former}, by primary keys:\n\n{grid}{changed if changes else ''}"


def _grid(found: Difference) -> list[str]:
    """Return the lines of a Markdown table of the counts."""
    lines = [f"| table | {' | '.join(_HEADING)} |", "| --- |" + " ---: |" * len(_HEADING)]
    return lines + [f"| {name} | {' | '.join(_counts(t))} |" for name, t in found.tables.items()]


_HEADING = ("before", "after", "added", "removed", "changed")


def _counts(table: TableDifference) -> list[str]:
    numbers = (*table.rows, table.added.count, table.removed.count, table.changed)
    return [f"{number:,}" for number in numbers]


def _row(name: str, *values: str) -> str:
    return f"{name:>10}" + "".join(f"{value:>10}" for value in values)


def _details(found: Difference) -> Iterator[tuple[str, list[str]]]:
    """Yield a heading and the first examples for each kind of change."""
    for name, table in found.tables.items():
        yield from _columns(name, table)
    for way, changes in found.identities.items():
        if changes.count:
            yield f"identities {way}: {changes.count:,}", _examples(changes)
    if found.moved.count:
        yield f"records that carry another summary: {found.moved.count:,}", _examples(found.moved)
    if found.fates:
        yield "what became of records", [f"{way}: {n:,}" for way, n in found.fates.items()]


def _columns(name: str, table: TableDifference) -> Iterator[tuple[str, list[str]]]:
    for column, changes in table.columns.items():
        yield f"{name}.{column}: {changes.count:,} changed", _examples(changes)
    for what, columns in _columns_of_one(table):
        yield f"{name}: {what}", columns


def _columns_of_one(table: TableDifference) -> Iterator[tuple[str, list[str]]]:
    """Yield the columns that only one of the releases has."""
    for what, columns in (("new columns", table.new_columns), ("lost columns", table.lost_columns)):
        if columns:
            yield what, columns


def _examples(changes: Changes) -> list[str]:
    rows = []
    for example in changes.examples:
        key = " ".join(str(v) for name, v in example.items() if name not in {"old", "new"})
        old, new = excerpts(_value(example["old"]), _value(example["new"]))
        rows.append(f"{key}: {old} -> {new}")
    if changes.count > len(rows):
        rows.append(f"and {changes.count - len(rows):,} more")
    return rows


def _value(value: object) -> str:
    if value is None or isinstance(value, list | bool):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def excerpts(old: str, new: str) -> tuple[str, str]:
    """Cut two texts to one line each around their first difference.

    A line break is shown as `↵`.
    """
    first = count_equal(old, new)
    start = max(0, first - _BEFORE) if max(len(old), len(new)) > _WIDTH else 0
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _WIDTH]
    before, after = "…" if start else "", "…" if start + _WIDTH < len(text) else ""
    return before + " ".join(shown.replace("\n", " ↵ ").split()) + after
