"""Titles, authors, venue and year from bibliography files, by exact identifier."""

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.errors import UsageError

BIBLIOGRAPHY_SCHEMA = pl.Schema(
    {
        "paper_id": pl.String(),
        "title": pl.String(),
        "authors": pl.List(pl.String()),
        "year": pl.Int32(),
        "venue": pl.String(),
    }
)
_BRACES = re.compile(r"[{}]")


def look_up(files: Sequence[Path], paper_ids: pl.Series) -> pl.DataFrame:
    """Return the records of some papers, one row per paper found, with BIBLIOGRAPHY_SCHEMA.

    Files are JSON lines, plain or compressed, with either a `key` (DBLP) or an `arxiv_id` (arXiv),
    and with `title`, `authors` joined by " and ", and `year` or `created`. Where several files
    know a paper, the first one named is believed. Raises UsageError for any other file.
    """
    wanted = paper_ids.unique().to_frame("paper_id").lazy()
    found = [
        _scan(path).join(wanted, on="paper_id", how="semi").collect().with_columns(file=order)
        for order, path in enumerate(files)
    ]
    if not found:
        return pl.DataFrame(schema=BIBLIOGRAPHY_SCHEMA)
    return (
        pl.concat(found)
        .sort("paper_id", "file", "title")
        .unique("paper_id", keep="first", maintain_order=True)
        .select(BIBLIOGRAPHY_SCHEMA.names())
    )


def _scan(path: Path) -> pl.LazyFrame:
    """Scan one file lazily into BIBLIOGRAPHY_SCHEMA."""
    try:
        lines = pl.scan_ndjson(path, infer_schema_length=1000)
        columns = lines.collect_schema().names()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"{path} cannot be read as a bibliography ({error}); give JSON lines."
        ) from error
    if {"key", "title", "authors"} <= set(columns):
        paper_id = _dblp_paper_id(pl.col("key"))
        year, venue = pl.col("year"), pl.col("venue")
    elif {"arxiv_id", "title", "authors"} <= set(columns):
        paper_id = pl.format("arxiv:{}", "arxiv_id")
        year, venue = pl.col("created").str.slice(0, 4), pl.lit("arXiv")
    else:
        raise UsageError(
            f"{path} is no bibliography: its lines have neither `key` nor `arxiv_id`"
            " beside `title` and `authors`."
        )
    return lines.select(
        paper_id=paper_id,
        title=_plain(pl.col("title")),
        authors=_plain(pl.col("authors")).str.split(" and "),
        year=year.cast(pl.Int32, strict=False),
        venue=_plain(venue.cast(pl.String)),
    )


def _dblp_paper_id(key: pl.Expr) -> pl.Expr:
    """DBLP files preprints under `journals/corr/abs-YYMM-NNNNN`: these are arXiv papers."""
    preprint = key.str.extract_groups(r"^journals/corr/(?:abs-)?(?<a>\d{4})[-.](?<b>\d{4,5})$")
    arxiv = pl.format("arxiv:{}.{}", preprint.struct.field("a"), preprint.struct.field("b"))
    return pl.coalesce(arxiv, pl.format("dblp:{}", key))


def _plain(text: pl.Expr) -> pl.Expr:
    """Drop the braces that BibTeX keeps capitals with."""
    return text.str.replace_all(_BRACES.pattern, "")
