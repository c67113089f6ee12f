"""What is said of papers: by the site's pages, by bibliographies, and in lists of references.

Each kind has parts of its own. Witnesses are numbered over all parts; a part only knows them by
their row, and is told the number of its first one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.bibliography.lookup import found_entries, found_names
from shortscience.pipeline.papers.descriptions import TITLE_PREFIX, title_name
from shortscience.pipeline.papers.naming import page_names
from shortscience.pipeline.sources.reading import FACTS_SCHEMA
from shortscience.pipeline.tasks import apart, by_hash, deal

PAGE = "page"
TOLD = ("title", "authors", "year", "venue", "abstract")
_ON_PAGE = ("bibtex_key", "paper_url", *TOLD)
_LISTED = pl.Schema({"title": pl.String(), "authors": pl.List(pl.String()), "name": pl.String()})
CLAIM_SCHEMA = pl.Schema({"witness": pl.Int64(), "name": pl.String(), "own": pl.Boolean()})
WITNESS_SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        **{name: FACTS_SCHEMA[name] for name in _ON_PAGE},
        "summary_ids": pl.List(pl.String()),
    }
)


class Testimony(NamedTuple):
    """One part of what was gathered.

    `witnesses` has a row per witness, with WITNESS_SCHEMA: `source`, the page or the bibliography,
    and what it tells; the `summary_ids` that a page shows. A reference has no source, for it tells
    nothing but what it cites. `claims` has the names that a witness, by its row, gives one paper,
    and whether a name is its `own` key.
    """

    witnesses: pl.DataFrame
    claims: pl.DataFrame


def count(part: Testimony) -> int:
    """Return how many witnesses a part has."""
    return len(part.witnesses)


def split_pages(n_parts: int, facts: pl.DataFrame) -> list[pl.DataFrame]:
    """Give what pages tell of summaries to parts, so that what is said alike comes together."""
    telling = facts.select("summary_id", *_ON_PAGE).filter(
        pl.any_horizontal(pl.col("bibtex_key", "paper_url", "title").is_not_null())
    )
    return deal(telling, pl.struct("bibtex_key", "paper_url", "title").hash() % n_parts, n_parts)


def pages(*parts: pl.DataFrame) -> Testimony:
    """Hear one witness for all summaries of which pages say the same."""
    said = (
        pl.concat(parts)
        # A title alone does not tell that two pages show one paper.
        .with_columns(
            alone=pl.when(
                pl.all_horizontal(pl.col("bibtex_key", "paper_url", "authors").is_null())
            ).then("summary_id")
        )
        .group_by(*_ON_PAGE, "alone")
        .agg(summary_ids=pl.col("summary_id").sort())
        .sort("bibtex_key", pl.col("summary_ids").list.first(), nulls_last=True)
        .with_columns(source=pl.lit(PAGE))
    )
    claims: list[tuple[int, str, bool]] = []
    columns = "bibtex_key", "paper_url", "title", "authors"
    for row, (bibtex_key, paper_url, title, authors) in enumerate(said.select(columns).iter_rows()):
        known = page_names(bibtex_key, paper_url)
        claims += [(row, name, place == 0) for place, name in enumerate(known)]
        if authors and (by_title := title_name(title)):
            claims.append((row, by_title, False))
    return Testimony(said.select(WITNESS_SCHEMA.names()), _claims(claims))


def split_references(n_parts: int, named: pl.DataFrame) -> list[pl.DataFrame]:
    """Give parsed references (`title`, `authors`) to parts by the `name` of their title.

    Those whose title is too short to tell are left out.
    """
    listed = (
        named.filter(pl.col("kind") == "reference").select("title", "authors").drop_nulls().unique()
    )
    names = pl.Series("name", [title_name(title) for title in listed["title"]], pl.String())
    telling = listed.with_columns(names).drop_nulls().cast(_LISTED)
    return deal(telling, by_hash("name", n_parts), n_parts)


def references(*parts: pl.DataFrame) -> Testimony:
    """Hear the references of one part: their titles are all they have."""
    listed = pl.concat(parts).unique().sort("title", pl.col("authors").list.join("\x1f"))
    claims = [(row, name, False) for row, name in enumerate(listed["name"])]
    return Testimony(_witnesses(listed.drop("name")), _claims(claims))


def split_entries(
    n_parts: int, indexes: Sequence[Index], *wanted: pl.DataFrame
) -> list[pl.DataFrame]:
    """Find the entries that bibliographies have for wanted names, and give them to parts by place.

    What is passed on is `source`, the number of the index, `entry`, and its names.
    """
    names = found_names(indexes, pl.concat(wanted)["name"])
    numbers = names.select(pl.struct("source", "entry").rle_id().cast(pl.Int64)).to_series()
    n_entries = numbers[-1] + 1 if len(numbers) else 1
    return deal(names, numbers * n_parts // n_entries, n_parts)


def entries(indexes: Sequence[Index], names: pl.DataFrame) -> Testimony:
    """Hear the entries of one part of what `split_entries` found."""
    found = found_entries(indexes, names).with_row_index("witness")
    claims = names.join(found.select("witness", "source", "entry"), on=["source", "entry"])
    files = {place: index.file for place, index in enumerate(indexes)}
    source = pl.col("source").replace_strict(files, default=None, return_dtype=pl.String)
    return Testimony(
        _witnesses(found.with_columns(source).drop("witness", "entry")),
        claims.select(CLAIM_SCHEMA.names()).cast(CLAIM_SCHEMA).sort("witness", "name"),
    )


def split_claims(n_parts: int, part: Testimony, start: int) -> list[pl.DataFrame]:
    """Give what the witnesses of a part claim, who count from `start`, to parts by names."""
    numbered = part.claims.with_columns(pl.col("witness") + start)
    return deal(numbered, by_hash("name", n_parts), n_parts)


def place(part: Testimony, start: int, filed: pl.DataFrame) -> pl.DataFrame:
    """Add to the witnesses of a part, who count from `start`, what was found of each (`witness`).

    That is `paper_id`, null where the paper has no name, and `place`, which orders those of one
    paper as they are believed. Also added are `names`, all that a witness gives the paper but
    titles, its own first, and its own `key`.
    """
    named = part.claims.filter(~pl.col("name").str.starts_with(TITLE_PREFIX))
    names = (
        named.sort("witness", ~pl.col("own"), "name")
        .group_by("witness", maintain_order=True)
        .agg(names="name", key=pl.col("name").filter("own").first())
        .with_columns(pl.col("witness") + start)
    )
    return (
        part.witnesses.with_row_index("witness")
        .with_columns(pl.col("witness").cast(pl.Int64) + start)
        .join(filed, on="witness", how="left", maintain_order="left")
        .join(names, on="witness", how="left", maintain_order="left")
    )


def split_told(n_parts: int, placed: pl.DataFrame) -> list[pl.DataFrame]:
    """Tell the parts of the summaries what pages told of each: `summary_id` and `told`."""
    told = (
        placed.select("summary_ids", told="paper_id")
        .explode("summary_ids")
        .drop_nulls()
        .rename({"summary_ids": "summary_id"})
    )
    return deal(told, by_hash("summary_id", n_parts), n_parts)


def split_entitled(_n_parts: int, placed: pl.DataFrame, *asked: pl.DataFrame) -> list[pl.DataFrame]:
    """Answer each part that handed in references which papers they are: `entitled`."""
    known = placed.select("title", "authors", entitled="paper_id").drop_nulls()
    listed = (part.select("title", "authors") for part in asked)
    return [apart(part.join(known, on=["title", "authors"])) for part in listed]


def split_papers(n_parts: int, placed: pl.DataFrame) -> list[pl.DataFrame]:
    """Give witnesses that have a source to parts by their papers."""
    telling = placed.drop("summary_ids", "witness").drop_nulls(["paper_id", "source"])
    return deal(telling, by_hash("paper_id", n_parts), n_parts)


def _witnesses(told: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([WITNESS_SCHEMA.to_frame(), told], how="diagonal")


def _claims(rows: list[tuple[int, str, bool]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CLAIM_SCHEMA, orient="row")
