"""Assembling the tables of the contract from the results of the stages."""

from collections.abc import Iterable

import polars as pl

from pipeline.duplicates.find import EARLIER
from pipeline.keys import key
from pipeline.papers.identities import Identities
from pipeline.release.earlier import why_known
from pipeline.schema import TABLES, Table
from pipeline.shards import Shards
from pipeline.sources.inputs import Input

_SPAN_TABLES = ("equations", "images", "links")


def kept_records(verdicts: pl.DataFrame) -> pl.LazyFrame:
    """Return `record_id` and `summary_id` of the record that each summary was taken from."""
    return verdicts.lazy().filter(pl.col("status") == "kept").select("record_id", "summary_id")


def kept(shards: Shards, name: str, verdicts: pl.DataFrame) -> pl.LazyFrame:
    """Return the rows of one of the shards' frames that belong to kept records."""
    return shards.scan(name).join(kept_records(verdicts), on="record_id", maintain_order="left")


def build_tables(
    inputs: Iterable[Input], shards: Shards, verdicts: pl.DataFrame, identities: Identities
) -> dict[str, pl.DataFrame]:
    """Return every table of the contract: its columns, its types, sorted by its key."""
    records = _records(shards, verdicts)
    spans = {
        name: kept(shards, name, verdicts).collect() for name in ("equations", "images", "links")
    }
    citations = _citations(identities.citations)
    summaries = _summaries(shards, verdicts, identities, records, spans, citations)
    frames = {
        "sources": _sources(inputs, shards, records),
        "records": records,
        "papers": _papers(identities.papers, summaries, citations),
        "summaries": summaries,
        "citations": citations,
        **spans,
    }
    return {name: conform(frames[name], table) for name, table in TABLES.items()}


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Bring a frame into the columns, types and order of a table's definition."""
    schema = table.polars_schema
    return frame.select(schema.names()).cast(schema).sort(table.key)


def _sources(inputs: Iterable[Input], shards: Shards, records: pl.DataFrame) -> pl.DataFrame:
    names = pl.DataFrame(
        [(item.source_id, item.name) for item in inputs],
        schema={"source_id": pl.String(), "name": pl.String()},
        orient="row",
    )
    sources = shards.scan("sources").collect().join(names, on="source_id")
    return _with_count(sources, "source_id", records, "source_id", "n_records")


def _records(shards: Shards, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Tell what became of each record; what an earlier release has is rejected for that reason."""
    known = pl.col("status") == EARLIER
    return (
        shards.scan("records")
        .join(verdicts.lazy(), on="record_id", how="left")
        .with_columns(
            reason=pl.when(known).then(why_known()).otherwise("reason"),
            **{
                name: pl.when(~known).then(name)
                for name in ("summary_id", "relation", "similarity")
            },
            status=pl.when(known).then(None).otherwise("status").fill_null("rejected"),
        )
        .collect()
    )


def _summaries(
    shards: Shards,
    verdicts: pl.DataFrame,
    identities: Identities,
    records: pl.DataFrame,
    spans: dict[str, pl.DataFrame],
    citations: pl.DataFrame,
) -> pl.DataFrame:
    summaries = (
        kept(shards, "cleaned", verdicts)
        .collect()
        .join(identities.summaries, on="summary_id")
        .with_columns(
            n_chars=pl.col("text").str.len_chars(),
            n_words=pl.col("plain_text").str.count_matches(r"[\p{L}\p{N}][^\s]*"),
        )
    )
    for name, rows in (*spans.items(), ("citations", citations), ("copies", records)):
        summaries = _with_count(summaries, "summary_id", rows, "summary_id", f"n_{name}")
    return summaries


def _citations(citations: pl.DataFrame) -> pl.DataFrame:
    """Give each citation its key, derived from what it is and where it stands."""
    parts = citations.select("summary_id", "kind", "start", "end", pl.col("key").fill_null(""))
    keys = [key(*row) for row in parts.iter_rows()]
    return citations.with_columns(citation_id=pl.Series(keys, dtype=pl.String))


def _papers(papers: pl.DataFrame, summaries: pl.DataFrame, citations: pl.DataFrame) -> pl.DataFrame:
    counted = _with_count(papers, "paper_id", summaries, "paper_id", "n_summaries")
    return _with_count(counted, "paper_id", citations, "cited_paper_id", "n_citations")


def _with_count(
    frame: pl.DataFrame, own_key: str, rows: pl.DataFrame, foreign_key: str, name: str
) -> pl.DataFrame:
    """Add the number of `rows` whose foreign key is each row's own key."""
    counts = rows.group_by(foreign_key).agg(pl.len().alias(name)).drop_nulls()
    joined = frame.join(counts, left_on=own_key, right_on=foreign_key, how="left")
    return joined.with_columns(pl.col(name).fill_null(0))
