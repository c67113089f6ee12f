"""Mentions of papers on a summary's page: their links, and grouping by work."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.report.markdown import to_html
from shortscience.pipeline.report.slices import Row, Slice
from shortscience.pipeline.report.summary_pages import links_to_papers, mentioned_works
from tests.growth import LONGER, is_linear


def citation(text: str, raw: str, **values: Any) -> Row:
    start = text.index(raw)
    given: Row = {"kind": "cite", "cited_paper_id": "arxiv:1", "title": None, "key": "k"}
    place = {"raw": raw, "start": start, "end": start + len(raw), "citation_id": f"c{start}"}
    return given | place | {"context": text} | values


def linked(text: str, markdown: str, *citations: Row) -> list[str]:
    summary = {"text": text, "markdown": markdown}
    return [markdown[link.start : link.end] for link in links_to_papers(summary, citations)]


ENTRY = "[1] A Title, Ann Lee, 2016"


@pytest.mark.parametrize(
    ("text", "mention", "values", "links"),
    [
        ("see \\cite{a} there", "\\cite{a}", {}, ["\\cite{a}"]),
        ("see \\cite{a} there", "\\cite{a}", {"cited_paper_id": None}, []),
        ("see arXiv:1 there", "arXiv:1", {"kind": "arxiv"}, []),
        ("as [1] says", "[1]", {"kind": "reference"}, ["[1]"]),
        (ENTRY, ENTRY, {"kind": "reference", "title": "A Title"}, ["A Title"]),
        (ENTRY, ENTRY, {"kind": "reference", "title": "Another"}, ["[1]"]),
        ("[1] *A* b, 2016", "[1] *A* b, 2016", {"kind": "reference", "title": "*A* b"}, ["[1]"]),
    ],
)
def test_the_linked_piece_of_a_mention(
    text: str, mention: str, values: Row, links: list[str]
) -> None:
    assert linked(text, text, citation(text, mention, **values)) == links


@given(st.lists(st.sampled_from(["word", "[1]", "é", "$x$"]), min_size=1, max_size=12))
def test_a_link_is_found_whatever_white_space_the_markdown_has(words: list[str]) -> None:
    text = " ".join([*words, "\\cite{a}", "end"])
    markdown = "\n\n".join([*words, "\\cite{a}", "end"])
    assert linked(text, markdown, citation(text, "\\cite{a}")) == ["\\cite{a}"]


def test_overlapping_mentions_are_one_link() -> None:
    text = "see \\cite{a,b}"
    both = [citation(text, "\\cite{a,b}", cited_paper_id=f"arxiv:{n}") for n in (1, 2)]
    assert linked(text, text, *both) == ["\\cite{a,b}"]


CITED = "\\cite{journals/corr/KingmaB14}"


@pytest.mark.parametrize(
    "piece", [f"see {CITED} there ", f"{CITED}: ", f"{CITED}:\n", f"$x$ {CITED} "]
)
def test_many_mentions_take_linear_time(piece: str) -> None:
    def mentions(count: int) -> tuple[str, list[Row]]:
        at = piece.index(CITED)
        starts = (at + number * len(piece) for number in range(count))
        rows = [citation(CITED, CITED, start=n, end=n + len(CITED)) for n in starts]
        return piece * count, rows

    def show(given: tuple[str, list[Row]]) -> None:
        text, rows = given
        links = list(links_to_papers({"text": text, "markdown": text}, rows))
        assert len(links) == len(rows)
        to_html(text, links)

    assert is_linear(show, mentions(300), mentions(300 * LONGER))


def test_a_reference_and_its_pointers_are_one_work() -> None:
    text = f"As [1] says. As Kim (2014) says. {ENTRY}"
    kind = {"kind": "reference", "key": "1", "cited_paper_id": None}
    rows = [
        citation(text, "[1]", title=None, context="As [1] says.", **kind),
        citation(
            text, "Kim (2014)", kind="mention", key=None, cited_paper_id=None,
            context="As Kim (2014) says.",
        ),
        citation(text, ENTRY, title="A Title", context=ENTRY, **kind),
    ]  # fmt: skip
    reference, mention = mentioned_works(rows, cast("Slice", SimpleNamespace(papers={})))
    assert (reference["name"], list(reference["sentences"])) == ("A Title", ["As [1] says.", ENTRY])
    assert (mention["name"], list(mention["kinds"])) == ("", ["mention"])


def test_mentions_of_one_paper_are_one_work_under_its_title() -> None:
    text = "\\cite{a} and [1]"
    rows = [
        citation(text, "\\cite{a}"),
        citation(text, "[1]", kind="reference", key="1"),
    ]
    paper = {"paper_id": "arxiv:1", "title": "The Title", "identified_by": "page"}
    (work,) = mentioned_works(rows, cast("Slice", SimpleNamespace(papers={"arxiv:1": [paper]})))
    assert (work["name"], list(work["kinds"])) == ("The Title", ["cite", "reference"])
