"""The sentence around a citation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.sentences import sentence_around
from tests.unit.cases import cases


@pytest.mark.parametrize("case", cases("sentences", "around"))
def test_sentence(case):
    start = case["text"].index(case["span"])
    found = sentence_around(case["text"], start, start + len(case["span"]))
    assert found == case["sentence"]


@given(st.text("aB. !?\n)", min_size=1, max_size=60), st.data())
@settings(max_examples=150)
def test_a_sentence_holds_its_span(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert text[start:end].strip() in sentence_around(text, start, end)


def test_an_endless_sentence_is_cut_around_the_span():
    text = "word " * 1_000 + "here" + " word" * 1_000
    found = sentence_around(text, 5_000, 5_004)
    assert "here" in found
    assert len(found) <= 1_004


def test_the_cost_of_white_space_is_bounded():
    assert sentence_around("a" + " " * 50_000, 0, 1) == "a"
