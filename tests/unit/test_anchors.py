"""Searching by an anchor finds what the pattern alone would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.anchors import Anchored, places


@pytest.mark.parametrize(
    ("text", "anchor", "found"),
    [
        pytest.param("a [b] [c]", "[", [2, 6], id="each place"),
        pytest.param("a b", "[", [], id="no place"),
        pytest.param("aaa", "aa", [0, 1], id="places that overlap"),
        pytest.param(b"a|b|", b"|", [1, 3], id="bytes"),
    ],
)
def test_places(text, anchor, found):
    assert places(text, anchor) == found


@pytest.mark.parametrize(
    ("pattern", "anchor", "distance", "text", "found"),
    [
        pytest.param(r"\[\d\]", "[", 0, "[1] and [2]", ["[1]", "[2]"], id="anchor first"),
        pytest.param(r"abs/\d+", "/", 3, "abs/12, /34, pdf/56", ["abs/12"], id="anchor within"),
        pytest.param(r"ab/\d", "/", 2, "/1", [], id="text begins too late for a match"),
        pytest.param(r"(?<!\w)\[\d\]", "[", 0, "x[1] [2]", ["[2]"], id="what stands before"),
        pytest.param(r"\[\[.\]", "[", 0, "[[[1]", ["[[1]"], id="a place that begins no match"),
        pytest.param(r"\[+", "[", 0, "[[[ [", ["[[[", "["], id="matches never overlap"),
    ],
)
def test_matches(pattern, anchor, distance, text, found):
    anchored = Anchored(anchor, re.compile(pattern), distance)
    assert [match[0] for match in anchored.matches(text)] == found


@given(st.text("ab/[1 ", max_size=30))
def test_matches_are_those_of_the_pattern_alone(text):
    for pattern, anchor, distance in ((r"[ab]/\d?", "/", 1), (r"(?<!a)\[.", "[", 0)):
        compiled = re.compile(pattern)
        spans = [match.span() for match in Anchored(anchor, compiled, distance).matches(text)]
        assert spans == [match.span() for match in compiled.finditer(text)]
