"""Texts that are the beginning of others, as feeds and previews cut them."""

import polars as pl


def shared_beginnings(contents: pl.DataFrame) -> pl.DataFrame:
    """Return `text` (row number) and `beginning` of the contents that begin with the same words."""
    return (
        contents.select("beginning")
        .with_row_index("text")
        .drop_nulls()
        .filter(pl.len().over("beginning") > 1)
    )


def extensions(beginnings: pl.DataFrame) -> dict[int, int]:
    """Return for each text that is the beginning of another the next longer one.

    `beginnings` has the columns of `shared_beginnings` and `normal`. In lexicographic order, which
    is also the order of the answer, all extensions of a text follow it directly: so the next longer
    one of each leads to all of them.
    """
    ordered = beginnings.sort("beginning", "normal").with_columns(
        next_text=pl.col("text").shift(-1).over("beginning"),
        next_normal=pl.col("normal").shift(-1).over("beginning"),
    )
    cut = ordered.filter(pl.col("next_normal").str.starts_with(pl.col("normal")))
    return dict(cut.select("text", "next_text").iter_rows())
