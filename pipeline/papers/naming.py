"""The names of papers in citations and on pages."""

import polars as pl

from shortscience.pipeline.identifiers import (
    NAMING_SCHEMES,
    PAPER_LINK,
    also_named,
    parse_bibtex_key,
    parse_key,
    parse_url,
    title_in,
)
from shortscience.pipeline.papers.descriptions import title_name
from shortscience.pipeline.papers.frames import REFERENCE

_MENTION_SCHEMA = pl.Schema({"kind": pl.String(), "key": pl.String(), "name": pl.String()})


def with_names(citations: pl.DataFrame) -> pl.DataFrame:
    """Add `name` and `title_name` to citations; null if nothing in them names a paper.

    `name` is `scheme:value` of the key, or of the identifier in a reference's entry; `title_name`
    the title of a reference, or the one that an address spells out.
    """
    keys = citations.select("kind", "key").drop_nulls().unique()
    named = [
        (kind, key, identifier.name)
        for kind, key in keys.iter_rows()
        if (identifier := parse_key(kind, key))
    ]
    return citations.join(
        pl.DataFrame(named, schema=_MENTION_SCHEMA, orient="row"),
        on=["kind", "key"],
        how="left",
        maintain_order="left",
    ).with_columns(name=pl.coalesce("name", "identified"), title_name=_title_names(citations))


def _title_names(citations: pl.DataFrame) -> pl.Series:
    rows = citations.select("kind", "key", "title", "authors").iter_rows()
    return pl.Series("title_name", [_title_name(*row) for row in rows], pl.String)


def _title_name(
    kind: str, key: str | None, title: str | None, authors: list[str] | None
) -> str | None:
    if kind == REFERENCE:
        return title_name(title, alone=not authors)
    return title_name(title_in(key)) if kind == PAPER_LINK and key else None


def page_names(bibtex_key: str | None, paper_url: str | None) -> list[str]:
    """Return the names of a paper on one of the site's pages, its key first."""
    known = [
        identifier
        for identifier in (parse_bibtex_key(bibtex_key or ""), parse_url(paper_url or ""))
        if identifier
    ]
    implied = [other for identifier in known if (other := also_named(identifier))]
    return list(dict.fromkeys(identifier.name for identifier in (*known, *implied)))


def scheme(name: pl.Expr) -> pl.Expr:
    """Return the scheme of a name."""
    return name.str.extract(r"^([a-z]+):")


def strongest(names: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return `by` and `paper_id`, the strongest of its names that can name a paper.

    `names` has `name` and the column `by`; rows of `by` without such a name are left out.
    """
    place = scheme(pl.col("name")).replace_strict(
        {name: place for place, name in enumerate(NAMING_SCHEMES)},
        default=None,
        return_dtype=pl.Int32,
    )
    return (
        names.select(by, "name", place=place)
        .drop_nulls()
        .sort(by, "place", "name")
        .unique(by, keep="first", maintain_order=True)
        .select(by, paper_id="name")
    )
