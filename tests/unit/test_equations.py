"""Formulas, and whether they are well formed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.equations import _is_plain, _parses, equations, well_formed
from shortscience.pipeline.scanner import scan
from tests.unit.cases import cases

PIECES = r"$ $$ \[ \] \( \) \frac{a}{b} { } \left( \right) x_1 = ` http://a.b/".split()
TEXTS = st.lists(st.sampled_from([*PIECES, " ", "\n", "é𝔁"]), max_size=15).map("".join)


@pytest.mark.parametrize("case", cases("equations", "found", "malformed"))
def test_equations(case):
    found = equations(case["text"], scan(case["text"]))
    assert [[item.latex, item.display, item.well_formed] for item in found] == case["equations"]


@given(TEXTS | st.text(max_size=60))
@settings(max_examples=150)
def test_raw_is_the_text_at_the_offsets(text):
    for item in equations(text, scan(text)):
        assert text[item.start : item.end] == item.raw
        assert item.latex in item.raw


def test_deep_nesting_raises_nothing():
    assert isinstance(well_formed("{" * 5_000 + "}" * 5_000), bool)


PARTS = r"\alpha \frac \hat \mathbf \text \sqrt \left( \right) \begin{cases} \end{cases} \, \{ \}"
PARTS += r" \\ \| { } {a} [ ] ( ) ^ _ x 2 & % # ~ -- '' \foo \not \vec {b}{c} \$ \( é"


@given(st.lists(st.sampled_from([*PARTS.split(), " ", "\n"]), max_size=9).map("".join))
@settings(max_examples=3_000)
def test_formulas_that_skip_the_parser_would_pass_it(latex):
    if _is_plain(latex):
        assert _parses(latex)


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\alpha_{i} + \hat{x}^2", True),
        (r"\mathbb {R}", True),
        (r"x \in \{1, 2\}", True),
        (r"\sqrt{2}", True),
        (r"\sqrt[3]{2}", False),
        (r"\frac{a}{b} + \frac {\frac{1}{2}} {\hat{b}}", True),
        (r"\frac{a}b", False),
        (r"\frac{a} + {b}", False),
        (r"\frac{\frac{a}}{b}", False),
        (r"\hat x + \mathcal 2", True),
        (r"\hat \alpha", False),
        (r"\frac 12", False),
        ("{a", False),
        ("a}{", False),
        ("50%", False),
        ("{" * 60 + "}" * 60, False),
    ],
)
def test_plain_formulas_skip_the_parser(latex, plain):
    assert _is_plain(latex) == plain
