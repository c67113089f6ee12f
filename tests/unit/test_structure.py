"""Where a flattened summary gets its line breaks back."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cleaning.structure import restore
from tests.unit.cases import cases

PIECES = (
    r"# ## * - + > 1. 2. 3) | |--|--| ** ` ``` $ $$ a B word. So: ![i](u.png) http://a.b/c.png \[ é"
)
FLAT = st.lists(st.sampled_from(PIECES.split())).map(" ".join)


def without_white_space(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("case", cases("structure", "broken", "unbroken", "known failures"))
def test_restore(case):
    assert restore(case["text"]) == (case["markdown"], "restored")


@given(FLAT | st.text(max_size=60))
@settings(derandomize=True, max_examples=300)
def test_only_white_space_is_changed(text):
    markdown, structure = restore(text)
    assert without_white_space(markdown) == without_white_space(text)
    assert structure == ("original" if "\n" in text else "restored")


@given(st.text(max_size=40), st.text(max_size=40))
@settings(derandomize=True, max_examples=100)
def test_a_text_with_line_breaks_is_returned_as_it_is(before, after):
    text = f"{before}\n{after}"
    assert restore(text) == (text, "original")


@pytest.mark.parametrize(
    "unit", ["# A ", "- a. ", ". - a", "-", "|-|- a ", "1. ", "** ", "![a](b) "]
)
def test_the_cost_of_a_text_is_bounded(unit):
    text = (unit * 30_000)[:30_000]
    started = time.process_time()
    assert without_white_space(restore(text)[0]) == without_white_space(text)
    assert time.process_time() - started < 10
