"""Sources of claims about papers: the site's pages, catalogues, bibliographies and references.

A source is a row with SOURCES: the names that it claims for one paper, and its description of it. A
new kind of source is one more function here, and a position in KINDS.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from shortscience.pipeline.identifiers import title_in
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.bibliography.lookup import found_entries, found_names
from shortscience.pipeline.papers.descriptions import TITLE_PREFIX, title_name
from shortscience.pipeline.papers.frames import (
    BIBLIOGRAPHY,
    CATALOGUE,
    LISTED,
    ON_PAGE,
    PAGE,
    REFERENCE,
    SOURCES,
)
from shortscience.pipeline.papers.naming import page_names

PAGE_KEYS = ("bibtex_key", "paper_url", "title")
"""A page without any of these says nothing about its paper."""


def page_claims(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the pages' claims about the paper of each summary."""
    rows = facts.select("summary_id", *ON_PAGE)
    return rows.filter(pl.any_horizontal(pl.col(PAGE_KEYS).is_not_null()))


def pages(shown: pl.DataFrame) -> pl.DataFrame:
    """Return one source for all summaries whose pages say the same."""
    # A title alone is no evidence that two pages show one paper.
    named = pl.any_horizontal(pl.col("bibtex_key", "paper_url", "authors").is_not_null())
    distinct = (
        shown.group_by(*ON_PAGE, alone=pl.when(~named).then("summary_id"))
        .agg(summary_ids=pl.col("summary_id").sort())
        .sort("bibtex_key", pl.col("summary_ids").list.first(), nulls_last=True)
    )
    names = [page_names(*row) for row in distinct.select("bibtex_key", "paper_url").iter_rows()]
    titled = pl.col("authors").list.len() > 0
    return _sources(
        distinct.with_columns(
            origin=pl.lit(PAGE),
            key=pl.Series([known[0] if known else None for known in names], dtype=pl.String),
            names=pl.Series([[*known[:1], *sorted(known[1:])] for known in names], dtype=_LIST),
            title_name=pl.when(titled)
            .then(_title_names(distinct["title"]))
            .otherwise(_title_names(map(title_in, distinct["paper_url"].fill_null("")))),
        ),
        PAGE,
    )


def catalogued(known: pl.DataFrame) -> pl.DataFrame:
    """Return one source for each paper of a catalogue, and the summaries that it files there.

    `known` has KNOWN; the source's key is the catalogue's name for the paper.
    """
    papers = known.sort("file", "paper_id", "entry", "summary_id").group_by(
        "file", "paper_id", maintain_order=True
    )
    distinct = papers.agg(
        pl.exclude("summary_id").first(),
        summary_ids=pl.col("summary_id").drop_nulls().unique().sort(),
    )
    key = pl.when(pl.col("identifiers").list.contains(pl.col("paper_id"))).then("paper_id")
    titled = pl.col("authors").list.len() > 0
    return _sources(
        distinct.with_columns(
            key=key,
            names=pl.col("identifiers").fill_null([]),
            title_name=pl.when(titled).then(_title_names(distinct["title"])),
            paper_url="url",
        ),
        CATALOGUE,
    )


def listed_references(citations: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id`, LISTED and `identified` of citations by title."""
    titled = citations.drop_nulls("title_name")
    return titled.select("summary_id", *LISTED, "identified").unique(maintain_order=True)


def references(listed: pl.DataFrame) -> pl.DataFrame:
    """Return one source for all summaries that list the same title and authors."""
    return _sources(
        listed.group_by(LISTED)
        .agg(
            summary_ids=pl.col("summary_id").unique().sort(),
            names=pl.col("identified").drop_nulls().unique().sort(),
        )
        .sort("title", "title_name", pl.col("authors").list.join("\x1f")),
        REFERENCE,
    )


def find_entries(names: pl.DataFrame, *, bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return the names of bibliography entries that have one of the names, with NAMED_ENTRY."""
    return found_names(bibliography, names["name"])


def entries(found: pl.DataFrame, *, bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return the sources for the result of `find_entries`."""
    is_title = pl.col("name").str.starts_with(TITLE_PREFIX)
    named = (
        found.sort("file", "entry", ~pl.col("own"), "name")
        .group_by("file", "entry", maintain_order=True)
        .agg(
            names=pl.col("name").filter(~is_title),
            key=pl.col("name").filter("own").first(),
            title_name=pl.col("name").filter(is_title).first(),
        )
    )
    files = dict(enumerate(index.file for index in bibliography))
    origin = pl.col("file").replace_strict(files, default=None, return_dtype=pl.String)
    return _sources(
        found_entries(bibliography, found)
        .join(named, on=["file", "entry"], maintain_order="left")
        .with_columns(origin=origin),
        BIBLIOGRAPHY,
    )


def claimed_names(sources: pl.DataFrame) -> pl.DataFrame:
    """Return each `name` that sources claim."""
    names = sources.select(name=pl.col("names").explode())
    return names_of(names, sources.select(name="title_name"))


def claims(sources: pl.DataFrame, *, first: int = 0) -> pl.DataFrame:
    """Return the claims of sources, with CLAIMS; sources are numbered by row, from `first` on."""
    numbered = sources.select(
        "names", "key", "title_name", source=pl.int_range(pl.len(), dtype=pl.Int64) + first
    )
    names = numbered.select("source", "key", name="names").explode("name").drop_nulls("name")
    titles = numbered.select("source", name="title_name", own=pl.lit(value=False))
    own = (pl.col("name") == pl.col("key")).fill_null(value=False)
    return pl.concat([names.select("source", "name", own=own), titles.drop_nulls("name")])


def names_of(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct values of `name` in the frames, sorted."""
    return pl.concat([frame.select("name") for frame in frames]).drop_nulls().unique().sort("name")


_LIST = SOURCES["names"]


def _title_names(titles: Iterable[str | None]) -> pl.Series:
    return pl.Series("title_name", [title_name(title) for title in titles], pl.String)


def _sources(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Add missing columns of SOURCES as nulls, as are authors if there are none; order columns."""
    kinds = rows.with_columns(
        kind=pl.lit(kind, SOURCES["kind"]),
        authors=pl.when(pl.col("authors").list.len() > 0).then("authors"),
    )
    known = kinds.select(name for name in SOURCES if name in kinds.columns)
    return pl.concat([SOURCES.to_frame(), known], how="diagonal")
