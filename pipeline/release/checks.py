"""The frames that the validation suites check: one per table, narrow and precomputed.

Great Expectations runs on pandas. To keep a million texts from becoming Python objects, Polars
reads the written Parquet files and evaluates each row's checks; the suites expect these columns to
be true. Small columns are passed on unchanged.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import ftfy
import polars as pl
import pyarrow.parquet as pq

from shortscience.pipeline.release.parquet import (
    ROW_GROUP_ROWS,
    count_rows,
    scan_table,
    table_files,
)
from shortscience.pipeline.schema import TABLES, UNNAMED, Column, Table, Type

# Sequences that arise only when UTF-8 was read as windows-1252 or latin-1.
MOJIBAKE = r"â€[™œ“”˜¦\u{9d}\u{99}\u{9c}]|Ã[©¨¼¶¤±³­¡ª«®¯´µ·¹º»]|Â[\u{a0}°·»«®©]|ï¿½|ðŸ"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]"
_WHITE = re.compile(r"[^\S\x1c-\x1f]")
"""Unicode's White_Space."""
_ASCII_WHITE = b" \t\n\v\f\r"


def _differs_in_white_space_alone(summaries: pl.DataFrame) -> pl.Series:
    """Whether each text and its Markdown differ only in white space."""
    texts, markdown = (summaries[name].cast(pl.Binary).to_list() for name in ("text", "markdown"))
    return pl.Series(map(_are_alike, texts, markdown), dtype=pl.Boolean)


def _are_alike(one: bytes | None, other: bytes | None) -> bool | None:
    if one is None or other is None:
        return None
    # Ten times as fast as a Polars expression; other white space is rare.
    if one.translate(None, _ASCII_WHITE) == other.translate(None, _ASCII_WHITE):
        return True
    return _WHITE.sub("", one.decode()) == _WHITE.sub("", other.decode())


def _has_no_mojibake(summaries: pl.DataFrame) -> pl.Series:
    """Whether ftfy finds nothing to repair where a text looks like mojibake.

    Some of what looks so has lost a character, and some is meant: a text may be about encodings.
    """
    texts = summaries["plain_text"]
    rows = texts.str.contains(MOJIBAKE).fill_null(value=False).arg_true()
    looking = texts.gather(rows)
    left = pl.Series((ftfy.fix_encoding(text) == text for text in looking), dtype=pl.Boolean)
    return pl.select(pl.repeat(value=True, n=len(texts))).to_series().scatter(rows, left)


def is_long(column: Column, table: Table) -> bool:
    """Whether a column is free text, of which the suites see only precomputed checks."""
    bound = column.references or column.values or column.pattern or column.name in table.key
    return column.type is Type.STRINGS or (column.type is Type.STRING and not bound)


def present(column: Column) -> str:
    """Name the check column that tells whether a free text is present."""
    return f"{column.name}_is_present"


def resolves(column: Column) -> str:
    """Name the check column that tells whether a foreign key resolves."""
    return f"{column.name}_resolves"


def counted(column: Column) -> str:
    """Name the check column that tells whether a count is right."""
    return f"{column.name}_is_counted"


RowCheck = pl.Expr | Callable[[pl.DataFrame], pl.Series]
"""An expression, or a function of a table's rows; null counts as met.

Functions are called before expressions run rather than by them: a thread of Polars that waits for
Python's lock, held by one that waits for Polars, would wait forever.
"""

ROW_CHECKS: dict[str, dict[str, tuple[str, RowCheck]]] = {
    "sources": {
        "size_is_plausible": (
            "A source with records has bytes.",
            (pl.col("n_bytes") > 0) | (pl.col("n_records") == 0),
        ),
    },
    "records": {
        "span_is_not_empty": (
            "A record covers at least one byte.",
            pl.col("byte_start") < pl.col("byte_end"),
        ),
        "raw_fits_span": (
            "The raw text has no more characters than the span has bytes.",
            pl.col("raw").str.len_chars() <= pl.col("byte_end") - pl.col("byte_start"),
        ),
        "outcome_is_complete": (
            "Kept: summary. Duplicate: summary, relation and similarity. Rejected: reason, and"
            " the earlier summary if there is one.",
            pl.col("summary_id").is_null().eq(pl.col("status") == "rejected")
            & pl.col("reason").is_not_null().eq(pl.col("status") == "rejected")
            & pl.col("relation").is_not_null().eq(pl.col("status") == "duplicate")
            & pl.col("similarity").is_not_null().eq(pl.col("status") == "duplicate")
            & (pl.col("earlier_summary_id").is_null() | (pl.col("status") == "rejected")),
        ),
    },
    "papers": {
        "evidence_fits_key": (
            "Exactly the papers that nothing identifies are named after their summary.",
            pl.col("paper_id")
            .str.starts_with(UNNAMED)
            .eq(pl.col("identified_by").is_in(["nothing"])),
        ),
        "is_mentioned": (
            "A paper is summarised or cited.",
            pl.col("n_summaries") + pl.col("n_citations") > 0,
        ),
    },
    "summaries": {
        "n_chars_is_length": (
            "`n_chars` is the length of the text.",
            pl.col("text").str.len_chars() == pl.col("n_chars"),
        ),
        "markdown_is_text_but_for_white_space": (
            "Structure was restored by changing white space only.",
            _differs_in_white_space_alone,
        ),
        "prose_has_no_control_characters": (
            "No control characters remain outside code, math and URLs.",
            pl.col("plain_text").str.contains(CONTROL).not_(),
        ),
        "prose_has_no_mojibake": (
            "No mojibake that can be repaired remains outside code, math and URLs.",
            _has_no_mojibake,
        ),
        "has_a_copy": (
            "A summary has at least one record.",
            pl.col("n_copies") > 0,
        ),
    },
    "citations": {
        "cites_another_work": (
            "A summary does not cite its own paper.",
            pl.col("cited_paper_id").is_null()
            | (pl.col("cited_paper_id") != pl.col("citing_paper_id")),
        ),
        "context_holds_raw": (
            "The context contains the mention.",
            pl.col("context").str.contains(pl.col("raw"), literal=True),
        ),
    },
}
"""Per table: the check column's name, its statement, and the check."""

SPAN_CHECK = "raw_is_text_at_span"


def check_frames(release: Path) -> Iterator[tuple[Table, pl.DataFrame]]:
    """Yield each table with the narrow frame that its suite runs on, in key order.

    Texts are streamed, so that memory is bounded by the narrow frames.
    """
    for table in TABLES.values():
        if not table.has_spans:
            yield table, check_frame(release, table)
    fitting = spans_that_fit(release)
    for name, rows in fitting.items():
        yield TABLES[name], check_frame(release, TABLES[name], rows)


def check_frame(release: Path, table: Table, fitting: pl.Series | None = None) -> pl.DataFrame:
    """Return the narrow frame of a table; `fitting` are its rows whose span matches `raw`."""
    as_defined = pl.lit(value=_schema_matches(release, table)).alias("columns_are_as_defined")
    frame = pl.concat(
        _narrow(rows, table).with_columns(as_defined) for rows in _rows(release, table)
    )
    for column in table.columns:
        if column.references:
            frame = _with_resolution(frame, column, release)
        if column.counts:
            frame = _with_count_check(frame, column, table, release)
    if fitting is not None:
        rows = pl.int_range(pl.len(), dtype=pl.UInt32)
        frame = frame.with_columns(rows.is_in(fitting.implode()).alias(SPAN_CHECK))
    return frame.sort(table.key)


def _narrow(batch: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Replace lists and texts by their checks, keeping all other columns."""
    long = [column for column in table.columns if is_long(column, table)]
    checks = {
        name: check if isinstance(check, pl.Expr) else check(batch)
        for name, (_, check) in ROW_CHECKS.get(table.name, {}).items()
    }
    checked = batch.with_columns(
        *(pl.col(column.name).is_not_null().alias(present(column)) for column in long),
        **checks,
    ).drop(column.name for column in long)
    # Great Expectations compares 64-bit numbers vectorised, and others one by one.
    return checked.cast({pl.Int32: pl.Int64})


def _rows(
    release: Path, table: Table, names: Sequence[str] | None = None
) -> Iterator[pl.DataFrame]:
    """Yield a table, or some of its columns, by row group; one empty frame if it has no rows.

    Columns of the files are cast to the defined schema, so that every check can be computed.
    """
    scan = scan_table(release, table.name)
    found = scan.collect_schema().names()
    defined = table.polars_schema
    as_defined = scan.select(
        pl.col(name).cast(defined[name], strict=False)
        if name in found
        else pl.lit(None, defined[name]).alias(name)
        for name in names or defined
    )
    for start in range(0, max(1, count_rows(release, table.name)), ROW_GROUP_ROWS):
        yield as_defined.slice(start, ROW_GROUP_ROWS).collect()


def _schema_matches(release: Path, table: Table) -> bool:
    defined = table.arrow_schema.remove_metadata()
    return all(
        pq.read_schema(path).remove_metadata().equals(defined, check_metadata=False)
        for path in table_files(release, table.name)
    )


def _with_resolution(frame: pl.DataFrame, column: Column, release: Path) -> pl.DataFrame:
    assert column.references is not None  # noqa: S101 - checked by the caller
    table, name = column.references.split(".")
    keys = scan_table(release, table).select(pl.col(name)).collect().to_series()
    found = pl.when(pl.col(column.name).is_not_null()).then(
        pl.col(column.name).is_in(keys.implode())
    )
    return frame.with_columns(found.alias(resolves(column)))


def _with_count_check(
    frame: pl.DataFrame, column: Column, table: Table, release: Path
) -> pl.DataFrame:
    assert column.counts is not None  # noqa: S101 - checked by the caller
    other, name = column.counts.split(".")
    own = table.key[0]
    rows = scan_table(release, other).select(pl.col(name).alias(own)).collect()
    right = pl.col("_rows").fill_null(0) == pl.col(column.name)
    joined = frame.join(
        rows.group_by(own).agg(_rows=pl.len()), on=own, how="left", maintain_order="left"
    )
    return joined.with_columns(right.alias(counted(column))).drop("_rows")


def spans_that_fit(release: Path) -> dict[str, pl.Series]:
    """Return, per table with spans, the rows whose span of the summary's text equals `raw`."""
    spans = {table.name: _spans(release, table) for table in TABLES.values() if table.has_spans}
    fitting = {name: [pl.Series([], dtype=pl.UInt32)] for name in spans}
    for texts in _rows(release, TABLES["summaries"], ["summary_id", "text"]):
        # Tables are sorted, so each batch matches few rows; unsorted ones are checked, too.
        first, last = str(texts["summary_id"].min()), str(texts["summary_id"].max())
        for name, rows in spans.items():
            start = rows["summary_id"].search_sorted(first, "left")
            stop = rows["summary_id"].search_sorted(last, "right")
            near = rows.slice(start, stop - start).join(texts, on="summary_id")
            fitting[name].append(near.filter(_HOLDS_RAW)["row"])
    return {name: pl.concat(rows) for name, rows in fitting.items()}


def _spans(release: Path, table: Table) -> pl.DataFrame:
    spans = pl.concat(_rows(release, table, ["summary_id", "start", "end", "raw"]))
    return spans.with_row_index("row").sort("summary_id")


_HOLDS_RAW = (pl.col("start") < pl.col("end")) & (
    pl.col("text").str.slice("start", (pl.col("end") - pl.col("start")).clip(lower_bound=0))
    == pl.col("raw")
)
