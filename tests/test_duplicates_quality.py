"""Copies are found as often as theory predicts, without false positives."""

from pathlib import Path

import pytest

from benchmarks import duplicates as quality


def test_notes_posted_elsewhere_are_found_and_nothing_else_is(shared: Path) -> None:
    texts, twins = quality.crossposts(shared)
    found = quality.find(texts)
    pairs = quality.judge_pairs(texts, found)
    assert sum(bracket.pairs for bracket in pairs.brackets) >= len(twins)
    assert pairs.recall >= 0.995
    assert pairs.wrong == 0
    for bracket in pairs.brackets:
        assert bracket.found >= 0.9 * bracket.predicted * bracket.pairs - 2
    judged = quality.judge_twins(texts, twins, found)
    assert judged.above >= 87
    assert judged.merged_above == judged.above
    assert judged.strangers == 0


def test_all_planted_pairs_of_articles_are_found_and_nothing_else_is(shared: Path) -> None:
    texts, planted = quality.articles(shared)
    assert (len(texts), len(planted)) == (1_000, 10)
    assert quality.merged_pairs(quality.find(texts)) == planted


@pytest.mark.parametrize("name", quality.EDITS)
def test_edited_copies_are_found_as_often_as_predicted(name: str) -> None:
    judged = quality.judge_edit(name)
    assert judged.wrong == 0
    # At or above the threshold, all but one pair in two hundred are found.
    assert judged.verified >= 0.995 * judged.near / judged.copies
    assert judged.merged >= judged.verified
    # One signature serves many pairs of nearly the same similarity: three standard deviations.
    assert judged.candidates == pytest.approx(judged.predicted_candidates, abs=0.075)


@pytest.mark.parametrize(
    "name", [name for name in quality.EDITS if name.startswith(("1 %", "2 %", "3 %", "cut"))]
)
def test_copies_with_few_changes_and_cut_copies_are_all_found(name: str) -> None:
    assert quality.judge_edit(name).merged == 1


def test_the_exact_similarities_are_those_of_sets() -> None:
    words = [f"word{number}" for number in range(60)]
    texts = {"a": " ".join(words), "b": " ".join([*words[:-1], "other"]), "short": "a b c"}
    # Of 58 shingles each, all but the last are shared.
    assert quality.exact_similarities(texts, 0.5) == {("a", "b"): pytest.approx(57 / 59)}
