"""Assembling the tables of the contract from the results of the stages.

Tables that hold texts are put together shard by shard, so that memory is bounded by the ids of all
records and the texts of a few.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.duplicates.find import EARLIER
from pipeline.keys import key
from pipeline.papers.identities import Identities
from pipeline.release.earlier import why_known
from pipeline.release.ordering import in_order
from pipeline.schema import TABLES, Table
from pipeline.shards import Shards
from pipeline.sources.inputs import Input

_SPAN_TABLES = ("equations", "images", "links")
_RECORDS_IN_MEMORY = 25_000
"""Some 200 MB of texts, of which a table holds several forms."""

Tables = Mapping[str, Iterator[pl.DataFrame]]
"""Each table of the contract as frames that follow each other in the order of its key."""


def build_tables(
    inputs: Iterable[Input],
    shards: Shards,
    verdicts: pl.DataFrame,
    identities: Identities,
    scratch: Path,
) -> Tables:
    """Return every table of the contract: its columns, its types, sorted by its key.

    Rows that do not fit into memory are sorted in files without names in the folder `scratch`.
    """
    citations = _citations(identities.citations)
    fates = _fates(shards, verdicts, _about_summaries(verdicts, identities, citations))
    frames: dict[str, Iterable[pl.DataFrame]] = {
        "sources": [_sources(inputs, shards)],
        "records": _records(shards, fates),
        "papers": [_papers(identities, citations)],
        "summaries": _summaries(shards, fates),
        "citations": [citations],
        **{name: _spans(shards, name, fates) for name in _SPAN_TABLES},
    }
    by_shard = {"records", "summaries", *_SPAN_TABLES}
    n_parts = 1 + sum(map(len, fates)) // _RECORDS_IN_MEMORY
    return {
        name: in_order(
            map(partial(conform, table=table), frames[name]),
            table,
            n_parts if name in by_shard else 1,
            scratch,
        )
        for name, table in TABLES.items()
    }


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Bring a frame into the columns and types of a table's definition."""
    schema = table.polars_schema
    return frame.select(schema.names()).cast(schema)


def _fates(shards: Shards, verdicts: pl.DataFrame, about: pl.DataFrame) -> list[pl.DataFrame]:
    """Return for each shard what became of its records, row by row, and `about` of their summaries.

    All are joined at once: a join per shard would look at all verdicts each time.
    """
    ids = [frame["record_id"] for frame in shards.frames("records", ["record_id"])]
    fates = (
        pl.concat([pl.Series("record_id", [], pl.String), *ids])
        .to_frame()
        .join(verdicts, on="record_id", how="left", maintain_order="left")
        .join(about, on="record_id", how="left", maintain_order="left")
    )
    starts = itertools.accumulate(map(len, ids), initial=0)
    return [fates.slice(start, len(part)) for start, part in zip(starts, ids, strict=False)]


def _about_summaries(
    verdicts: pl.DataFrame, identities: Identities, citations: pl.DataFrame
) -> pl.DataFrame:
    """Return `about` per kept record: what the table of summaries has beside what a shard knows."""
    kept_records = verdicts.filter(pl.col("status") == "kept").select("record_id", "summary_id")
    known = kept_records.join(identities.summaries, on="summary_id")
    copies = verdicts.filter(pl.col("status") != EARLIER)
    for name, rows in ("n_citations", citations), ("n_copies", copies):
        known = _with_count(known, "summary_id", rows, "summary_id", name)
    return known.select("record_id", about=pl.struct(pl.exclude("record_id", "summary_id")))


def _sources(inputs: Iterable[Input], shards: Shards) -> pl.DataFrame:
    names = pl.DataFrame(
        [(item.source_id, item.name) for item in inputs],
        schema={"source_id": pl.String(), "name": pl.String()},
        orient="row",
    )
    sources = shards.scan("sources").collect().join(names, on="source_id")
    records = shards.scan("records").select("source_id").collect()
    return _with_count(sources, "source_id", records, "source_id", "n_records")


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
            summaries = _with_count(summaries, "record_id", rows, "record_id", f"n_{name}")
        yield summaries


def _spans(shards: Shards, name: str, fates: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for spans, fate in zip(shards.frames(name), fates, strict=True):
        yield spans.join(_kept_of(fate), on="record_id", maintain_order="left")


def _kept_of(fate: pl.DataFrame) -> pl.DataFrame:
    return fate.filter(pl.col("status") == "kept").select("record_id", "summary_id", "about")


def _citations(citations: pl.DataFrame) -> pl.DataFrame:
    """Give each citation its key, derived from what it is and where it stands."""
    parts = citations.select("summary_id", "kind", "start", "end", pl.col("key").fill_null(""))
    keys = [key(*row) for row in parts.iter_rows()]
    return citations.with_columns(citation_id=pl.Series(keys, dtype=pl.String))


def _papers(identities: Identities, citations: pl.DataFrame) -> pl.DataFrame:
    counted = _with_count(
        identities.papers, "paper_id", identities.summaries, "paper_id", "n_summaries"
    )
    return _with_count(counted, "paper_id", citations, "cited_paper_id", "n_citations")


def _with_count(
    frame: pl.DataFrame, own_key: str, rows: pl.DataFrame, foreign_key: str, name: str
) -> pl.DataFrame:
    """Add the number of `rows` whose foreign key is each row's own key."""
    counts = rows.group_by(foreign_key).agg(pl.len().alias(name)).drop_nulls()
    joined = frame.join(counts, left_on=own_key, right_on=foreign_key, how="left")
    return joined.with_columns(pl.col(name).fill_null(0))
