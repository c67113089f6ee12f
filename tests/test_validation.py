"""Each suite catches each fault: every expectation fails once, on planted rows."""

import json
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shortscience.pipeline.release import validation
from shortscience.pipeline.release.checks import (
    ROW_CHECKS,
    SPAN_CHECK,
    check_frame,
    counted,
    is_long,
    present,
    resolves,
    spans_that_fit,
)
from shortscience.pipeline.release.parquet import read_table, table_files
from shortscience.pipeline.release.suite_files import Expectation, load_suite
from shortscience.pipeline.release.validation import validate, validate_table
from shortscience.pipeline.report.validation import write_validation
from shortscience.pipeline.schema import TABLES, Column, Table, Type

Plant = Callable[[pl.DataFrame], pl.DataFrame]
EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    """A copy of the sample release that may be damaged."""
    return Path(shutil.copytree(built, tmp_path / "release"))


def overwrite(release: Path, table: Table, plant: Plant) -> None:
    """Write a table without enforcing its constraints, with the same columns."""
    frame = plant(read_table(release, table.name))
    fields = [field.with_nullable(True) for field in table.arrow_schema]
    rows = frame.to_arrow().cast(pa.schema(fields))
    pq.write_table(rows, table_files(release, table.name)[0])


def failures(
    release: Path, table: Table, only: Collection[tuple[str, str]] = ()
) -> dict[tuple[str, str], list[str]]:
    """Map (expectation type, column) to examples of the expectations that failed.

    `only` restricts the suite, as Great Expectations is slow.
    """
    suite = [item for item in load_suite(table.name) if not only or identity(item) in only]
    fitting = spans_that_fit(release).get(table.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "load_suite", lambda _: suite)
        described = validate_table(check_frame(release, table, fitting), table)
    return {
        identity(item): item["examples"]
        for item in described["expectations"]
        if not item["success"]
    }


def identity(expectation: Expectation) -> tuple[str, str]:
    return expectation["type"], expectation["kwargs"].get("column", "")


Fault = tuple[Column, object, tuple[str, str]]
"""A column, a forbidden value, and the (expectation, column) that must fail."""

TRUE = "expect_column_values_to_be_in_set"
BETWEEN = "expect_column_values_to_be_between"


def in_first_row(values: dict[str, object]) -> Plant:
    """Replace the values of some columns in the first row."""

    def plant(frame: pl.DataFrame) -> pl.DataFrame:
        changed = [
            pl.Series(name, [value, *frame[name].to_list()[1:]], frame.schema[name])
            for name, value in values.items()
        ]
        return frame.with_columns(changed)

    return plant


def required(column: Column, table: Table) -> Fault | None:
    if column.nullable:
        return None
    if is_long(column, table):
        return column, None, (TRUE, present(column))
    return column, None, ("expect_column_values_to_not_be_null", column.name)


def reference(column: Column, table: Table) -> Fault | None:
    return (column, "nowhere", (TRUE, resolves(column))) if column.references else None


def count(column: Column, table: Table) -> Fault | None:
    return (column, 99, (TRUE, counted(column))) if column.counts else None


def allowed(column: Column, table: Table) -> Fault | None:
    return (column, "unheard of", (TRUE, column.name)) if column.values else None


def pattern(column: Column, table: Table) -> Fault | None:
    regex = "expect_column_values_to_match_regex"
    return (column, "not like this", (regex, column.name)) if column.pattern else None


def minimum(column: Column, table: Table) -> Fault | None:
    if column.minimum is None:
        return None
    return column, _number(column, column.minimum - 1), (BETWEEN, column.name)


def maximum(column: Column, table: Table) -> Fault | None:
    if column.maximum is None:
        return None
    return column, _number(column, column.maximum + 1), (BETWEEN, column.name)


def _number(column: Column, value: float) -> float:
    return value if column.type is Type.FLOAT64 else int(value)


KINDS = (required, reference, count, allowed, pattern, minimum, maximum)


def faults(kind: Callable[[Column, Table], Fault | None], table: Table) -> list[Fault]:
    """Return the faults of one kind that a table's definition forbids."""
    return [fault for column in table.columns if (fault := kind(column, table))]


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        pytest.param(kind, table, id=f"{table.name}-{kind.__name__}")
        for table in TABLES.values()
        for kind in KINDS
        if faults(kind, table)
    ],
)
def test_a_wrong_value_is_caught_in_every_column(
    release: Path, table: Table, kind: Callable[[Column, Table], Fault | None]
) -> None:
    planted = faults(kind, table)
    overwrite(release, table, in_first_row({column.name: value for column, value, _ in planted}))
    meant = {expectation for _, _, expectation in planted}
    assert failures(release, table, meant).keys() == meant


ROW_FAULTS: dict[str, dict[str, dict[str, object]]] = {
    "sources": {"size_is_plausible": {"n_bytes": 0}},
    "records": {
        "span_is_not_empty": {"byte_end": 1, "byte_start": 1},
        "raw_fits_span": {"raw": "x" * 100_000},
        "outcome_is_complete": {"relation": "near", "status": "kept"},
    },
    "papers": {
        "evidence_fits_key": {"identified_by": "nothing"},
        "is_mentioned": {"n_summaries": 0, "n_citations": 0},
    },
    "summaries": {
        "n_chars_is_length": {"n_chars": 1},
        "markdown_is_text_but_for_white_space": {"markdown": "Something else."},
        "prose_has_no_control_characters": {"plain_text": "A\x08B"},
        "has_a_copy": {"n_copies": 0},
    },
    "citations": {
        "cites_another_work": {"cited_paper_id": "a:b", "citing_paper_id": "a:b"},
        "context_holds_raw": {"context": "Elsewhere."},
    },
}


@pytest.mark.parametrize(
    ("table", "check"), [(table, check) for table, checks in ROW_FAULTS.items() for check in checks]
)
def test_a_row_that_contradicts_itself_is_caught_and_named(
    release: Path, table: str, check: str
) -> None:
    definition = TABLES[table]
    overwrite(release, definition, in_first_row(ROW_FAULTS[table][check]))
    row = read_table(release, table).sort(definition.key)
    found = failures(release, definition, [(TRUE, check)])
    planted = "/".join(str(row[name][0]) for name in definition.key)
    assert planted in found[TRUE, check]


def test_mojibake_is_caught_in_two_rows_and_not_in_one(release: Path) -> None:
    summaries = TABLES["summaries"]
    check = [(TRUE, "prose_has_no_mojibake")]
    assert ROW_CHECKS["summaries"].keys() - ROW_FAULTS["summaries"].keys() == {check[0][1]}
    overwrite(release, summaries, in_first_row({"plain_text": "donâ€™t"}))
    assert not failures(release, summaries, check)
    overwrite(release, summaries, lambda frame: frame.with_columns(plain_text=pl.lit("donâ€™t")))
    assert failures(release, summaries, check).keys() == set(check)


@EVERY_TABLE
def test_a_repeated_key_is_caught(release: Path, table: Table) -> None:
    overwrite(release, table, lambda frame: pl.concat([frame, frame.head(1)]))
    columns = table.key if len(table.key) == 1 else [""]
    kinds = "expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"
    assert failures(release, table, [(kind, column) for kind in kinds for column in columns])


@EVERY_TABLE
def test_a_missing_column_or_another_type_is_caught(release: Path, table: Table) -> None:
    changed = table.columns[-1].name
    rows = pq.read_table(table_files(release, table.name)[0])
    place = rows.schema.get_field_index(changed)
    other = rows.set_column(place, changed, pa.nulls(len(rows), pa.large_string()))
    pq.write_table(other, table_files(release, table.name)[0])
    assert failures(release, table, [(TRUE, "columns_are_as_defined")])


@EVERY_TABLE
def test_an_empty_table_is_caught_where_forbidden(release: Path, table: Table) -> None:
    overwrite(release, table, lambda frame: frame.clear())
    count = "expect_table_row_count_to_be_between", ""
    assert (count in failures(release, table)) == table.never_empty


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.has_spans])
@pytest.mark.parametrize("fault", ["raw", "start", "end"])
def test_an_offset_that_is_off_by_one_is_caught(release: Path, table: Table, fault: str) -> None:
    change = pl.col("raw") + "x" if fault == "raw" else pl.col(fault) + 1
    overwrite(release, table, lambda frame: frame.with_columns(change.alias(fault)))
    assert failures(release, table, [(TRUE, SPAN_CHECK)])


def test_every_expectation_is_made_to_fail_by_a_test_above() -> None:
    tested = {
        (table.name, *expectation)
        for table in TABLES.values()
        for kind in KINDS
        for _, _, expectation in faults(kind, table)
    }
    for name, table in TABLES.items():
        tested |= {(name, TRUE, check) for check in ROW_CHECKS.get(name, {})}
        tested |= {(name, TRUE, "columns_are_as_defined")}
        tested |= {(name, TRUE, SPAN_CHECK)} if table.has_spans else set()
        tested |= {(name, "expect_column_values_to_be_unique", table.key[0])}
        tested |= {(name, "expect_compound_columns_to_be_unique", "")}
        tested |= {(name, "expect_table_row_count_to_be_between", "")}
    expected = {(name, *identity(item)) for name in TABLES for item in load_suite(name)}
    assert expected <= tested


def test_the_sample_release_passes_with_every_expectation(built: Path) -> None:
    report = json.loads((built / "validation.json").read_text())
    assert report["success"]
    for name in TABLES:
        results = report["tables"][name]["expectations"]
        assert [item["kwargs"] for item in results] == [item["kwargs"] for item in load_suite(name)]
        assert all(item["success"] and "error" not in item for item in results)


def test_the_page_of_a_passed_validation_makes_no_requests(built: Path) -> None:
    folder = built.parents[1] / "validation" / built.name
    text = (folder / "index.html").read_text()
    assert f"release <code>{built.name}</code>" in text
    for outside in ("<script", "src=", "http:", "https:"):
        assert outside not in text
    assert all((folder / name).is_file() for name in re.findall(r'<link[^>]*href="([^"]*)"', text))


def test_the_page_shows_what_failed_first_with_its_rows_and_their_bytes(
    release: Path, tmp_path: Path
) -> None:
    summaries = TABLES["summaries"]
    overwrite(release, summaries, in_first_row({"n_chars": 1, "language": "xyz"}))
    outcome = validate(release)
    text = write_validation(outcome.report, release, tmp_path / "the-release").read_text()
    assert "release <code>the-release</code>" in text
    assert f"{len(outcome.failed)} of" in text
    failures, passed = text.split("All expectations", 1)
    first = read_table(release, "summaries").row(0, named=True)
    record = read_table(release, "records").filter(pl.col("record_id") == first["record_id"])
    for column in ("n_chars_is_length", "language"):
        assert f"summaries.{column}</h2>" in failures
    assert f"<code>{first['summary_id']}</code>" in failures
    assert "<mark>language</mark>" in failures
    assert f"tail -c +{record['byte_start'][0] + 1} " in failures
    assert "all met" in passed
