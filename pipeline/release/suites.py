"""The validation suites, derived from the table definitions as readable JSON files.

`python -m shortscience.pipeline.release.suites` writes `expectations/<table>.json`. Builds read
only these files, so expectations can be read and extended without reading code. Hand-written
expectations are kept when the files are regenerated.
"""

import json
import uuid
from collections.abc import Iterator

from shortscience.pipeline.release.checks import (
    ROW_CHECKS,
    SPAN_CHECK,
    counted,
    is_long,
    present,
    resolves,
)
from shortscience.pipeline.release.suite_files import Expectation, load_suite, suite_path
from shortscience.pipeline.schema import TABLES, Column, Table

MOSTLY_WITHOUT_MOJIBAKE = 0.99
"""One summary in a hundred, and one in any release, may keep mojibake that is ambiguous."""

_NAMESPACE = uuid.UUID("8f5b5c0e-6d0b-5d5e-9b1a-0d6f6f0a7c11")


def derive_suite(table: Table) -> list[Expectation]:
    """Derive a table's expectations of its narrow frame from its definition."""
    suite = list(_of_table(table))
    for column in table.columns:
        suite += _of_column(column, table)
    for name, (why, _) in ROW_CHECKS.get(table.name, {}).items():
        mostly = {"mostly": MOSTLY_WITHOUT_MOJIBAKE} if name.endswith("mojibake") else {}
        suite.append(_true(table, name, why, **mostly))
    return suite


def _of_table(table: Table) -> Iterator[Expectation]:
    if table.never_empty:
        yield _expectation(
            table, "expect_table_row_count_to_be_between", "Never empty.", min_value=1
        )
    yield _true(table, "columns_are_as_defined", "The columns, in order, with their types.")
    if len(table.key) == 1:
        yield _expectation(
            table, "expect_column_values_to_be_unique", "Primary key.", column=table.key[0]
        )
    else:
        yield _expectation(
            table,
            "expect_compound_columns_to_be_unique",
            "Primary key.",
            column_list=list(table.key),
        )
    if table.has_spans:
        yield _true(table, SPAN_CHECK, "`text[start:end]` is exactly `raw`.")


def _of_column(column: Column, table: Table) -> Iterator[Expectation]:
    name = column.name
    if not column.nullable and is_long(column, table):
        yield _true(table, present(column), f"{name}: {column.description}")
    elif not column.nullable:
        yield _expectation(
            table, "expect_column_values_to_not_be_null", column.description, column=name
        )
    if column.references:
        yield _true(table, resolves(column), f"Foreign key: found in {column.references}.")
    if column.counts:
        yield _true(table, counted(column), f"Equals the number of rows of {column.counts}.")
    if column.values:
        yield _expectation(
            table,
            "expect_column_values_to_be_in_set",
            column.description,
            column=name,
            value_set=list(column.values),
        )
    if column.pattern:
        yield _expectation(
            table,
            "expect_column_values_to_match_regex",
            column.description,
            column=name,
            regex=column.pattern,
        )
    bounds = {"min_value": column.minimum, "max_value": column.maximum}
    given = {key: value for key, value in bounds.items() if value is not None}
    if given:
        yield _expectation(
            table,
            "expect_column_values_to_be_between",
            column.description,
            column=name,
            **given,
        )


def _true(table: Table, column: str, why: str, **more: float) -> Expectation:
    return _expectation(
        table, "expect_column_values_to_be_in_set", why, column=column, value_set=[True], **more
    )


def _expectation(table: Table, kind: str, why: str, **kwargs: object) -> Expectation:
    identity = json.dumps([table.name, kind, kwargs], sort_keys=True)
    return {
        "type": kind,
        "kwargs": kwargs,
        "meta": {"why": why},
        "id": str(uuid.uuid5(_NAMESPACE, identity)),
    }


def write_suites() -> None:
    """Write every suite, keeping hand-written expectations."""
    for name, table in TABLES.items():
        derived = derive_suite(table)
        path = suite_path(name)
        before = load_suite(name) if path.exists() else []
        added = [item for item in before if item["meta"].get("added_by_hand")]
        suite = {
            "name": name,
            "meta": {"description": table.description},
            "expectations": derived + added,
        }
        path.write_text(json.dumps(suite, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write_suites()
