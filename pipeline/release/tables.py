"""Assembling the tables of the contract from the results of the stages.

Tables that hold texts are put together shard by shard, so that memory is bounded by the ids of all
records and the texts of a few.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl

from shortscience.pipeline.duplicates.find import EARLIER, KEPT
from shortscience.pipeline.keys import key
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.release.earlier import why_known
from shortscience.pipeline.release.ordering import in_order
from shortscience.pipeline.schema import TABLES, Table
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.inputs import Input

_SPAN_TABLES = ("equations", "images", "links")
BY_SHARD = ("records", "summaries", *_SPAN_TABLES)
"""Tables whose rows are made of those of the shards, and what became of each record."""
_RECORDS_IN_MEMORY = 25_000
"""Some 200 MB of texts, of which a table holds several forms."""

Tables = Mapping[str, Iterator[pl.DataFrame]]
"""Each table of the contract as frames that follow each other in the order of its key."""


def build_tables(
    inputs: Iterable[Input],
    shards: Shards,
    identified: Identified,
    scratch: Path,
) -> Tables:
    """Return every table of the contract: its columns, its types, sorted by its key.

    Rows that do not fit into memory are sorted
    in files without names in the folder `scratch`.
    """
    fates = identified.outcomes.collect()
    told = with_about(fates, identified.summaries.collect())
    frames: dict[str, Iterable[pl.DataFrame]] = {
        "sources": [sources(inputs, shards)],
        "papers": [identified.papers.collect()],
        "citations": [with_keys(identified.citations.collect())],
        **{name: rows_of_shards(name, shards, told) for name in BY_SHARD},
    }
    n_parts = 1 + len(fates) // _RECORDS_IN_MEMORY
    return {
        name: in_order(
            map(partial(conform, table=table), frames[name]),
            table,
            n_parts if name in BY_SHARD else 1,
            scratch,
        )
        for name, table in TABLES.items()
    }


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Bring a frame into the columns and types of a table's definition."""
    schema = table.polars_schema
    return frame.select(schema.names()).cast(schema)


def with_about(fates: pl.DataFrame, summaries: pl.DataFrame) -> pl.DataFrame:
    """Add `about` to the fates of kept records: what is known of their summaries."""
    about = summaries.select("summary_id", about=pl.struct(pl.exclude("summary_id")))
    return fates.join(about, on="summary_id", how="left", maintain_order="left").with_columns(
        about=pl.when(pl.col("status") == KEPT).then("about")
    )


def sources(inputs: Iterable[Input], shards: Shards) -> pl.DataFrame:
    """Return the rows of the table of sources."""
    names = pl.DataFrame(
        [(item.source_id, item.name) for item in inputs],
        schema={"source_id": pl.String(), "name": pl.String()},
        orient="row",
    )
    found = shards.scan("sources").collect().join(names, on="source_id")
    counts = shards.scan("records").group_by("source_id").agg(n_records=pl.len())
    return _with_count(found, "source_id", counts.collect(engine="streaming"), "n_records")


def rows_of_shards(name: str, shards: Shards, fates: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of one of the tables BY_SHARD, shard by shard.

    `fates` is what became of the records of these shards, with `about`.
    """
    lengths = shards.lengths("records")
    starts = itertools.accumulate(lengths, initial=0)
    each = (fates.slice(start, length) for start, length in zip(starts, lengths, strict=False))
    match name:
        case "records":
            yield from _records(shards, each)
        case "summaries":
            yield from _summaries(shards, each)
        case _:
            yield from _spans(shards, name, each)


def _records(shards: Shards, fates: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Tell what became of each record; what an earlier release has is rejected for that reason."""
    known = pl.col("status") == EARLIER
    for records, fate in zip(shards.frames("records"), fates, strict=True):
        yield records.hstack(fate.drop("record_id", "about")).with_columns(
            reason=pl.when(known).then(why_known()).otherwise("reason"),
            **{
                name: pl.when(~known).then(name)
                for name in ("summary_id", "relation", "similarity")
            },
            status=pl.when(known).then(None).otherwise("status").fill_null("rejected"),
        )


def _summaries(shards: Shards, fates: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    spans = [shards.frames(name, ["record_id"]) for name in _SPAN_TABLES]
    languages = shards.frames("languages", ["language", "language_confidence"])
    cleaned = shards.frames("cleaned")
    for texts, language, fate, *found in zip(cleaned, languages, fates, *spans, strict=True):
        summaries = (
            texts.hstack(language)
            .join(_kept_of(fate), on="record_id", maintain_order="left")
            .unnest("about")
        )
        for name, rows in zip(_SPAN_TABLES, found, strict=True):
            counts = rows.group_by("record_id").agg(pl.len().alias(f"n_{name}"))
            summaries = _with_count(summaries, "record_id", counts, f"n_{name}")
        yield summaries


def _spans(shards: Shards, name: str, fates: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for spans, fate in zip(shards.frames(name), fates, strict=True):
        yield spans.join(_kept_of(fate), on="record_id", maintain_order="left")


def _kept_of(fate: pl.DataFrame) -> pl.DataFrame:
    return fate.filter(pl.col("status") == KEPT).select("record_id", "summary_id", "about")


def with_keys(citations: pl.DataFrame) -> pl.DataFrame:
    """Give each citation its key, derived from what it is and where it stands."""
    parts = citations.select("summary_id", "kind", "start", "end", pl.col("key").fill_null(""))
    keys = [key(*row) for row in parts.iter_rows()]
    return citations.with_columns(citation_id=pl.Series(keys, dtype=pl.String))


def _with_count(frame: pl.DataFrame, own_key: str, counts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the count of each row's key, zero where there is none."""
    joined = frame.join(counts, on=own_key, how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null(0))
