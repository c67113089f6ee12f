"""Numbering the words of an index."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from shortscience.pipeline.papers.linking.vocabulary import UNKNOWN, Vocabulary, number_words

TEXTS = pl.LazyFrame({"words": [["a", "b", "a"], ["a", "ö"], [], ["a", "b"]]})
"""By how rare they are, the words are ö, b, a."""


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    number_words(TEXTS, "words", tmp_path / "words.parquet")
    return Vocabulary(tmp_path / "words.parquet", 4)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        pytest.param(["ö", "b", "a"], [0, 1, 2], id="the rarest first"),
        pytest.param(["a", "a"], [2, 2], id="one twice"),
        pytest.param(["c", "ab", "zz", ""], [UNKNOWN] * 4, id="unknown ones"),
        pytest.param([], [], id="none"),
    ],
)
def test_words_have_numbers(vocabulary: Vocabulary, words: list[str], numbers: list[int]) -> None:
    texts = pl.Series([words, ["b"]], dtype=pl.List(pl.String))
    assert [found.tolist() for found in vocabulary.numbers(texts)] == [numbers, [1]]


def test_no_texts_have_no_numbers(vocabulary: Vocabulary) -> None:
    assert vocabulary.numbers(pl.Series([], dtype=pl.List(pl.String))) == []


def test_numbers_are_those_of_words(vocabulary: Vocabulary) -> None:
    assert vocabulary.words(np.array([2, 0, 1])) == ["a", "ö", "b"]


def test_a_rare_word_has_more_information(vocabulary: Vocabulary) -> None:
    expected = [np.log(5 / 1), np.log(5 / 2), np.log(5 / 3)]
    assert vocabulary.information.tolist() == pytest.approx(expected)


def test_a_vocabulary_may_be_empty(tmp_path: Path) -> None:
    texts = pl.LazyFrame({"words": [[]]}, schema={"words": pl.List(pl.String)})
    number_words(texts, "words", tmp_path / "words.parquet")
    vocabulary = Vocabulary(tmp_path / "words.parquet", 1)
    assert vocabulary.numbers(pl.Series([["a"]]))[0].tolist() == [UNKNOWN]
