"""Shipping the normal forms of texts to the parts that compare them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.normal_form import normal_form
from shortscience.pipeline.parts import Parts


class NormalForms:
    """Normal forms by the number of their content."""

    def __init__(self, numbered: pl.DataFrame) -> None:
        ordered = numbered.sort("number")
        self._numbers = ordered["number"].to_numpy()
        self._normal = ordered["normal"]

    def gather(self, numbers: Sequence[int] | pl.Series, /) -> pl.Series:
        """Return the normal forms of `numbers`, in that order."""
        return self._normal.gather(np.searchsorted(self._numbers, np.asarray(numbers, np.int64)))


def locate(needed: Parts, contents: Parts, starts: Sequence[int], *, n_parts: int) -> Parts:
    """Route requests for texts to the parts that hold them.

    `needed` has a column `number`, by receiving part; `contents` gives the `row` of the text of
    each number, and `starts` the first number of each part of the contents. Returns, by part of the
    texts, the input of `deliver`: `number`, `row`, `record_id` and `receiver`, the part of
    `needed`.
    """
    return needed.route(
        _distinct, needed.numbers(), to=part_with("number", starts), n_parts=len(contents)
    ).route(_placed, contents, to=pl.col("source"), n_parts=n_parts)


def deliver(located: Parts, normal: Parts, *, n_parts: int) -> Parts:
    """Send normal forms to the parts that requested them: `number` and `normal`, by receiver."""
    return located.route(_sent, normal, to=pl.col("receiver"), n_parts=n_parts)


def part_with(column: str, starts: Sequence[int]) -> pl.Expr:
    """Return the part of the contents that holds the number in a column."""
    place: pl.Expr = pl.lit(pl.Series(starts)).search_sorted(pl.col(column), side="right") - 1
    return place


def _distinct(needed: pl.DataFrame, receiver: int) -> pl.DataFrame:
    return needed.unique().sort("number").with_columns(receiver=pl.lit(receiver))


def _placed(needed: pl.DataFrame, contents: pl.DataFrame) -> pl.DataFrame:
    return needed.join(contents.select("number", "record_id", "source", "row"), on="number")


def _sent(located: pl.DataFrame, normal: pl.DataFrame) -> pl.DataFrame:
    return located.select("receiver", "number").join(normal, on="number")


def read_normal_forms(located: pl.DataFrame, texts: pl.LazyFrame) -> pl.DataFrame:
    """Read the located texts from `texts` and return their normal forms, by `number`.

    Raises ValueError if the texts are not in the order of their signatures.
    """
    rows = located.select("row", "record_id", "number").unique("row").sort("row")
    found = (
        texts.select("record_id", "text")
        .with_row_index("row")
        .filter(pl.col("row").is_in(rows["row"].implode()))
        .collect(engine="streaming")
    )
    if not found["record_id"].equals(rows["record_id"]):
        raise ValueError("Texts and signatures are in different orders.")
    return rows.select("number", normal=normal_form(found["text"]))
