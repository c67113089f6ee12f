"""Floors under what `benchmarks.duplicates` measures."""

from pathlib import Path

import pytest

from benchmarks.duplicates import (
    EDITS,
    SETTINGS,
    compare_with_brute_force,
    crossposts,
    planted_pairs,
    try_edit,
)


def test_all_pairs_of_real_copies_are_joined_and_nothing_else(shared: Path) -> None:
    brackets = compare_with_brute_force(crossposts(shared / "corpus"))
    near = [row for row in brackets if row.low >= SETTINGS.near_threshold]
    assert sum(row.pairs for row in near) > 80
    assert sum(row.joined for row in near) >= 0.995 * sum(row.pairs for row in near)
    assert all(row.joined == row.joined_rightly for row in brackets)


def test_the_ten_planted_pairs_and_no_others_are_joined(shared: Path) -> None:
    planted, joined = planted_pairs(shared / "near_duplicates")
    assert len(planted) == 10
    assert joined == planted


@pytest.mark.parametrize("edit", EDITS)
def test_edited_copies_are_found_as_often_as_theory_predicts(edit: str) -> None:
    found = try_edit(edit)
    # Of 400 copies: four standard deviations of a share of one half are 0.1.
    assert found.candidates == pytest.approx(found.predicted, abs=0.1)
    assert found.joined >= found.near_enough - 0.02
    whole = not edit.startswith("cut")
    assert not whole or found.joined <= found.near_enough + 0.02


@pytest.mark.parametrize("edit", [name for name in EDITS if not name[0].isdigit()])
def test_what_dumps_do_to_a_text_hides_no_copy(edit: str) -> None:
    assert try_edit(edit).joined == 1
