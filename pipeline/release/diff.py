"""Differences between two releases: rows by primary key, and columns by value.

Tables are sorted by key and compared in ranges of it. A range holds at most `RANGE_ROWS` rows of
either release, and Parquet's statistics find its row groups.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release.manifest import read_manifest
from shortscience.pipeline.release.parquet import ROW_GROUP_ROWS, count_rows, scan_table
from shortscience.pipeline.schema import TABLES, UNNAMED, Table

RANGE_ROWS = ROW_GROUP_ROWS
"""So that a range reads few row groups."""
EXAMPLES = 5
_LONGEST_ID = 300
_NAME = 80
"""Code points of text that stand in for a missing title."""
_NEW = "__new"


@dataclass
class Changes:
    """The number of rows that changed in one way, and the first of them."""

    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Count rows, and keep the first ones while there is room."""
        self.count += len(rows)
        self.examples += rows.head(max(0, EXAMPLES - len(self.examples))).to_dicts()


@dataclass
class TableDifference:
    """Changes of one table; `columns` holds those of the columns in both releases."""

    rows: tuple[int, int]
    added: Changes = field(default_factory=Changes)
    removed: Changes = field(default_factory=Changes)
    changed: int = 0
    columns: dict[str, Changes] = field(default_factory=dict)
    new_columns: list[str] = field(default_factory=list)
    lost_columns: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the table has the same columns and rows in both releases."""
        rows = self.added.count or self.removed.count or self.changed
        return not (rows or self.new_columns or self.lost_columns)


@dataclass
class Difference:
    """The differences between two releases.

    Identities concern summaries in both releases: `found` names a paper that was unidentified
    before, `lost` is the reverse, `exchanged` names another paper. `moved` are records in both
    releases that now carry another summary; `fates` counts changes of outcome. `names` are the
    titles, or first words, of the summaries and papers in examples.
    """

    releases: tuple[str, str]
    tables: dict[str, TableDifference] = field(default_factory=dict)
    identities: dict[str, Changes] = field(
        default_factory=lambda: {name: Changes() for name in ("found", "lost", "exchanged")}
    )
    moved: Changes = field(default_factory=Changes)
    fates: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether all tables are the same."""
        return all(table.is_empty for table in self.tables.values())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values, except for types that JSON lacks."""
        return asdict(self)


def compare(old: Path, new: Path) -> Difference:
    """Compare every table of two releases, in memory bounded by `RANGE_ROWS`."""
    found = Difference((_name(old), _name(new)))
    for name, table in TABLES.items():
        found.tables[name] = _compare_table(old, new, table, found)
    found.fates = dict(sorted(found.fates.items()))
    ids = _ids_of_examples(found)
    found.names = _names(old, ids) | _names(new, ids)
    return found


def _ids_of_examples(found: Difference) -> list[str]:
    """Return all possible ids of summaries and papers in the examples, sorted."""
    changes = [*found.identities.values(), found.moved]
    for table in found.tables.values():
        changes += [table.added, table.removed, *table.columns.values()]
    values = (value for one in changes for row in one.examples for value in row.values())
    return sorted(
        {value for value in values if isinstance(value, str) and len(value) < _LONGEST_ID}
    )


def _names(release: Path, ids: list[str]) -> dict[str, str]:
    """Return the names of those ids that a release holds."""
    papers, summaries = (scan_table(release, name) for name in ("papers", "summaries"))
    known = {*papers.collect_schema(), *summaries.collect_schema()}
    if not ids or not {"title", "paper_id", "summary_id", "plain_text"} <= known:
        return {}
    lead = pl.col("plain_text").str.slice(0, _NAME).str.replace_all(r"\s+", " ") + "…"
    mine = (
        summaries.filter(pl.col("summary_id").is_in(ids)).select("summary_id", "paper_id", lead)
    ).collect()
    titles = papers.filter(
        pl.col("paper_id").is_in([*ids, *mine["paper_id"]]), pl.col("title").is_not_null()
    )
    by_paper = dict(titles.select("paper_id", "title").collect().iter_rows())
    by_summary = {key: by_paper.get(paper, words) for key, paper, words in mine.iter_rows()}
    return {key: by_paper[key] for key in ids if key in by_paper} | by_summary


def _name(release: Path) -> str:
    return str(read_manifest(release)["release_id"])


def _compare_table(old: Path, new: Path, table: Table, found: Difference) -> TableDifference:
    scans = scan_table(old, table.name), scan_table(new, table.name)
    former, latter = (scan.collect_schema().names() for scan in scans)
    shared = [name for name in latter if name in former and name not in table.key]
    result = TableDifference(
        rows=(count_rows(old, table.name), count_rows(new, table.name)),
        new_columns=[name for name in latter if name not in former],
        lost_columns=[name for name in former if name not in latter],
    )
    for within in _ranges(scans, table.key[0]):
        before, after = (
            scan.filter(within).select(*table.key, *shared).collect() for scan in scans
        )
        both = before.join(after, on=table.key, suffix=_NEW, maintain_order="left")
        keys = list(table.key)
        result.removed.add(before.select(keys).join(after, on=keys, how="anti"))
        result.added.add(after.select(keys).join(before, on=keys, how="anti"))
        _add_values(both, table, shared, result)
        if table.name == "summaries":
            _add_identities(both, found)
        elif table.name == "records":
            _add_fates(both, found)
    return result


def _ranges(scans: tuple[pl.LazyFrame, pl.LazyFrame], key: str) -> Iterator[pl.Expr]:
    """Yield conditions on the key's first column that partition the rows of both tables."""
    starts = pl.concat(
        [scan.select(pl.col(key).gather_every(RANGE_ROWS)).collect() for scan in scans]
    )
    bounds = starts[key].unique().sort().to_list()[1:]
    for low, high in zip([None, *bounds], [*bounds, None], strict=True):
        above = pl.lit(value=True) if low is None else pl.col(key) >= low
        below = pl.lit(value=True) if high is None else pl.col(key) < high
        yield above & below


def _add_values(
    both: pl.DataFrame, table: Table, columns: list[str], result: TableDifference
) -> None:
    """Count, column by column, the common rows whose values differ."""
    differs = {name: pl.col(name).ne_missing(pl.col(f"{name}{_NEW}")) for name in columns}
    if not differs:
        return
    result.changed += both.select(pl.any_horizontal(*differs.values()).sum()).item() or 0
    for name, condition in differs.items():
        rows = both.filter(condition).select(
            *table.key, pl.col(name).alias("old"), pl.col(f"{name}{_NEW}").alias("new")
        )
        if len(rows):
            result.columns.setdefault(name, Changes()).add(rows)


def _add_identities(both: pl.DataFrame, found: Difference) -> None:
    before, after = pl.col("paper_id"), pl.col(f"paper_id{_NEW}")
    unknown, still_unknown = (paper.str.starts_with(UNNAMED) for paper in (before, after))
    ways = {
        "found": unknown & ~still_unknown,
        "lost": ~unknown & still_unknown,
        "exchanged": ~unknown & ~still_unknown & (before != after),
    }
    for way, condition in ways.items():
        found.identities[way].add(
            both.filter(condition).select("summary_id", old="paper_id", new=after)
        )


def _add_fates(both: pl.DataFrame, found: Difference) -> None:
    moved = pl.col("summary_id").ne_missing(pl.col(f"summary_id{_NEW}"))
    found.moved.add(
        both.filter(moved).select("record_id", old="summary_id", new=pl.col(f"summary_id{_NEW}"))
    )
    changes = both.filter(pl.col("status") != pl.col(f"status{_NEW}"))
    for before, after, count in changes.group_by("status", f"status{_NEW}").len().iter_rows():
        way = f"{before} to {after}"
        found.fates[way] = found.fates.get(way, 0) + count
