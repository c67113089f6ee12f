"""Entries of the list of references that ends a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.references import pointers, references
from tests.unit.cases import cases

PIECES = "[1] [2] [3] A. Roy , . : On Deep nets 2015 (2016) “ ” and et al. ![ # http://a.b".split()
TEXTS = st.lists(st.sampled_from([*PIECES, "\n", "\n\n"]), max_size=25).map(" ".join)


@pytest.mark.parametrize("case", cases("references", "found", "none"))
def test_references(case):
    found = references(case["text"])
    entries = [[str(item.number), item.title, list(item.authors), item.year] for item in found]
    assert entries == case["references"]


@given(TEXTS)
@settings(max_examples=200)
def test_entries_are_apart_in_order_and_at_their_offsets(text):
    position = 0
    for item in references(text):
        assert position <= item.start < item.end <= len(text)
        assert text.startswith(f"[{item.number}]", item.start)
        position = item.end


@given(TEXTS)
@settings(max_examples=200)
def test_pointers_are_outside_entries_and_share_their_fields(text):
    entries = references(text)
    by_number = {entry.number: entry for entry in entries}
    for item in pointers(text, entries):
        assert text[item.start] == "["
        assert not any(entry.start <= item.start < entry.end for entry in entries)
        assert item[3:] == by_number[item.number][3:]


def test_an_entry_ends_before_other_text_on_its_line():
    tails = (" # More", " ![plot](p.png)", " See this post too.", "\n\nMore.", "\n- More")
    for tail in tails:
        text = f"[1] On deep nets, Roy et al., 2016.{tail}"
        (entry,) = references(text)
        assert text[entry.start : entry.end] == "[1] On deep nets, Roy et al., 2016."


@pytest.mark.parametrize("case", cases("references", "pointers"))
def test_numbers_in_brackets_point_at_entries_or_are_an_interval(case):
    found = pointers(case["text"], references(case["text"]))
    assert [item.number for item in found] == case["pointers"]
