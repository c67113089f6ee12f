"""Two versions of a value shown as one: common, removed and added words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.duplicates.differences import runs_of_words
from shortscience.pipeline.report.changes import shown_runs
from tests.unit.cases import cases

TEXT = st.text(alphabet="ab \n", max_size=40)


@given(TEXT, TEXT)
def test_runs_hold_both_texts_whole(old: str, new: str) -> None:
    runs = runs_of_words(old, new)
    assert "".join(run.words for run in runs if run.held_by != "new") == old
    assert "".join(run.words for run in runs if run.held_by != "old") == new
    assert all(run.words for run in runs)
    assert (old == new) == all(run.held_by == "both" for run in runs)


@pytest.mark.parametrize("case", cases("diff_runs", "runs"))
def test_differences_are_shown_with_context(case: dict[str, Any]) -> None:
    old, new = (case[name] * case.get("times", 1) for name in ("old", "new"))
    assert [list(run) for run in shown_runs(old, new)] == case["shown"]


@given(st.text(max_size=9), st.integers(0, 50_000), TEXT, TEXT)
def test_a_difference_is_shown_wherever_it_is(word: str, times: int, old: str, new: str) -> None:
    same = f"{word} " * times
    shown = list(shown_runs(same + old, same + new))
    assert any(run.held_by != "both" for run in shown) == (old != new)
    assert sum(len(run.words) for run in shown) < 40_000


def test_many_differences_are_truncated_with_a_mark() -> None:
    old, new = (" ".join(f"{n}{end} same" for n in range(500)) for end in "ab")
    *shown, last = shown_runs(old, new)
    assert len(shown) == 40
    assert last.words == " … "
