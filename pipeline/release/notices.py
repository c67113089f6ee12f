"""Notices about the inputs of a release, one sentence each.

A crawl has a source for each of its pages. So what happened to several sources of an archive, or to
several records of a source, takes one sentence, with the first of them as examples.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.release.earlier import is_known
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.sources.encodings import MIXED
from shortscience.pipeline.sources.inputs import Problem

_EXAMPLES = 3


class _Sentence(NamedTuple):
    """What is said of one row, and of several."""

    of_one: str
    of_many: str


_EMPTY = _Sentence(
    "is empty; nothing was taken from it (table `sources`)",
    "{count:,} sources are empty, first {first}; nothing was taken from them (table `sources`)",
)
_NO_RECORDS = _Sentence(
    "holds no records; nothing was taken from it (table `sources`)",
    "{count:,} sources hold no records, first {first}; nothing was taken from them"
    " (table `sources`)",
)
_MIXED = _Sentence(
    "is not valid UTF-8; its stray bytes were read as windows-1252 (table `sources`)",
    "{count:,} sources are not valid UTF-8, first {first}; their stray bytes were read as"
    " windows-1252 (table `sources`)",
)
_REJECTED = _Sentence(
    "{first} were rejected ({reason}); they are kept in the records table",
    "{count:,} records were rejected ({reason}), first {first}; they are kept in the records table",
)


def notices(release: Path, problems: Iterable[Problem], files: Mapping[str, str]) -> list[str]:
    """Return which inputs gave nothing, or less than they hold, and why.

    `files` maps the ids of sources to the names of their files.
    """
    sources, records = (scan_table(release, name) for name in ("sources", "records"))
    file = pl.col("source_id").replace_strict(files, return_dtype=pl.String)
    sources = sources.with_columns(file=file)
    without_records = pl.col("n_records") == 0
    is_empty = pl.col("n_bytes") == 0
    return [
        *(f"{problem}." for problem in problems),
        *_of_sources(sources.filter(without_records & is_empty), _EMPTY),
        *_of_sources(sources.filter(without_records & ~is_empty), _NO_RECORDS),
        *_of_rejected(records, sources),
        *_of_sources(sources.filter(pl.col("encoding") == MIXED), _MIXED),
        *_already_released(records),
    ]


def _already_released(records: pl.LazyFrame) -> Iterator[str]:
    count = records.filter(is_known(records)).select(pl.len()).collect().item()
    if count:
        known, left = ("record is", "was") if count == 1 else ("records are", "were")
        yield (
            f"{count:,} {known} already in the earlier release and {left} left out"
            " (`earlier_summary_id` in table `records`)."
        )


def _of_sources(sources: pl.LazyFrame, sentence: _Sentence) -> Iterator[str]:
    named = sources.sort("name").select("name", "file", reason=pl.lit(""), span=pl.lit(""))
    return _by_file(named.collect(), sentence)


def _of_rejected(records: pl.LazyFrame, sources: pl.LazyFrame) -> Iterator[str]:
    rejected = (
        records.filter(pl.col("status") == "rejected", ~is_known(records))
        .join(sources.select("source_id", "name", "file"), on="source_id")
        .select(
            "name",
            "file",
            "source_id",
            "ordinal",
            "reason",
            span=pl.format("bytes {} to {}", "byte_start", "byte_end"),
        )
        .sort("name", "source_id", "ordinal")
    )
    return _by_file(rejected.collect(), _REJECTED)


def _by_file(rows: pl.DataFrame, sentence: _Sentence) -> Iterator[str]:
    """Yield a sentence for the rows of each file and reason."""
    for (file, reason), group in rows.group_by("file", "reason", maintain_order=True):
        several = group["name"].n_unique() > 1
        about = str(file) if several else str(group["name"][0])
        spans = group.select("name", "span").head(_EXAMPLES).iter_rows()
        first = ", ".join(_place(name, span, about) for name, span in spans)
        words = sentence.of_one if len(group) == 1 else sentence.of_many
        yield f"{about}: {words.format(count=len(group), reason=reason, first=first)}."


def _place(name: str, span: str, about: str) -> str:
    """Return a span of a source, or the source, without what the sentence begins with."""
    member = name.removeprefix(about).removeprefix("!")
    return " of ".join(part for part in (span, member) if part) or name
