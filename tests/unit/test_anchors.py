"""Searching for patterns by an anchor."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.anchors import Anchored, places


@pytest.mark.parametrize(
    ("text", "anchor", "found"),
    [
        ("a$b$", "$", [1, 3]),
        ("aaa", "aa", [0, 1]),
        (b"[1] [2]", b"[", [0, 4]),
        ("plain", "$", []),
        ("", "$", []),
    ],
)
def test_places(text, anchor, found):
    assert places(text, anchor) == found


@pytest.mark.parametrize(
    ("anchor", "pattern", "distance", "text", "found"),
    [
        ("[", r"(?<!\w)\[\d\]", 0, "see [1], x[2] and [3]", ["[1]", "[3]"]),
        ("X", r"\barXiv \d", 2, "arXiv 1, barXiv 2, arXiv 3", ["arXiv 1", "arXiv 3"]),
        ("X", r"\barXiv \d", 2, "arxiv 1, arXiv x", []),
        ("X", r"\barXiv", 2, "arXiv, barXiv, arXiv", ["arXiv", "arXiv"]),
        ("X", r"arX", 2, "X", []),
        ("*", r"\*+", 0, "** *", ["**", "*"]),
        ("a", r".aa", 1, "aaaaaa", ["aaa", "aaa"]),
        ("[", r"\[\d\]", 0, "no marks", []),
    ],
)
def test_matches(anchor, pattern, distance, text, found):
    matches = Anchored(anchor, re.compile(pattern), distance).matches(text)
    assert [match[0] for match in matches] == found


PATTERNS = [("[", r"(?<!\w)\[1*\]", 0), ("1", r"(?:a|\*)1+", 1), ("*", r"(?<= )\*+(?=a)", 0)]


@pytest.mark.parametrize(("anchor", "pattern", "distance"), PATTERNS)
@given(text=st.text("a[1]* ", max_size=30))
@settings(max_examples=150)
def test_anchors_find_what_the_pattern_finds(anchor, pattern, distance, text):
    compiled = re.compile(pattern)
    found = Anchored(anchor, compiled, distance).matches(text)
    assert [match.span() for match in found] == [m.span() for m in compiled.finditer(text)]
