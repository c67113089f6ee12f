"""Where a flattened summary gets its line breaks back."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.structure import blocks
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.scanner import scan
from tests.unit.cases import cases

PIECES = (
    r"# ## ### * - + > 1. 2. 3) 1) |--|--| | --- ==== *** ** __ ` ``` $ $$ a B The word. So: "
    r"J. ( ) ![i](u.png) [![i](u.png)](v) http://a.b/c.png \[ \] \begin{align} \end{align} é … "
)
FLAT = st.lists(st.sampled_from(PIECES.split())).map(" ".join)


def without_white_space(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("case", cases("structure", "broken", "unbroken", "known failures"))
def test_restore(case):
    assert restore(case["text"])[:2] == (case["markdown"], "restored")


@given(FLAT | st.text(max_size=60))
@settings(derandomize=True, max_examples=300)
def test_only_white_space_is_changed(text):
    markdown, structure = restore(text)[:2]
    assert without_white_space(markdown) == without_white_space(text)
    assert structure == ("original" if "\n" in text else "restored")


@given(FLAT)
@settings(derandomize=True, max_examples=100)
def test_spans_that_are_known_make_no_difference(text):
    assert restore(text, scan(text)) == restore(text)


@given(FLAT)
@settings(derandomize=True, max_examples=200)
def test_line_breaks_stand_where_spaces_were(text):
    markdown = restore(text).markdown
    assert " ".join(markdown.split()) == text
    assert not re.search(r" \n|\n{3}", markdown)


@pytest.mark.parametrize("case", cases("structure", "broken"))
def test_what_begins_a_line_is_a_block_to_a_markdown_parser(case):
    starts = {block.token for block in blocks(case["markdown"])}
    for part in case["markdown"].split("\n\n"):
        before = case["markdown"][: case["markdown"].index(part)]
        if not re.match(r"-{3,}|\*{3,}|> ", part):
            assert len(before.split()) in starts


@given(st.text(max_size=40), st.text(max_size=40))
@settings(derandomize=True, max_examples=100)
def test_a_text_with_line_breaks_is_returned_as_it_is(before, after):
    text = f"{before}\n{after}"
    assert restore(text)[:2] == (text, "original")


@pytest.mark.parametrize(
    "unit",
    [
        *("* ", "# ", "|--|", "|--| ", "1. ", "1) 2) ", "9", "> ", "** ", "- | ", "| - ", "==== "),
        *("# A ", "- a. ", ". - a", "-", "|-|- a ", "> 1. a ", "1. 2. ", "A ==== ", "a The b "),
        *("A. ", "A: ", "**A** B. ", "![a](b) ", "[![", "``` a ``` ", "$$a$$ ", "--- ", "# a - b "),
        *("a | b --|-- c | d ", "| a | b | |---|---| | 1 | 2 | ", "x * (1 ", "1. a 2. "),
    ],
)
def test_the_cost_of_a_text_is_bounded(unit):
    text = (unit * 50_000)[:100_000]
    started = time.process_time()
    assert without_white_space(restore(text)[0]) == without_white_space(text)
    # A twentieth of it is usual on a slow machine; quadratic cost would be minutes.
    assert time.process_time() - started < 10


@settings(derandomize=True, max_examples=200)
@given(FLAT)
def test_spans_are_moved_with_the_line_breaks(text):
    """Code, math and addresses stay what they are, but for the white space within."""
    spans = scan(text)
    markdown, _, moved, _ = restore(text, spans)
    assert [span.kind for span in moved] == [span.kind for span in spans]
    for before, after in zip(spans, moved, strict=True):
        for start, end in (("start", "end"), ("inner_start", "inner_end")):
            was = text[getattr(before, start) : getattr(before, end)]
            now = markdown[getattr(after, start) : getattr(after, end)]
            assert without_white_space(now) == without_white_space(was)
