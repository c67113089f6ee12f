"""Summaries as HTML: what is shown, and that hostile summaries have no effect."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shortscience.pipeline.report.markdown import PaperLink, to_html, to_inline_html
from shortscience.pipeline.report.mathml import to_mathml
from tests.unit.cases import cases

TEXT = "p br hr h3 h4 h5 h6 ul ol li blockquote em strong s code pre table thead tbody tr th td div"
MATH = "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover"
MATH += " munderover mmultiscripts mprescripts mtable mtr mtd mstyle mpadded mphantom menclose none"
ELEMENTS = {*TEXT.split(), *MATH.split(), "a", "span", "button", "small", "mark", "report"}
WEB = "http://", "https://"


def assert_harmless(html: str) -> None:
    """Assert that nothing in the HTML runs or loads, however a browser parses it."""
    # A strict parser, as malformed markup is ambiguous.
    closed = re.sub("<(br|hr)>", r"<\1/>", html)
    tree = etree.fromstring(f"<report>{closed}</report>".encode())
    for element in tree.iter():
        assert element.tag in ELEMENTS, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"style", "src", "id", "srcdoc", "name", "xlink:href"}
            if name in {"href", "data-image"} and element.get("class") != "paper":
                assert value.startswith(WEB)
                assert urlsplit(value).hostname
            if name == "class":
                assert value in {
                    "left",
                    "right",
                    "paper",
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


@pytest.mark.parametrize("case", cases("report_markdown", "linked"))
def test_a_mention_of_a_known_paper_links_to_it(case):
    start = case["markdown"].index(case["mention"])
    link = PaperLink(start, start + len(case["mention"]), "doi:10.1/x")
    assert to_html(case["markdown"], [link]).strip() == case["html"]


@pytest.mark.parametrize("case", cases("report_markdown", "sentences"))
def test_a_sentence(case):
    assert to_inline_html(case["sentence"], case["mention"]) == case["html"]
    assert_harmless(case["html"])


@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 60), st.text(max_size=9))
def test_any_link_is_harmless(text, start, length, paper_id):
    link = PaperLink(min(start, len(text)), min(start + length, len(text)), f"doi:{paper_id}")
    html = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", to_html(text, [link]))
    assert_harmless(html)
    for address in re.findall('class="paper" href="([^"]*)"', html):
        assert re.fullmatch(r"#doi:[\w.:/~%-]*", address, re.ASCII)


@pytest.mark.parametrize("case", cases("report_markdown", "hostile"))
def test_a_hostile_sentence(case):
    text = re.sub("[\x00-\x08]", "", case["text"])
    for mention in (text, text[:7], text[3:12]):
        assert_harmless(to_inline_html(text, mention))


@pytest.mark.parametrize("case", cases("report_markdown", "hostile"))
def test_hostile(case):
    # Parquet allows any character; browsers ignore the few that XML refuses.
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
@settings(max_examples=600)
def test_any_text_is_harmless(text):
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
        (r"\mathbb R", "<mi>ℝ</mi>"),
        (r"\mathcal X", "<mi>𝒳</mi>"),
        (r"{\bf x}, 1", "<mi>𝐱</mi>"),
        (r"\boldsymbol{\theta}", "<mi>𝜽</mi>"),
        (r"\texttt{a_1}", "<mtext>𝚊_𝟷</mtext>"),
        (r"\mathrm d x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
        (r"\begin{cases} a & b \end{cases}", '<mtd class="left"><mi>a</mi></mtd>'),
        (r"\begin{align} a &= b \end{align}", '<mtd class="right"><mi>a</mi></mtd>'),
    ],
)
def test_a_formula_as_mathml(latex, mathml):
    assert mathml in (to_mathml(latex, display=False) or "")


@pytest.mark.parametrize(
    "latex",
    [r"\foo", r"\left( a", "{" * 300, r"\def\a{aa}\a", r"\newcommand{\a}{a}\a", "x" * 2_001],
)
def test_unfaithful_formulas_are_not_converted(latex):
    assert to_mathml(latex, display=True) is None
