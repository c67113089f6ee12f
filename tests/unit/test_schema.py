"""The one definition of the tables, and what is derived from it."""

import re

import polars as pl
import pyarrow as pa
import pytest

from shortscience.pipeline.release.card import describe_table
from shortscience.pipeline.release.suites import derive_suite, load_suite
from shortscience.pipeline.schema import TABLES, Table, Type

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@EVERY_TABLE
def test_keys_and_references_exist(table: Table) -> None:
    for name in table.key:
        assert not table.column(name).nullable
    for column in table.columns:
        for pointer in (column.references, column.counts):
            if pointer:
                other, name = pointer.split(".")
                TABLES[other].column(name)


@EVERY_TABLE
def test_every_column_is_described_in_plain_words(table: Table) -> None:
    for column in table.columns:
        assert re.match(r"[A-Z].{3,}\.$", column.description), column.name


@EVERY_TABLE
def test_polars_and_arrow_agree(table: Table) -> None:
    frame = pl.DataFrame(schema=table.polars_schema)
    assert frame.to_arrow().cast(table.arrow_schema).schema.equals(table.arrow_schema)


@EVERY_TABLE
def test_the_suite_on_disk_is_the_derived_one_and_what_was_added_by_hand(table: Table) -> None:
    on_disk = load_suite(table.name)
    by_hand = [item for item in on_disk if item["meta"].get("added_by_hand")]
    assert on_disk == derive_suite(table) + by_hand, "run `make expectations`"


@EVERY_TABLE
def test_the_reference_names_every_column(table: Table) -> None:
    text = describe_table(table)
    assert all(f"| `{column.name}` |" in text for column in table.columns)


def test_only_types_that_every_reader_knows() -> None:
    allowed = {
        pa.string(),
        pa.bool_(),
        pa.int32(),
        pa.int64(),
        pa.float64(),
        pa.date32(),
        pa.timestamp("us", tz="UTC"),
        pa.list_(pa.string()),
    }
    assert {kind.arrow for kind in Type} == allowed
