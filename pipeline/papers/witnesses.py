"""What is said of papers: by the site's pages, by bibliographies, and in lists of references."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from pipeline.papers.bibliography.index import Index
from pipeline.papers.bibliography.lookup import look_up
from pipeline.papers.descriptions import title_name
from pipeline.papers.naming import page_names

PAGE = "page"
TOLD = ("title", "authors", "year", "venue", "abstract")
_ON_PAGE = ("bibtex_key", "paper_url", *TOLD)
_CLAIM_SCHEMA = pl.Schema({"witness": pl.Int64(), "name": pl.String(), "own": pl.Boolean()})


class Testimony(NamedTuple):
    """What was gathered.

    `witnesses` has `witness`, a number in the order in which they are believed, `source`, its own
    `key` as a name, TOLD and, for a page, `bibtex_key`, `paper_url` and the `summary_ids` it shows;
    a reference has no source, for it tells nothing but what it cites. `claims` has the names that a
    `witness` gives one paper, and whether a name is its `own` key.
    """

    witnesses: pl.DataFrame
    claims: pl.DataFrame


def hear(
    facts: pl.DataFrame, named: pl.DataFrame, linked: pl.Series, indexes: Sequence[Index]
) -> Testimony:
    """Gather what is said of the papers that are summarised or cited.

    `facts` is what `gather_facts` returns; `named` are citations with `name`; `linked` are the
    names of papers that summaries were linked to.
    """
    pages, on_pages = _pages(facts)
    references, in_references = _references(named)
    wanted = pl.concat(
        [named["name"].drop_nulls(), on_pages["name"], in_references["name"], linked]
    )
    entries, in_entries = _entries(indexes, wanted)
    witnesses = []
    claims = []
    offset = 0
    for said, of in ((pages, on_pages), (entries, in_entries), (references, in_references)):
        moved = pl.col("witness").cast(pl.Int64) + offset
        witnesses.append(said.with_columns(moved))
        claims.append(of.with_columns(moved).select(_CLAIM_SCHEMA.names()))
        offset += len(said)
    told = pl.concat(claims)
    keys = told.filter("own").unique("witness", keep="first").select("witness", key="name")
    return Testimony(
        pl.concat(witnesses, how="diagonal").join(
            keys, on="witness", how="left", maintain_order="left"
        ),
        told,
    )


def _pages(facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return witnesses and claims: one witness for all summaries of which pages say the same."""
    pages = (
        facts.filter(pl.any_horizontal(pl.col("bibtex_key", "paper_url", "title").is_not_null()))
        # A title alone does not tell that two pages show one paper.
        .with_columns(
            alone=pl.when(
                pl.all_horizontal(pl.col("bibtex_key", "paper_url", "authors").is_null())
            ).then("summary_id")
        )
        .group_by(*_ON_PAGE, "alone")
        .agg(summary_ids=pl.col("summary_id").sort())
        .sort("bibtex_key", pl.col("summary_ids").list.first(), nulls_last=True)
        .with_row_index("witness")
        .with_columns(source=pl.lit(PAGE))
        .drop("alone")
    )
    claims: list[tuple[int, str, bool]] = []
    columns = "witness", "bibtex_key", "paper_url", "title", "authors"
    for witness, bibtex_key, paper_url, title, authors in pages.select(columns).iter_rows():
        known = page_names(bibtex_key, paper_url)
        claims += [(witness, name, place == 0) for place, name in enumerate(known)]
        if authors and (by_title := title_name(title)):
            claims.append((witness, by_title, False))
    return pages, _claims(claims)


def _references(named: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return witnesses and claims of parsed references: their titles are all they have."""
    references = (
        named.filter(pl.col("kind") == "reference")
        .select("title", "authors")
        .drop_nulls()
        .unique()
        .sort("title", pl.col("authors").list.join("\x1f"))
        .with_row_index("witness")
    )
    titles = zip(references["witness"], references["title"], strict=True)
    claims = [(place, name, False) for place, title in titles if (name := title_name(title))]
    return references, _claims(claims)


def _entries(indexes: Sequence[Index], wanted: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return witnesses and claims of the entries that bibliographies have for wanted names."""
    found = look_up(indexes, wanted)
    entries = found.entries.with_row_index("witness")
    claims = found.names.join(entries.select("witness", "source", "entry"), on=["source", "entry"])
    files = {place: index.file for place, index in enumerate(indexes)}
    source = pl.col("source").replace_strict(files, default=None, return_dtype=pl.String)
    return entries.drop("entry").with_columns(source), claims


def _claims(rows: list[tuple[int, str, bool]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_CLAIM_SCHEMA, orient="row")
