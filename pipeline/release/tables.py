"""The rows of the public tables, made from the results of the stages."""

from collections.abc import Iterable, Iterator

import polars as pl

from shortscience.pipeline.duplicates.outcomes import EARLIER, kept
from shortscience.pipeline.keys import key
from shortscience.pipeline.release.earlier import known_summary, why_known
from shortscience.pipeline.schema import SPAN_TABLES, TABLES, Table
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.tasks import cut


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Cast a frame to the columns and types of a table."""
    schema = table.polars_schema
    return frame.select(schema.names()).cast(schema)


def source_rows(inputs: Iterable[Input], shards: Shards) -> pl.DataFrame:
    """Return the rows of the table of sources."""
    names = pl.DataFrame(
        [(item.source_id, item.name) for item in inputs],
        schema={"source_id": pl.String(), "name": pl.String()},
        orient="row",
    )
    found = shards.scan("sources").collect().join(names, on="source_id")
    counts = shards.scan("records").group_by("source_id").agg(n_records=pl.len())
    counted = _with_count(found, "source_id", counts.collect(engine="streaming"), "n_records")
    return conform(counted, TABLES["sources"])


def record_rows(shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `records` in some shards.

    `outcomes` has the records' outcomes, row by row. Records of an earlier release are rejected
    with that reason.
    """
    known = pl.col("status") == EARLIER
    rows = (
        records.hstack(of_records.drop("record_id")).with_columns(
            reason=pl.when(known).then(why_known()).otherwise("reason"),
            earlier_summary_id=pl.when(known).then(known_summary()),
            **{
                name: pl.when(~known).then(name)
                for name in ("summary_id", "relation", "similarity")
            },
            status=pl.when(known).then(None).otherwise("status").fill_null("rejected"),
        )
        for records, of_records in zip(
            shards.frames("records"), _by_shard(shards, outcomes), strict=True
        )
    )
    return pl.concat(conform(part, TABLES["records"]) for part in rows)


def summary_rows(shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of summaries that come from the shards of their records."""
    parts = []
    spans = [shards.frames(name, ["record_id"]) for name in SPAN_TABLES]
    languages = shards.frames("languages", ["language", "language_confidence"])
    frames = shards.frames("cleaned"), languages, _by_shard(shards, outcomes), *spans
    for texts, language, of_records, *found in zip(*frames, strict=True):
        summaries = kept(texts.hstack(language).lazy(), of_records).collect()
        for name, rows in zip(SPAN_TABLES, found, strict=True):
            counts = rows.group_by("record_id").agg(pl.len().alias(f"n_{name}"))
            summaries = _with_count(summaries, "record_id", counts, f"n_{name}")
        parts.append(summaries)
    return pl.concat(parts)


def complete_summaries(rows: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `summaries`: columns from shards and from the papers stage."""
    return conform(rows.join(about, on="summary_id", how="left"), TABLES["summaries"])


def span_rows(shards: Shards, outcomes: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Return the rows of one of the SPAN_TABLES in some shards."""
    frames = zip(shards.frames(name), _by_shard(shards, outcomes), strict=True)
    return pl.concat(
        conform(kept(spans.lazy(), of_records).collect(), TABLES[name])
        for spans, of_records in frames
    )


def citation_rows(citations: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `citations`, with keys derived from their content and offsets."""
    parts = citations.select("summary_id", "kind", "start", "end", pl.col("key").fill_null(""))
    keys = [key(*row) for row in parts.iter_rows()]
    with_keys = citations.with_columns(citation_id=pl.Series(keys, dtype=pl.String))
    return conform(with_keys, TABLES["citations"])


def _by_shard(shards: Shards, outcomes: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return cut(outcomes, shards.lengths("records"))


def _with_count(frame: pl.DataFrame, own_key: str, counts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the count for each row's key, zero if there is none."""
    joined = frame.join(counts, on=own_key, how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null(0))
