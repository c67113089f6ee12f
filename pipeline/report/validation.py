"""The results of a validation as a page: failed expectations first, with rows and their origin.

A build writes this page before it releases anything, so it uses only the tables.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.folders import reappearing
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.report.pages import ASSETS, render, shortened
from shortscience.pipeline.schema import TABLES, Table

_LONGEST_VALUE = 300
_STYLE = "report.css"


@dataclass(frozen=True)
class Row:
    """A row that fails an expectation: its columns, and the bytes it was made from."""

    key: str
    values: tuple[tuple[str, str], ...]
    source: str | None
    bytes: tuple[int, int]

    @property
    def is_plain_file(self) -> bool:
        """Whether the source is a file on disk, whose bytes a command can print."""
        packed = (".gz", ".xz", ".bz2", ".zst")
        name = self.source or "!"
        return "!" not in name and not name.endswith(packed)


@dataclass(frozen=True)
class Check:
    """One expectation and its outcome; `unmet` counts rows, `rows` has the first of them."""

    table: str
    column: str
    expects: str
    why: str
    met: bool
    checked: str
    unmet: int | None
    rows: tuple[Row, ...]
    unshown: tuple[str, ...]
    """Keys of rows that could not be read from the tables."""


@dataclass(frozen=True)
class Validation:
    """All checks, by table."""

    tables: dict[str, tuple[Check, ...]]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that were not met."""
        return tuple(check for checks in self.tables.values() for check in checks if not check.met)

    @property
    def count(self) -> int:
        """How many checks there are."""
        return sum(map(len, self.tables.values()))


def write_validation(report: Mapping[str, Any], release: Path, folder: Path) -> Path:
    """Write the page of a validation into a folder that works offline; return its path.

    `report` is the content of `validation.json`, `release` the folder with the tables, released or
    not. `folder` is named after the release and replaced.
    """
    page = "index.html"
    with reappearing(folder) as staging:
        (staging / "assets").mkdir()
        shutil.copy(ASSETS / _STYLE, staging / "assets" / _STYLE)
        html = render(
            "validation.html",
            page=page,
            pages={page: "Validation"},
            release_id=folder.name,
            validation=lay_out(report, release),
        )
        (staging / page).write_text(html, encoding="utf-8")
    return folder / page


def lay_out(report: Mapping[str, Any], release: Path) -> Validation:
    """Arrange the results of a validation, with the rows that failed."""
    return Validation(
        {
            name: tuple(_check(item, TABLES[name], release) for item in result["expectations"])
            for name, result in report["tables"].items()
        }
    )


def _check(item: dict[str, Any], table: Table, release: Path) -> Check:
    rows = _rows(release, table, item["examples"])
    shown = {row.key for row in rows}
    return Check(
        table=table.name,
        column=item["kwargs"].get("column", ""),
        expects=_expects(item["type"], item["kwargs"]),
        why=item.get("error") or item["why"],
        met=item["success"],
        checked="" if item["checked"] is None else f"{item['checked']:,}",
        unmet=item["unexpected"],
        rows=rows,
        unshown=tuple(key for key in item["examples"] if key not in shown),
    )


def _expects(kind: str, kwargs: Mapping[str, Any]) -> str:
    """Describe an expectation in words; empty if its reason says it all."""
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    values = kwargs.get("value_set", [])
    match kind.removeprefix("expect_"):
        case "table_row_count_to_be_between":
            return f"has {low} rows or more"
        case "column_values_to_be_in_set":
            return "" if values == [True] else f"is one of: {', '.join(map(str, values))}"
        case "column_values_to_be_unique":
            return "is unique"
        case "compound_columns_to_be_unique":
            return f"{' and '.join(kwargs['column_list'])} are unique together"
        case "column_values_to_not_be_null":
            return "is never null"
        case "column_values_to_match_regex":
            return f"matches {kwargs['regex']}"
        case "column_values_to_be_between":
            bounds = (("at least", low), ("at most", high))
            return "is " + " and ".join(f"{word} {n}" for word, n in bounds if n is not None)
    return kind.replace("_", " ")


def _rows(release: Path, table: Table, keys: Sequence[str]) -> tuple[Row, ...]:
    """Read the rows with those keys; none if the table lacks required columns."""
    if not keys:
        return ()
    parts = [pl.col(name).cast(pl.String).fill_null("None") for name in table.key]
    try:
        found = (
            scan_table(release, table.name)
            .with_columns(pl.concat_str(parts, separator="/").alias("the key"))
            .filter(pl.col("the key").is_in(list(keys)))
            .head(len(keys))
            .collect()
        )
        return tuple(_described(release, found))
    except pl.exceptions.PolarsError:
        return ()


def _described(release: Path, rows: pl.DataFrame) -> Iterator[Row]:
    for row in rows.to_dicts():
        source, *span = _place(release, row)
        texts = {name: "null" if value is None else str(value) for name, value in row.items()}
        values = tuple(
            (name, shortened(text, _LONGEST_VALUE))
            for name, text in texts.items()
            if name != "the key"
        )
        yield Row(row["the key"], values, source, (span[0], span[1]))


def _place(release: Path, row: Mapping[str, Any]) -> tuple[str | None, int, int]:
    """Return the source's name, and the byte span, of the record that a row was made from."""
    records = scan_table(release, "records")
    if "record_id" in row:
        wanted = pl.col("record_id") == row["record_id"]
    else:
        wanted = (pl.col("summary_id") == row.get("summary_id")) & (pl.col("status") == "kept")
    names = scan_table(release, "sources").select("source_id", "name")
    places = records.filter(wanted).join(names, on="source_id").head(1)
    for place in places.select("name", "byte_start", "byte_end").collect().iter_rows():
        return place
    return None, 0, 0
