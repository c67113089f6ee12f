"""Notices about the inputs of a release, one sentence each."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from shortscience.pipeline.release.earlier import is_known
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.sources.encodings import MIXED
from shortscience.pipeline.sources.inputs import Problem


def notices(release: Path, problems: Iterable[Problem]) -> list[str]:
    """Return which inputs gave nothing, or less than they hold, and why."""
    sources, records = (scan_table(release, name) for name in ("sources", "records"))
    rejected = (
        records.filter(pl.col("status") == "rejected", ~is_known(records))
        .select("source_id", "ordinal", "reason", "byte_start", "byte_end")
        .join(sources.select("source_id", "name"), on="source_id")
        .sort("name", "ordinal")
        .collect()
    )
    return [
        *(f"{problem}." for problem in problems),
        *_without_records(sources),
        *(
            f"{row['name']}: bytes {row['byte_start']} to {row['byte_end']} were rejected"
            f" ({row['reason']}); they are kept in the records table."
            for row in rejected.iter_rows(named=True)
        ),
        *_mixed_encodings(sources),
        *_already_released(records),
    ]


def _already_released(records: pl.LazyFrame) -> Iterator[str]:
    count = records.filter(is_known(records)).select(pl.len()).collect().item()
    if count:
        yield (
            f"{count:,} records are already in the earlier release and were left out"
            " (`earlier_summary_id` in table `records`)."
        )


def _without_records(sources: pl.LazyFrame) -> list[str]:
    empty = sources.filter(pl.col("n_records") == 0).sort("name").collect()
    return [
        f"{name}: is empty; nothing was taken from it (table `sources`)."
        if n_bytes == 0
        else f"{name}: holds no records; nothing was taken from it (table `sources`)."
        for name, n_bytes in empty.select("name", "n_bytes").iter_rows()
    ]


def _mixed_encodings(sources: pl.LazyFrame) -> list[str]:
    mixed = sources.filter(pl.col("encoding") == MIXED).sort("name").collect()
    return [
        f"{name}: is not valid UTF-8; its stray bytes were read as windows-1252 (table `sources`)."
        for name in mixed["name"]
    ]
