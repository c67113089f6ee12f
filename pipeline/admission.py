"""Admission: check facts found in dumps against the columns that will hold them.

A dump may hold anything: an address without a scheme, a year of three digits. A value that does not
fit its column becomes null and is reported, so one bad record never stops a release. Validation
checks the tables against the same column definitions.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from shortscience.pipeline.schema import TABLES, Column
from shortscience.pipeline.sources.inputs import Problem

_RECORD_FACTS = {
    "year": "papers.year",
    "paper_url": "papers.url",
    "votes": "summaries.votes",
    "posted_at": "summaries.posted_at",
    "url": "summaries.url",
}
"""Facts of records and their target columns. Free text fits any column, and keys are parsed."""
_SOURCE_FACTS = {"url": "sources.url", "retrieved_at": "sources.retrieved_at"}
REFUSED_SCHEMA = pl.Schema(
    {
        "source_id": pl.String(),
        "ordinal": pl.Int32(),
        "column": pl.String(),
        "value": pl.String(),
    }
)
_HOST_AND_PATH = r"^[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?:[/?]\S*)?$"
_EXAMPLES = 3
_LONGEST_VALUE = 80


def column_of(name: str) -> Column:
    """Return a column named as `table.column`."""
    table, _, column = name.partition(".")
    return TABLES[table].column(column)


def fits(value: pl.Expr, column: Column) -> pl.Expr:
    """Whether each value satisfies the checks of a column; values must not be null."""
    checks = [pl.lit(value=True)]
    if column.pattern:
        checks.append(value.str.contains(column.pattern))
    if column.values:
        checks.append(value.is_in(column.values))
    if column.minimum is not None:
        checks.append(value >= column.minimum)
    if column.maximum is not None:
        checks.append(value <= column.maximum)
    return pl.all_horizontal(checks)


def admit_records(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with unfit values set to null, and those values as REFUSED_SCHEMA.

    A paper's address without a scheme still identifies the paper, so `http://` is added first.
    """
    bare = pl.col("paper_url").str.contains(_HOST_AND_PATH)
    paper_url = pl.when(bare).then(pl.format("http://{}", "paper_url")).otherwise("paper_url")
    return _admit(records.with_columns(paper_url=paper_url), _RECORD_FACTS, pl.col("ordinal"))


def admit_sources(sources: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sources with unfit values set to null, and those values as REFUSED_SCHEMA."""
    return _admit(sources, _SOURCE_FACTS, pl.lit(None, pl.Int32()))


def _admit(
    frame: pl.DataFrame, columns: Mapping[str, str], ordinal: pl.Expr
) -> tuple[pl.DataFrame, pl.DataFrame]:
    refused = [REFUSED_SCHEMA.to_frame()]
    for name, target in columns.items():
        wrong = (
            frame[name].is_not_null()
            & ~frame.select(fits(pl.col(name), column_of(target)).fill_null(value=True)).to_series()
        )
        if not wrong.any():
            continue
        refused.append(
            frame.filter(wrong)
            .select(
                "source_id",
                ordinal.alias("ordinal"),
                column=pl.lit(target),
                value=pl.col(name).cast(pl.String),
            )
            .cast(REFUSED_SCHEMA)
        )
        frame = frame.with_columns(pl.when(~wrong).then(name).alias(name))
    return frame, pl.concat(refused)


def refusals(
    refused: pl.DataFrame, names: Mapping[str, str], files: Mapping[str, str]
) -> list[Problem]:
    """Return one problem per file and column with refused values.

    `names` and `files` map source ids; the pages of a crawl are in one file.
    """
    source = pl.col("source_id")
    counted = (
        refused.with_columns(
            name=source.replace_strict(names, return_dtype=pl.String),
            file=source.replace_strict(files, return_dtype=pl.String),
        )
        .sort("name", "column", "ordinal", nulls_last=True)
        .group_by("file", "column", maintain_order=True)
        .agg(
            pl.len(),
            pl.format("record {}", "ordinal").drop_nulls().head(_EXAMPLES).alias("places"),
            pl.col("value").first(),
            pl.col("name").unique(maintain_order=True).head(2).alias("sources"),
        )
    )
    return [
        Problem(sources[0], _reason(column, count, places, value))
        if len(sources) == 1
        else Problem(file, _reason(column, count, [f"source {sources[0]}"], value))
        for file, column, count, places, value, sources in counted.iter_rows()
    ]


def _reason(column: str, count: int, places: Sequence[str], value: str) -> str:
    defined = column_of(column)
    expected = (
        f"a match of {defined.pattern}"
        if defined.pattern
        else f"at least {defined.minimum:g}"
        if defined.minimum is not None
        else f"type {defined.type.value}"
    )
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    where = f" ({', '.join(places)})" if places else ""
    which = (
        f"1 value does not fit {column} and became null, {shown!r}{where}"
        if count == 1
        else f"{count:,} values do not fit {column} and became null, first {shown!r}{where}"
    )
    return f"{which}: expected {expected}"
