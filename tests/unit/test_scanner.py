"""What is marked as code, math and URL, and what is left as prose."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scanner import Covered, outside, scan, trim_url
from tests.unit.cases import cases

SECTIONS = ("code", "math", "addresses", "prose", "known failures")
PIECES = st.sampled_from(
    r"$ $$ ` ``` \[ \] \( \) \begin{align} \end{align} ]( ( ) [ < > http:// www. \ _ ^ = x 5".split()
    + [" ", "\n", "\n\n", "é", "𝔁"]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize("case", cases("scanner", *SECTIONS))
def test_spans(case):
    text = case["text"]
    found = [[span.kind, text[span.inner_start : span.inner_end]] for span in scan(text)]
    assert found == case["spans"]


@given(TEXTS)
@settings(derandomize=True, max_examples=400)
def test_spans_are_ordered_and_inside_the_text(text):
    position = 0
    for span in scan(text):
        assert position <= span.start <= span.inner_start <= span.inner_end <= span.end
        assert span.start < span.end <= len(text)
        position = span.end


@given(TEXTS)
@settings(derandomize=True, max_examples=200)
def test_spans_and_what_is_outside_tile_the_text(text):
    spans = scan(text)
    between = list(outside(spans, len(text)))
    tiles = sorted([*between, *((span.start, span.end) for span in spans)])
    assert "".join(text[start:end] for start, end in tiles) == text
    covered = Covered(spans)
    assert [i for i in range(len(text)) if i not in covered] == [
        i for start, end in between for i in range(start, end)
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("$", "$a", "$ ", "`", "` ", "b `", "```a ", "[", "](", "](a(", "[a](", "<", "http://"),
        *("www.a.b", "(", r"\[", r"\[=", r"\(", r"\begin{align}", "\\", "\\$", "$$a", "\n", " "),
    ],
)
def test_the_cost_of_a_text_is_bounded(unit):
    """100 kB of what opens and never closes take a second or so; quadratic cost would take minutes."""
    text = (unit * 100_000)[:100_000]
    assert all(span.end <= len(text) for span in scan(text))


def test_a_closing_delimiter_far_away_closes_nothing():
    for opening, closing in [("`", "`"), ("$", "$"), ("$$", "$$"), (r"\[=", r"\]")]:
        assert scan(f"{opening}{'x' * 50_000}{closing}") == []


def test_flattening_a_text_changes_no_span():
    text = "A `b`\nc $x$ d\n\n$$\ny = 1\n$$\n\n```\nz\n```\n[e](http://example.org/f)\n"
    flat = re.sub(r"\s+", " ", text)
    kinds = ["code", "inline", "display", "code", "url"]
    assert [span.kind for span in scan(text)] == [span.kind for span in scan(flat)] == kinds


@pytest.mark.parametrize(
    ("url", "trimmed"),
    [
        ("http://a.b/c.", "http://a.b/c"),
        ("http://a.b/(c))", "http://a.b/(c)"),
        ("http://a.b/c).**", "http://a.b/c"),
        ("http://a.b/c?d=1", "http://a.b/c?d=1"),
    ],
)
def test_an_address_gives_back_what_belongs_to_its_sentence(url, trimmed):
    assert trim_url(url) == trimmed
