"""Every kind of citation, with its key and its context."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.addresses import Link, addresses
from shortscience.pipeline.extraction.citations import Citation, citations
from shortscience.pipeline.scanner import Covered, scan
from tests.unit.cases import cases

PIECES = [
    *(r"\cite{a/B1}", "arXiv:1611.03530", "doi:10.1000/x", "Roy et al. (2016)", "(Kim, 2014)"),
    *("https://arxiv.org/abs/1611.03530", "[it](http://example.org/p.pdf)", "[1] Deep Nets, Roy,"),
    *("2015", "`", "$", "$$", ". ", "\n", "And so", "é𝔁"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


def cited(text: str) -> list[Citation]:
    spans = scan(text)
    links = [item for item in addresses(text, spans) if isinstance(item, Link)]
    return citations(text, spans, links)


@pytest.mark.parametrize("case", cases("citations", "found", "none"))
def test_citations(case):
    assert [[item.kind, item.raw, item.key] for item in cited(case["text"])] == case["citations"]


@given(TEXTS)
@settings(derandomize=True, max_examples=150)
def test_citations_are_in_order_at_their_offsets_and_inside_their_context(text):
    found = cited(text)
    opaque = Covered([span for span in scan(text) if span.kind != "url"])
    assert [item.start for item in found] == sorted(item.start for item in found)
    for item in found:
        assert text[item.start : item.end] == item.raw
        assert item.raw.strip() in item.context
        assert item.context in text
        assert item.start not in opaque
        assert 0 < item.confidence <= 1
