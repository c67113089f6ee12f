"""Tables by tasks of an engine: rows are sorted by ranges of the key, and each file is one task's.

The rows are those of `tables`, and the files those of `parquet`: in which parts they were sorted is
not seen in them. One table is made after the other, so that only one is held in the meantime.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from uuid import uuid4

import polars as pl

from shortscience.pipeline.duplicates.find import KEPT
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.release.ordering import part_of_key
from shortscience.pipeline.release.parquet import (
    file_bounds,
    file_path,
    row_groups,
    table_folder,
    write_file,
)
from shortscience.pipeline.release.tables import (
    BY_SHARD,
    conform,
    rows_of_shards,
    sources,
    with_about,
    with_keys,
)
from shortscience.pipeline.schema import TABLES, Table
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.tasks import Ref, Tasks, answer, by_hash, count, deal, shuffle

_WRITING = ".writing"
_SAMPLED = 100
"""Keys of a part that tell how its rows are spread: with so many, parts differ by a few percent."""


def write_tables_in_parts(
    inputs: Sequence[Input], shards: Shards, found: Identified, release: Path, tasks: Tasks
) -> None:
    """Write the Parquet files of all tables below the folder `release`, which all machines see."""
    fates = _with_about(found, tasks)
    for name, table in TABLES.items():
        table_folder(release, name).mkdir(parents=True)
        parts = _parts(table, inputs, shards, found, fates, tasks)
        _write(table, parts, release.absolute(), tasks)
    for abandoned in release.rglob(f"*{_WRITING}"):
        abandoned.unlink()


def _with_about(found: Identified, tasks: Tasks) -> list[Ref]:
    """Bring what is known of summaries to where their kept records are."""
    summaries = found.summaries
    asked = shuffle(tasks, _split_kept, len(summaries), zip(found.outcomes, strict=True))
    about = answer(tasks, _split_about, list(summaries), asked, len(found.outcomes))
    return [tasks.run(with_about, *parts) for parts in zip(found.outcomes, about, strict=True)]


def _split_kept(n_parts: int, fates: pl.DataFrame) -> list[pl.DataFrame]:
    kept = fates.filter(pl.col("status") == KEPT).select("summary_id")
    return deal(kept, by_hash("summary_id", n_parts), n_parts)


def _split_about(
    _n_parts: int, summaries: pl.DataFrame, *asked: pl.DataFrame
) -> list[pl.DataFrame]:
    return [summaries.join(ids, on="summary_id", how="semi") for ids in asked]


def _parts(
    table: Table,
    inputs: Sequence[Input],
    shards: Shards,
    found: Identified,
    fates: Sequence[Ref],
    tasks: Tasks,
) -> list[Ref]:
    """Return the rows of a table, sorted within and over its parts."""
    n_parts = len(found.papers)
    if table.name in BY_SHARD:
        told = zip(found.shards, fates, strict=True)
        dealt = shuffle(tasks, _split_rows, n_parts, ((table, *part) for part in told))
    elif table.name == "citations":
        citations = ((table, part) for part in found.citations)
        dealt = shuffle(tasks, _split_citations, n_parts, citations)
    elif table.name == "papers":
        papers = found.papers
        bounds = tasks.run(_bounds, n_parts, *(tasks.run(_sampled, part) for part in papers))
        dealt = shuffle(tasks, _split_papers, n_parts, ((part, bounds) for part in papers))
    else:
        dealt = [(tasks.run(sources, inputs, shards),)]
    return [tasks.run(_sorted, table, *parts) for parts in dealt]


def _split_rows(
    n_parts: int, table: Table, shards: Shards, fates: pl.DataFrame
) -> list[pl.DataFrame]:
    """Give the rows that some shards have of a table to parts by ranges of its key."""
    rows = [conform(rows, table) for rows in rows_of_shards(table.name, shards, fates)]
    return deal(pl.concat(rows), part_of_key(table, n_parts), n_parts)


def _split_citations(n_parts: int, table: Table, citations: pl.DataFrame) -> list[pl.DataFrame]:
    return deal(conform(with_keys(citations), table), part_of_key(table, n_parts), n_parts)


def _sampled(part: pl.DataFrame) -> pl.Series:
    ids = part["paper_id"].sort()
    return ids.gather_every(max(1, len(ids) // _SAMPLED))


def _bounds(n_parts: int, *samples: pl.Series) -> pl.Series:
    """Return the keys with which all parts but the first begin: keys of papers are no hashes."""
    ids = pl.concat(samples).sort()
    return (
        ids.gather([len(ids) * part // n_parts for part in range(1, n_parts)]) if len(ids) else ids
    )


def _split_papers(n_parts: int, part: pl.DataFrame, bounds: pl.Series) -> list[pl.DataFrame]:
    places = pl.Series(bounds.search_sorted(part["paper_id"], "right"))
    return deal(part, places, n_parts)


def _sorted(table: Table, *parts: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([conform(part, table) for part in parts]).sort(table.key)


def _write(table: Table, parts: Sequence[Ref], release: Path, tasks: Tasks) -> None:
    """Write the files of a table: each has the rows of some parts, from one place to another."""
    ends = list(accumulate(tasks.get([tasks.run(count, part) for part in parts])))
    starts = [0, *ends[:-1]]
    files = file_bounds(ends[-1])
    written = []
    for place, (first, last) in enumerate(files):
        path = file_path(release, table.name, place, len(files))
        within = slice(bisect_right(ends, first), bisect_left(starts, last))
        skipped = first - (starts[within] or [0])[0]
        written.append(tasks.run(_write_file, table, path, skipped, last - first, *parts[within]))
    tasks.get(written)


def _write_file(table: Table, path: Path, skipped: int, n_rows: int, *parts: pl.DataFrame) -> None:
    """Write one file, which appears complete: a task that was given up may still be at it."""
    rows = pl.concat([table.polars_schema.to_frame(), *parts]).slice(skipped, n_rows)
    writing = path.with_name(f"{uuid4().hex}{_WRITING}")
    write_file(row_groups([rows], table), table, writing)
    writing.rename(path)
