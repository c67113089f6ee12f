"""From the results of the stages to the files of each table, sorted by key.

Rows are made from a few shards at a time, sorted in ranges of the key, and written file by file.
Neither shards nor ranges affect the files.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import polars as pl

from shortscience.pipeline.ahead import ahead
from shortscience.pipeline.duplicates.outcomes import outcomes_of
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.parts import Parts, by_key
from shortscience.pipeline.release.parquet import (
    file_bounds,
    file_path,
    row_groups,
    table_folder,
    write_file,
)
from shortscience.pipeline.release.tables import (
    citation_rows,
    complete_summaries,
    conform,
    record_rows,
    source_rows,
    span_rows,
    summary_rows,
)
from shortscience.pipeline.schema import TABLES, Table
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.inputs import Input

if TYPE_CHECKING:
    from shortscience.pipeline.engines import Engine

_RECORDS_PER_PART = 25_000
"""About 200 MB of texts, which tables hold in several forms."""
_TABLES_AT_ONCE = 2
"""One table is sorted while another is compressed, which uses one thread."""
_SAMPLED = 100
"""Sampled keys per part; with this many, the sizes of ranges differ by a few percent."""
_WRITING = ".writing"


def write_tables(
    inputs: Sequence[Input],
    shards: Shards,
    outcomes: pl.DataFrame,
    identified: Identified,
    release: Path,
    engine: "Engine",
) -> None:
    """Write all tables' Parquet files below `release`, a folder that all machines share."""
    n_parts = max(engine.n_parts(len(outcomes)), 1 + len(outcomes) // _RECORDS_PER_PART)
    some = Parts.of(shards.cut(n_parts), engine.tasks)
    of_records = outcomes_of(some, outcomes)
    sources = Parts.of([source_rows(inputs, shards)], engine.tasks)
    made = _Made(some, of_records, sources, identified, n_parts)
    release = release.absolute()
    # The summaries take as long as most other tables together, so they come first.
    longest_first = sorted(TABLES.values(), key=lambda table: table.name != "summaries")

    def write(table: Table) -> None:
        write_table(table, made.rows(table.name), release)

    with ThreadPoolExecutor(_TABLES_AT_ONCE) as pool:
        list(pool.map(write, longest_first))
    for abandoned in release.rglob(f"*{_WRITING}"):
        abandoned.unlink()


class Rows(NamedTuple):
    """The rows of a table in ranges of its key, without the columns that `finish` adds."""

    rows: Parts
    others: tuple[Parts, ...] = ()
    finish: Callable[..., pl.DataFrame] | None = None


class _Made(NamedTuple):
    """The input of tables: shards and outcomes, in parts."""

    shards: Parts
    outcomes: Parts
    sources: Parts
    identified: Identified
    n_parts: int

    def rows(self, name: str) -> Rows:
        """Return the rows of a table."""
        match name:
            case "sources":
                return Rows(self.sources)
            case "papers":
                return Rows(_in_ranges(self.identified.papers, TABLES["papers"]))
            case "citations":
                return Rows(self._route(self.identified.citations, citation_rows, "citation_id"))
            case "records":
                return Rows(self._route(self.shards, record_rows, "record_id", self.outcomes))
            case "summaries":
                known = self._route(self.shards, summary_rows, "summary_id", self.outcomes)
                about = self._route(self.identified.summaries, _itself, "summary_id")
                return Rows(known, (about,), complete_summaries)
            case _:
                spans = self._route(self.shards, span_rows, "summary_id", self.outcomes, name=name)
                return Rows(spans)

    def _route(
        self,
        parts: Parts,
        function: Callable[..., pl.DataFrame],
        column: str,
        *others: Parts,
        **settings: str,
    ) -> Parts:
        by_range = by_key(column, self.n_parts)
        return parts.route(function, *others, to=by_range, n_parts=self.n_parts, **settings)


def _itself(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _in_ranges(rows: Parts, table: Table) -> Parts:
    """Move rows into parts that are consecutive ranges of the key, bounded by samples."""
    (own_key,) = table.key
    sampled = rows.map(_sample, own_key=own_key).collect()[own_key].sort()
    starts = [len(sampled) * part // len(rows) for part in range(1, len(rows))]
    bounds = sampled.gather(starts) if len(sampled) else sampled
    place = pl.lit(bounds).search_sorted(pl.col(own_key), side="right")
    return rows.route(conform, to=place, n_parts=len(rows), table=table)


def _sample(rows: pl.DataFrame, *, own_key: str) -> pl.DataFrame:
    ids = rows.select(own_key).sort(own_key)
    return ids.gather_every(max(1, len(ids) // _SAMPLED))


class _File(NamedTuple):
    """A file of a table: `n_rows` rows, after skipping the first rows of its parts."""

    path: Path
    skipped: int
    n_rows: int


def write_table(table: Table, made: Rows, release: Path) -> None:
    """Write the files of a table, each from a slice of consecutive parts."""
    table_folder(release, table.name).mkdir(parents=True)
    rows = made.rows
    ends = list(accumulate(rows.sizes()))
    starts = [0, *ends[:-1]]
    bounds = file_bounds(ends[-1])
    runs = [slice(bisect_right(ends, first), bisect_left(starts, last)) for first, last in bounds]
    files = [
        _File(
            file_path(release, table.name, place, len(bounds)),
            first - (starts[run] or [0])[0],
            last - first,
        )
        for place, ((first, last), run) in enumerate(zip(bounds, runs, strict=True))
    ]
    each = Parts.of(files, rows.tasks)
    rows.gather(runs, _write_file, *made.others, each=each, table=table, finish=made.finish).fetch()


def _write_file(
    file: _File,
    *parts: Sequence[pl.DataFrame],
    table: Table,
    finish: Callable[..., pl.DataFrame] | None,
) -> None:
    """Write one file under a temporary name, as an abandoned attempt may still be running."""
    finished = map(finish, *parts) if finish else parts[0]
    in_order = (part.sort(table.key) for part in finished)
    rows = _between(in_order, file.skipped, file.skipped + file.n_rows)
    writing = file.path.with_name(f"{uuid4().hex}{_WRITING}")
    write_file(ahead(row_groups(rows, table)), table, writing)
    writing.rename(file.path)


def _between(frames: Iterable[pl.DataFrame], first: int, last: int) -> Iterator[pl.DataFrame]:
    """Yield a slice of the rows of consecutive frames."""
    start = 0
    for frame in frames:
        yield frame[max(0, first - start) : max(0, last - start)]
        start += len(frame)
