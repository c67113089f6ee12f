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
@settings(max_examples=150)
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


@pytest.mark.parametrize(
    ("text", "context"),
    [
        pytest.param(
            "It flies. See [Kites? On wind](https://arxiv.org/abs/1611.03530) too. Yes.",
            "See [Kites? On wind](https://arxiv.org/abs/1611.03530) too.",
            id="a label of two sentences",
        ),
        pytest.param(
            "It flies. See kites? On wind (https://arxiv.org/abs/1611.03530) too. Yes.",
            "On wind (https://arxiv.org/abs/1611.03530) too.",
            id="two sentences before an address",
        ),
        pytest.param(
            "](https://arxiv.org/abs/1611.03530) flies. Yes.",
            "](https://arxiv.org/abs/1611.03530) flies.",
            id="a label that nothing opens",
        ),
    ],
)
def test_the_context_of_a_link_has_its_whole_label(text, context):
    assert [item.context for item in cited(text)] == [context]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param("Fawzi et al. study nets.", ["Fawzi et al."], id="at the beginning"),
        pytest.param("# Idea\n\n**Fawzi et al.** study nets.", ["Fawzi et al."], id="after marks"),
        pytest.param(
            "## Summary Fawzi et al. study nets.", ["Fawzi et al."], id="heading on its line"
        ),
        pytest.param("Inspired by biology, Roy et al. propose it.", ["Roy et al."], id="clause"),
        pytest.param("It is new. In this paper, Roy et al. test it.", ["Roy et al."], id="said so"),
        pytest.param("Roy et al. say a. Later, Roy et al. say b.", ["Roy et al."] * 2, id="again"),
        pytest.param("In order to solve this task, Roy et al. ask.", ["Roy et al."], id="purpose"),
        pytest.param("It is old. This 2015 paper, by Roy et al, asks.", ["Roy et al"], id="byline"),
        pytest.param("An earlier paper, by Roy et al, asks.", [], id="of another paper"),
        pytest.param("Roy et al. (2016) study nets.", [], id="with a year"),
        pytest.param("It is similar to the work by Hein et al. and to others.", [], id="by others"),
        pytest.param("Nets fail. Roy et al. have shown why.", [], id="in a later sentence"),
    ],
)
def test_the_authors_a_summary_is_about_are_its_subject(text, subjects):
    assert [item.raw.strip("*") for item in cited(text) if item.subject] == subjects


def test_a_reference_and_the_identifier_in_it_are_one_mention():
    text = (
        "As [1] and [2] say.\n\n[1] Nets that fold, Roy and Ito, 2014, arXiv:1611.03530\n"
        "[2] Nets that bend, Ito and Lee, 2015, https://doi.org/10.1000/abcdef"
    )
    found = [(item.kind, item.key, item.identified) for item in cited(text)]
    first, second = ("reference", "1", "arxiv:1611.03530"), ("reference", "2", "doi:10.1000/abcdef")
    assert found == [first, second, first, second]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("[Roy et al. (2016)](https://arxiv.org/abs/1611.03530)", ["arxiv"], id="link"),
        pytest.param(
            "[the net of Roy et al.][2]\n\n[2]: https://arxiv.org/abs/1611.03530",
            ["arxiv"],
            id="link by name",
        ),
        pytest.param(
            "[Roy et al. (2016)](http://example.org/roy)", ["mention"], id="link to no paper"
        ),
        pytest.param(
            "Roy et al. (2016), https://arxiv.org/abs/1611.03530",
            ["mention", "arxiv"],
            id="beside a link",
        ),
        pytest.param(
            "[1] Nets that fold, Roy and Ito, 2014, [pdf](http://example.org/a.pdf)",
            ["reference"],
            id="file in an entry",
        ),
        pytest.param(
            "It folds [1].\n\n[1] https://arxiv.org/abs/1611.03530",
            ["reference", "reference"],
            id="entry that is an address, and a pointer",
        ),
        pytest.param(
            "It folds [1].\n\n[1] http://example.org/a.pdf",
            ["paper-link"],
            id="entry that is a file",
        ),
        pytest.param(
            "[1] Nets that fold, Roy and Ito, 2014, arXiv:1611.03530, arXiv:1611.03531",
            ["reference", "arxiv", "arxiv"],
            id="two works in an entry",
        ),
    ],
)
def test_one_mention_of_one_work_is_one_citation(text, kinds):
    assert [item.kind for item in cited(text)] == kinds
