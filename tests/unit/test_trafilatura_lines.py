"""Cutting a dump into records: nothing lost, nothing added."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.pieces import covering
from shortscience.pipeline.sources.trafilatura_lines import parse, recognise
from tests.unit.cases import cases

FRAGMENTS = [
    *(b"[link]\n", b"[link]\r\n", b"[link]", b"\n", b" ![]() |\n", b" |\n", b" ![]()\n", b"|\n"),
    *(b" ", b"2 Comments\n|\n", b"1 Comment\r\n|\r\n", b"Welcome to ShortScience.org!\n"),
    *(b"![]()", b"text"),
]
ANYTHING = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=6), max_size=25).map(b"".join)
SUMMARY = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="|]"), min_size=1, max_size=12
)
SUMMARIES = st.lists(SUMMARY, min_size=1, max_size=4).map(" ".join)
TRAILERS = st.sampled_from(
    [
        *(" ![]() |\n", " |\n", " ![]() |\r\n", " ![]()\n2 Comments\n|\n"),
        *(" ![]()\n1 Comment\n|\n", "\n3 Comments\n|\n", "\r\n1 Comment\r\n|\r\n"),
        " ![]()\r\n12 Comments\r\n|\r\n",
    ]
)


@pytest.mark.parametrize("case", cases("trafilatura_lines", "pages", "damaged"))
def test_page(case):
    data = case["text"].encode()
    pieces = list(covering(parse(data), len(data)))
    records = [piece for piece in pieces if piece.kind == "record"]
    rejected = [piece for piece in pieces if piece.kind == "rejected"]
    assert [p.body for p in records] == case["records"]
    assert [[data[p.start : p.end].decode(), p.reason] for p in rejected] == case["rejected"]


@given(ANYTHING)
@settings(max_examples=200)
def test_pieces_cover_every_byte_of_any_input(data):
    pieces = list(covering(parse(data), len(data)))
    assert b"".join(data[piece.start : piece.end] for piece in pieces) == data
    for piece in pieces:
        assert (piece.reason is not None) == (piece.kind == "rejected")
        if piece.kind == "record":
            assert piece.body == piece.body.strip(" \t\r\n") != ""
            raw = decode(data[piece.start : piece.end])
            assert piece.body in raw.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(st.tuples(SUMMARIES, TRAILERS), max_size=4), st.booleans())
@settings(max_examples=150)
def test_the_text_is_exactly_the_bytes_between_mark_and_trailer(written, greeting):
    page = "Welcome to ShortScience.org!\n![]() ![]()\n" if greeting else ""
    page += "".join(f"[link]\n{text}{trailer}" for text, trailer in written)
    data = page.encode()
    records = [piece for piece in parse(data) if piece.kind == "record"]
    texts = [piece.body for piece in records]
    assert texts == [text for text, _ in written]


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (b"[link]\nText ![]() |\n", True),
        (b"Welcome to ShortScience.org!\n", True),
        (b"<html>[link]</html>", False),
        (b"A text about a [link] somewhere.", False),
        (b"", False),
    ],
)
def test_recognise(data, known):
    assert recognise(data) is known


@pytest.mark.parametrize(
    "unit", [b"[link]\n", b"|", b" |\n", b"![]()", b" ", b"\n", b"1 Comment\n"]
)
def test_large_damaged_pages_are_parsed(unit):
    data = b"[link]\n" + unit * 20_000
    assert sum(piece.end - piece.start for piece in parse(data)) == len(data)
