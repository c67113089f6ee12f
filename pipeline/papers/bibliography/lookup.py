"""Looking up papers in indexed bibliographies, in memory that grows only with the request."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.descriptions import NAMESAKES, TITLE_PREFIX
from shortscience.pipeline.schema import PAPERS

ENTRY_SCHEMA = pl.Schema(
    {
        "file": pl.Int32(),
        "entry": pl.Int64(),
        **PAPERS.types("title", "authors", "year", "venue", "abstract"),
    }
)
NAME_SCHEMA = pl.Schema(
    {"file": pl.Int32(), "entry": pl.Int64(), "name": pl.String(), "own": pl.Boolean()}
)
_FOUND_SCHEMA = pl.Schema({**ENTRY_SCHEMA, "parents": pl.List(pl.String())})
_INHERITED = ("year", "venue")
_GENERATIONS = 3
"""A paper inherits from its proceedings, which may inherit from another entry."""
_ROUNDS = 3
"""A preprint names its DOI, the DOI's entry names its key, and that key's entry an address."""


def found_names(indexes: Sequence[Index], wanted: pl.Series) -> pl.DataFrame:
    """Return all names of entries that have a wanted name, or share one with such an entry.

    Rows have NAME_SCHEMA and are sorted; `file` is the position of the index. Indexes are streamed;
    only matches are held.
    """
    names = pl.DataFrame(schema=NAME_SCHEMA)
    tried = pl.DataFrame({"name": wanted}, schema={"name": pl.String()}).unique()
    fresh = tried
    for _ in range(_ROUNDS if indexes else 0):
        new = pl.concat(_naming(place, index, fresh) for place, index in enumerate(indexes))
        new = new.join(names, on=["file", "entry"], how="anti")
        names = pl.concat([names, new])
        fresh = new.select("name").unique().join(tried, on="name", how="anti")
        tried = pl.concat([tried, fresh])
        if fresh.is_empty():
            break
    return names.sort("file", "entry", "name")


def found_entries(indexes: Sequence[Index], names: pl.DataFrame) -> pl.DataFrame:
    """Return the entries of the found names, with ENTRY_SCHEMA, sorted."""
    entries = [
        _matching(index.scan("entries"), names.filter(pl.col("file") == place), "entry", place)
        for place, index in enumerate(indexes)
    ]
    found = pl.concat([pl.DataFrame(schema=_FOUND_SCHEMA), *entries]).sort("file", "entry")
    return _with_inherited(indexes, found).select(ENTRY_SCHEMA.names())


def _with_inherited(indexes: Sequence[Index], found: pl.DataFrame) -> pl.DataFrame:
    """Fill in the year and venue of entries from their parents."""
    lacking = found.filter(pl.any_horizontal(pl.col(_INHERITED).is_null()))
    wanted = lacking["parents"].explode().drop_nulls().unique()
    known: dict[str, dict[str, Any]] = {}
    for _ in range(_GENERATIONS if len(wanted) else 0):
        for index in reversed(indexes):
            rows = index.scan("parents").filter(pl.col("key").is_in(wanted.implode())).collect()
            known |= {row["key"]: row for row in rows.iter_rows(named=True)}
        named = [key for row in known.values() for key in row["parents"] or ()]
        wanted = pl.Series(sorted(set(named) - known.keys()), dtype=pl.String)
    if not known:
        return found
    inherited = [
        (*row, *(_inherited(parents, name, known) for name in _INHERITED))
        for *row, parents in lacking.select("file", "entry", "parents").iter_rows()
    ]
    schema = {name: _FOUND_SCHEMA[name] for name in ("file", "entry", *_INHERITED)}
    filled = pl.DataFrame(inherited, schema=schema, orient="row")
    return found.join(
        filled, on=["file", "entry"], how="left", suffix="_inherited", maintain_order="left"
    ).with_columns(pl.coalesce(name, f"{name}_inherited").alias(name) for name in _INHERITED)


def _inherited(
    parents: Sequence[str] | None, name: str, known: dict[str, dict[str, Any]], depth: int = 0
) -> Any:
    """Return the value of the nearest ancestor that has one."""
    rows = [known[key] for key in parents or () if key in known]
    value = next((row[name] for row in rows if row[name] is not None), None)
    if value is not None or depth == _GENERATIONS:
        return value
    further = (_inherited(row["parents"], name, known, depth + 1) for row in rows)
    return next((value for value in further if value is not None), None)


def _naming(place: int, index: Index, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return all names of those entries of one index that have a wanted name.

    A title shared by many entries matches none of them.
    """
    found = _matching(index.scan("names"), wanted, "name", place)
    common = pl.col("name").str.starts_with(TITLE_PREFIX) & (pl.len().over("name") > NAMESAKES)
    entries = found.filter(~common).select("entry").unique()
    return _matching(index.scan("names"), entries, "entry", place).select(NAME_SCHEMA.names())


def _matching(rows: pl.LazyFrame, wanted: pl.DataFrame, on: str, place: int) -> pl.DataFrame:
    return (
        rows.join(wanted.lazy().select(on).unique(), on=on, how="semi")
        .with_columns(file=pl.lit(place, pl.Int32()))
        .collect(engine="streaming")
        .pipe(lambda found: found.select("file", pl.exclude("file")))
    )
