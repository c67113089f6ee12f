"""The sentence around a citation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.sentences import line_starts, sentence_around
from tests.unit.cases import cases


@pytest.mark.parametrize("case", cases("sentences", "around"))
def test_sentence(case):
    start = case["text"].index(case["span"])
    found = sentence_around(case["text"], start, start + len(case["span"]))
    assert found == case["sentence"]


@pytest.mark.parametrize("case", cases("sentences", "flattened"))
def test_sentence_of_a_flattened_text(case):
    text, lines = case["text"], line_starts(case["text"], case["markdown"])
    start = text.index(case["span"])
    assert sentence_around(text, start, start + len(case["span"]), lines) == case["sentence"]


@given(st.text("aB. !?\n)", min_size=1, max_size=60), st.data())
@settings(max_examples=150)
def test_a_sentence_holds_its_span(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert text[start:end].strip() in sentence_around(text, start, end)


@pytest.mark.parametrize("before", range(5))
def test_an_endless_sentence_is_cut_around_the_span_between_words(before):
    text = "word " * 1_000 + "w" * before + " here" + " word" * 1_000
    start = text.index("here")
    found = sentence_around(text, start, start + 4)
    assert "here" in found
    assert 900 < len(found) <= 1_004
    assert set(found.split()) <= {"word", "here", "w" * before}


def test_an_endless_word_is_cut_around_the_span():
    assert len(sentence_around("a" * 3_000, 1_500, 1_501)) == 1_001


def test_the_cost_of_white_space_is_bounded():
    assert sentence_around("a" + " " * 50_000, 0, 1) == "a"
