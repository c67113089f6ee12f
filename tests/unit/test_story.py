"""Explanations in words: single differences, and line lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release.story import format_difference


@pytest.mark.parametrize(
    ("kept", "copy", "told"),
    [
        ("the", "teh", 'has "teh" for "the"'),
        ("", "more", 'adds "more"'),
        ("less", "", 'lacks "less"'),
        ("a " * 40, "", 'lacks "a a a a a a a a a …"'),
        ("", "x" * 40, f'adds "{"x" * 18}…"'),
    ],
)
def test_a_difference_in_words(kept: str, copy: str, told: str) -> None:
    assert format_difference(kept, copy, 20) == told


@given(st.text(), st.text(min_size=1), st.integers(5, 60))
def test_words_are_cut_to_the_width(kept: str, copy: str, width: int) -> None:
    told = format_difference(kept, copy, width)
    assert len(told) <= len('has "" for ""') + 2 * width
    assert len(told.splitlines()) == 1 or not told.isprintable()
