"""Author-year mentions, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.mentions import mentions
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

PIECES = (
    "Roy Ito and & , et al. al ( ) [ ] ; 2015 2016b van den -Lee 's ResNet IEEE Therefore".split()
)


@pytest.mark.parametrize("case", cases("mentions", "found", "none"))
def test_mentions(case):
    text = case["text"]
    found = [[text[i.start : i.end], list(i.authors), i.year] for i in mentions(text)]
    assert found == case["mentions"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
@settings(max_examples=200)
def test_a_mention_has_an_extent_authors_and_a_confidence(text):
    for item in mentions(text):
        assert 0 <= item.start < item.end <= len(text)
        assert item.authors
        assert 0 < item.confidence <= 1


@pytest.mark.parametrize(
    "unit", ["van ", "van", "Roy, ", "Roy and ", "Roy-", "R", "(", "Aa ", "Roy, Ito et al. "]
)
def test_the_cost_of_a_text_is_bounded(unit):
    text = "et al 2015 " + (unit * 20_000)[:20_000]
    assert is_linear(lambda some: list(mentions(some)), text[: len(text) // LONGER], text)
