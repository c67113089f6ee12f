"""Summaries as HTML: what is shown, and that nothing of a hostile summary can act."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shortscience.pipeline.report.markdown import to_html
from shortscience.pipeline.report.mathml import to_mathml
from tests.unit.cases import cases

TEXT = "p br hr h3 h4 h5 h6 ul ol li blockquote em strong s code pre table thead tbody tr th td div"
MATH = "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover"
MATH += " munderover mmultiscripts mprescripts mtable mtr mtd mstyle mpadded mphantom menclose none"
ELEMENTS = {*TEXT.split(), *MATH.split(), "a", "span", "button", "small", "report"}
WEB = "http://", "https://"


def assert_harmless(html: str) -> None:
    """Whatever a browser would make of it, there is nothing in it that acts or loads."""
    # The strict parser: markup that is not well formed could be read in two ways.
    closed = re.sub("<(br|hr)>", r"<\1/>", html)
    tree = etree.fromstring(f"<report>{closed}</report>".encode())
    for element in tree.iter():
        assert element.tag in ELEMENTS, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"style", "src", "id", "srcdoc", "name", "xlink:href"}
            if name in {"href", "data-image"}:
                assert value.startswith(WEB)
                assert urlsplit(value).hostname
            if name == "class":
                assert value in {
                    "address",
                    "image",
                    "scroll",
                    "source",
                    "formula",
                    "formula display",
                }


@pytest.mark.parametrize("case", cases("report_markdown", "shown"))
def test_shown(case):
    assert to_html(case["markdown"]).strip() == case["html"]
    assert_harmless(to_html(case["markdown"]))


@pytest.mark.parametrize("case", cases("report_markdown", "hostile"))
def test_hostile(case):
    # Parquet holds any character; browsers show the few that XML refuses as nothing.
    assert_harmless(re.sub("[\x00-\x08]", "", to_html(case["text"])))


HOSTILE = [case.values[0]["text"] for case in cases("report_markdown", "hostile")]
PIECES = [
    "$",
    "$$",
    "`",
    "```\n",
    "[",
    "](",
    ")",
    "![",
    "<",
    ">",
    "\n\n",
    "\n",
    "# ",
    "|",
    "\n|-|\n",
]
PIECES += [
    "> ",
    "- ",
    "1. ",
    "*",
    "\\",
    "&#",
    "http://",
    "javascript:",
    '"',
    "'",
    "{",
    "}",
    "\\text{",
]
PIECES += ["\\begin{align}", "\\end{align}", "\\href{", "_", "^", "formula0e", "x", "é", "𝔁"]


@given(st.lists(st.sampled_from([*PIECES, *HOSTILE[:12]]), max_size=20).map("".join))
@settings(derandomize=True, max_examples=600, deadline=None)
def test_whatever_is_put_together_is_harmless(text):
    assert_harmless(to_html(text))


@pytest.mark.parametrize("piece", ["[", "![", "> ", "- ", "*a ", "`", "$\\frac{", "<", "&", "|"])
def test_repetition_does_not_fail(piece):
    assert_harmless(to_html(piece * 5_000))


@pytest.mark.parametrize(
    ("latex", "mathml"),
    [
        (r"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\text{a < b & c}", "<mtext>a\xa0&lt;\xa0b\xa0&amp;\xa0c</mtext>"),
        (r"\arg\max_x", "<mo>max</mo>"),
        (r"a \nonumber", "<mi>a</mi>"),
        (r"\color{red}{x}", "<mi>x</mi>"),
        (r"\hspace{9999em}x", "<mspace></mspace>"),
    ],
)
def test_a_formula_as_mathml(latex, mathml):
    assert mathml in (to_mathml(latex, display=False) or "")


@pytest.mark.parametrize(
    "latex",
    [r"\foo", r"\left( a", "{" * 300, r"\def\a{aa}\a", r"\newcommand{\a}{a}\a", "x" * 2_001],
)
def test_what_cannot_be_shown_faithfully_is_not_converted(latex):
    assert to_mathml(latex, display=True) is None
