"""Restoring the line breaks of flattened summaries."""

import re
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.structure import blocks
from shortscience.pipeline.cleaning.structure import Boundary, confidence, restore
from shortscience.pipeline.scanner import scan
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

PIECES = (
    r"# ## ### * - + > 1. 2. 3) 1) |--|--| | --- ==== *** ** __ ` ``` $ $$ a B The word. So: "
    r"J. ( ) ![i](u.png) [![i](u.png)](v) http://a.b/c.png \[ \] \begin{align} \end{align} é … "
)
BLOCKS = st.sampled_from(
    (
        "# {}",
        "{}\n===",
        "{}",
        "{}\n{}",
        "* {}\n  - {}\n* {}",
        "1. {}\n2. {}\n   * {}",
        "> {}\n> {}",
        "```\n{}\n```",
        "    {}",
        "| {} | b |\n|---|---|\n| {} | d |",
        "![{}](http://example.org/a.png)\nFigure 1: {}",
        "$$\n{}\n$$",
        "**{}** {}",
        "---",
    )
)
WORDS = st.sampled_from(
    (
        "It flies. The authors say so",
        "kites: they fly!",
        "In this paper, we fold paper. To summarize, it flies.",
        "a b",
        "Ada",
        "`x = 1` and $a > b$",
        "1) a line, 2) a tail",
        "Why? Wind.",
    )
)
MARKDOWN = st.lists(
    st.tuples(BLOCKS, st.tuples(WORDS, WORDS, WORDS)).map(lambda both: both[0].format(*both[1])),
    min_size=1,
    max_size=8,
).map("\n\n".join)
FLAT = st.lists(st.sampled_from(PIECES.split())).map(" ".join)
GAPPED = st.lists(
    st.tuples(st.sampled_from(PIECES.split()), st.sampled_from([" ", " ", "  ", "    "])).map(
        "".join
    )
).map(lambda pieces: "".join(pieces).strip())


def flatten(text: str) -> str:
    return " ".join(text.split())


def without_white_space(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("case", cases("structure", "broken", "unbroken", "known failures"))
def test_restore(case):
    assert restore(case["text"])[:2] == (case["markdown"], "restored")


@given(FLAT | MARKDOWN.map(flatten))
@settings(max_examples=500)
def test_line_breaks_stand_where_spaces_were(text):
    markdown = restore(text).markdown
    assert flatten(markdown) == text
    assert not re.search(r" \n|\n{3}", markdown)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_only_white_space_is_changed(text):
    markdown, structure = restore(text)[:2]
    assert without_white_space(markdown) == without_white_space(text)
    assert structure == ("original" if "\n" in text else "restored")


@given(MARKDOWN.map(flatten))
@settings(max_examples=200)
def test_a_boundary_is_a_space_and_prose_begins_a_line_there(text):
    markdown, _, _, boundaries = restore(text)
    line_starts = set(accumulate(len(line.split()) for line in markdown.split("\n")))
    for start, kind, probability in boundaries:
        assert text[start - 1] == " "
        assert 0 < probability < 1
        if kind in ("paragraph", "run-in") or kind.startswith("behind"):
            assert len(text[:start].split()) in line_starts


@given(GAPPED)
@settings(max_examples=300)
def test_several_spaces_stay_within_lines_and_become_line_breaks_between_them(text):
    markdown, _, moved, _ = restore(text)
    position = 0
    for line in filter(None, (line.strip(" ") for line in markdown.split("\n"))):
        start = text.index(line, position)
        assert not text[position:start].strip(" ")
        position = start + len(line)
    assert not text[position:].strip(" ")
    spans = scan(text)
    assert [markdown[span.start : span.end].split() for span in moved] == [
        text[span.start : span.end].split() for span in spans
    ]


def test_boundaries_between_several_spaces_are_places_in_the_text():
    text = "Kites fly.  They need wind. It lifts.   # Why  It is light.  ## How"
    found = restore(text).boundaries
    assert [text[boundary.start :].split()[0] for boundary in found] == ["They", "#", "It", "##"]
    assert all(text[boundary.start - 1] == " " for boundary in found)


def test_the_confidence_is_the_mean_of_the_boundaries():
    boundaries = [Boundary(3, "item", 0.9), Boundary(9, "paragraph", 0.6)]
    assert confidence(boundaries) == 0.75
    assert confidence(restore("It flies.").boundaries) is None
    assert confidence(restore("# A\n\nIt flies.").boundaries) is None


@given(FLAT)
@settings(max_examples=100)
def test_given_spans_give_the_same_result(text):
    assert restore(text, scan(text)) == restore(text)


@pytest.mark.parametrize("case", cases("structure", "broken"))
def test_restored_lines_are_blocks_to_a_markdown_parser(case):
    starts = {block.token for block in blocks(case["markdown"])}
    for part in case["markdown"].split("\n\n"):
        before = case["markdown"][: case["markdown"].index(part)]
        if not re.match(r"-{3,}|\*{3,}|> |\[\w+\]: ", part):
            assert len(before.split()) in starts


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=100)
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
        "| a | $b$ | |---|---| | 1 | $2$ | ",
    ],
)
def test_the_cost_of_a_text_is_bounded(unit):
    text = (unit * 20_000)[:40_000]
    assert without_white_space(restore(text)[0]) == without_white_space(text)
    assert is_linear(restore, text[: len(text) // LONGER], text)


@settings(max_examples=200)
@given(FLAT)
def test_spans_are_moved_with_the_line_breaks(text):
    """Code, math and addresses stay the same except for white space inside."""
    spans = scan(text)
    markdown, _, moved, _ = restore(text, spans)
    assert [span.kind for span in moved] == [span.kind for span in spans]
    for before, after in zip(spans, moved, strict=True):
        for start, end in (("start", "end"), ("inner_start", "inner_end")):
            was = text[getattr(before, start) : getattr(before, end)]
            now = markdown[getattr(after, start) : getattr(after, end)]
            assert without_white_space(now) == without_white_space(was)
