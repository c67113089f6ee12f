"""Images and links."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.addresses import Image, Link, addresses
from shortscience.pipeline.scanner import scan
from tests.unit.cases import cases

PIECES = '![ [ a ]( ) http://a.b/ www.a.b u.png <a href=" <img src=" "> </a> < > ` $ ]'.split()
PIECES += ["[x]", "[x]: ", "[]"]
TEXTS = st.lists(st.sampled_from([*PIECES, " ", "\n", "é𝔁"]), max_size=15).map("".join)


def described(item: Image | Link) -> list[str | None]:
    if isinstance(item, Image):
        return ["image", item.url, item.alt, item.raw]
    return ["link", item.url, item.label, item.raw]


@pytest.mark.parametrize("case", cases("addresses", "images", "links", "by name", "none"))
def test_addresses(case):
    found = addresses(case["text"], scan(case["text"]))
    assert [described(item) for item in found] == case["found"]


@given(TEXTS | st.text(max_size=60))
@settings(max_examples=200)
def test_raw_is_the_text_at_the_offsets(text):
    for item in addresses(text, scan(text)):
        assert text[item.start : item.end] == item.raw
        if isinstance(item, Link):
            assert item.start <= item.url_start <= item.url_end <= item.end
            named = text[item.url_start : item.url_end]
            escaped = "\\" in named or "&" in named
            assert escaped or named in item.url or named == item.raw


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.org:80/a", "example.org"),
        ("www.example.org", "www.example.org"),
        ("http://[broken", ""),
    ],
)
def test_host(url, host):
    assert [item.host for item in addresses(url, scan(url))] == [host]
