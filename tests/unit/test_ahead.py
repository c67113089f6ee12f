"""Read-ahead yields the same items, and raises errors where they belong."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.ahead import ahead


@given(st.lists(st.integers() | st.none()))
def test_items_are_the_same_and_in_order(items: list[int | None]) -> None:
    assert list(ahead(items)) == items


def test_only_one_item_is_made_ahead() -> None:
    made = []

    def items() -> Iterator[int]:
        for item in range(5):
            made.append(item)
            yield item

    coming = ahead(items())
    assert next(coming) == 0
    assert next(coming) == 1
    assert made[:2] == [0, 1]
    assert len(made) <= 3


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("two")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="two"):
        next(coming)
