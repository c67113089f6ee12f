"""Copies are found as often as theory predicts, without false positives."""

from pathlib import Path

import pytest

from tests import copies_truth as quality


def test_notes_posted_elsewhere_are_found_and_nothing_else_is(shared: Path) -> None:
    found = quality.judge_notes(shared)
    assert (found.notes, found.missed, found.wrong, found.strangers) == (88, 0, 0, 0)
    assert found.near >= 87
    assert found.merged_near == found.near


def test_all_planted_pairs_of_articles_are_found_and_nothing_else_is(shared: Path) -> None:
    texts, planted = quality.articles(shared)
    assert (len(texts), len(planted)) == (1_000, 10)
    assert quality.merged_pairs(quality.find(texts)) == planted


@pytest.mark.long
@pytest.mark.parametrize("name", quality.EDITS)
def test_edited_copies_are_found_as_often_as_predicted(name: str) -> None:
    judged = quality.judge_edit(name)
    assert judged.wrong == 0
    # At or above the threshold, all but one pair in two hundred are found, and all cut copies.
    least = 1.0 if name.startswith("cut") else judged.near
    assert 0.995 * least <= judged.merged <= least
    # One signature serves many pairs of nearly the same similarity: three standard deviations.
    assert judged.candidates == pytest.approx(judged.predicted, abs=0.075)


@pytest.mark.parametrize(
    "name", [name for name in quality.EDITS if name.startswith(("2 %", "3 %", "cut"))]
)
def test_copies_with_few_changes_and_cut_copies_are_all_found(name: str) -> None:
    assert quality.judge_edit(name).merged == 1


def test_the_exact_similarities_are_those_of_sets() -> None:
    words = [f"word{number}" for number in range(60)]
    texts = {"a": " ".join(words), "b": " ".join([*words[:-1], "other"]), "short": "a b c"}
    # Of 58 shingles each, all but the last are shared.
    assert quality.exact_similarities(texts, 0.5) == {("a", "b"): pytest.approx(57 / 59)}
