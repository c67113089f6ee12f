"""Every way of naming papers, in one form."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.identifiers import (
    ARXIV,
    Identifier,
    also_named,
    parse_arxiv,
    parse_bibtex_key,
    parse_doi,
    parse_url,
)
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases


def named(found: Identifier | None) -> tuple[str | None, int | None]:
    return (found.name, found.version) if found else (None, None)


@pytest.mark.parametrize("case", cases("identifiers", "addresses", "addresses of no paper"))
def test_address(case):
    assert named(parse_url(case["text"])) == (case["identifier"], case["version"])


@pytest.mark.parametrize("case", cases("identifiers", "keys"))
def test_bibtex_key(case):
    assert named(parse_bibtex_key(case["text"])) == (case["identifier"], case["version"])


@pytest.mark.parametrize("case", cases("identifiers", "arxiv numbers"))
def test_arxiv_number(case):
    assert named(parse_arxiv(case["text"])) == (case["identifier"], case["version"])


@pytest.mark.parametrize("case", cases("identifiers", "dois"))
def test_doi(case):
    assert named(parse_doi(case["text"])) == (case["identifier"], case["version"])


@pytest.mark.parametrize("case", cases("identifiers", "other names"))
def test_a_doi_may_hold_another_name(case):
    identifier = parse_doi(case["text"])
    assert identifier is not None
    assert named(also_named(identifier)) == (case["identifier"], case["version"])


@given(st.from_regex(ARXIV, fullmatch=True, alphabet=st.characters(codec="ascii")))
@settings(max_examples=100)
def test_whatever_looks_like_an_arxiv_number_parses_alike_everywhere(number):
    found = parse_arxiv(number)
    assert found is not None
    assert found == parse_arxiv(f"arXiv:{number}") == parse_url(f"https://arxiv.org/abs/{number}")
    assert found.value == re.sub(r"v\d+$|\.[A-Z]{2}(?=/)", "", number)


@pytest.mark.parametrize("unit", ["/", "/http:", "/http://", "a/https:/", "的", "的/"])
def test_the_cost_of_an_address_is_bounded(unit):
    url = "https://arxiv.org/" + (unit * 40_000)[:40_000]
    assert is_linear(parse_url, url[: len(url) // LONGER], url)


@given(st.text(max_size=40))
@settings(max_examples=150)
def test_any_text_is_parsed_or_refused(text):
    for parse in (parse_arxiv, parse_doi, parse_bibtex_key, parse_url):
        found = parse(text)
        assert found is None or found.value
