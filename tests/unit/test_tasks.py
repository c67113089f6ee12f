"""Rows distributed over parts."""

import pickle

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.tasks import deal

ROWS = pl.DataFrame({"key": [f"{place:024x}" for place in range(1_000)]}).with_columns(
    names=pl.concat_list(pl.format("a name that is too long to stand in its row {}", "key"))
)


@given(st.lists(st.text(max_size=3) | st.none()), st.integers(1, 9))
def test_each_row_is_in_one_part_and_equal_keys_in_the_same(
    keys: list[str | None], n_parts: int
) -> None:
    frame = pl.DataFrame({"key": keys}, schema={"key": pl.String}).with_row_index("row")
    parts = deal(frame, pl.col("key").hash() % n_parts, n_parts)
    assert len(parts) == n_parts
    assert pl.concat(parts).sort("row").equals(frame)
    assert sum(part["key"].n_unique() for part in parts) == frame["key"].n_unique()
    assert all(part["row"].is_sorted() for part in parts)


def test_parts_send_no_more_than_they_have() -> None:
    parts = deal(ROWS, pl.col("key").hash() % 10, 10)
    sent = sum(len(pickle.dumps(part)) for part in parts)
    assert sent < 1.5 * len(pickle.dumps(ROWS))
    assert pl.concat(parts).sort("key").equals(ROWS)
