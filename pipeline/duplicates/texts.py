"""The normal forms of texts, brought to where they are compared."""

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
        """Return the normal forms of some numbers, in the order asked for."""
        return self._normal.gather(np.searchsorted(self._numbers, np.asarray(numbers, np.int64)))


def locate(needed: Parts, contents: Parts, starts: Sequence[int], *, n_parts: int) -> Parts:
    """Find the texts of some contents in the parts that have them, of which there are `n_parts`.

    `needed` has a column `number`; `contents` tells by number which `row` of which part has the
    text, and `starts` with which number each part of the contents begins. Returns by part of the
    texts what `deliver` needs: `number`, `row`, `record_id` and `receiver`, the part of `needed`.
    """
    receivers = Parts.of(range(len(needed)), needed.tasks)
    return needed.route(
        _distinct, receivers, to=part_with("number", starts), n_parts=len(contents)
    ).route(_placed, contents, to=pl.col("source"), n_parts=n_parts)


def deliver(located: Parts, normal: Parts, *, n_parts: int) -> Parts:
    """Bring normal forms to those who need them: `number` and `normal`, by receiver."""
    return located.route(_sent, normal, to=pl.col("receiver"), n_parts=n_parts)


def part_with(column: str, starts: Sequence[int]) -> pl.Expr:
    """Return the part of the contents that has the number in a column."""
    place: pl.Expr = pl.lit(pl.Series(starts)).search_sorted(pl.col(column), side="right") - 1
    return place


def _distinct(needed: pl.DataFrame, receiver: int) -> pl.DataFrame:
    return needed.unique().sort("number").with_columns(receiver=pl.lit(receiver))


def _placed(needed: pl.DataFrame, contents: pl.DataFrame) -> pl.DataFrame:
    return needed.join(contents.select("number", "record_id", "source", "row"), on="number")


def _sent(located: pl.DataFrame, normal: pl.DataFrame) -> pl.DataFrame:
    return located.select("receiver", "number").join(normal, on="number")


def read_normal_forms(located: pl.DataFrame, texts: pl.LazyFrame) -> pl.DataFrame:
    """Return the normal forms of located texts, by `number`, which are read from all `texts`.

    Raises ValueError when these are not in the order of their signatures.
    """
    rows = located.select("row", "record_id", "number").unique("row").sort("row")
    found = (
        texts.select("record_id", "text")
        .with_row_index("row")
        .filter(pl.col("row").is_in(rows["row"].implode()))
        .collect(engine="streaming")
    )
    if not found["record_id"].equals(rows["record_id"]):
        raise ValueError("The texts are not in the order of their signatures.")
    return rows.select("number", normal=normal_form(found["text"]))
