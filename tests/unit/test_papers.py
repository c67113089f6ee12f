"""Who is summarised, who is cited, and how sure that is."""

import gzip
import json
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.extraction.extract import extract
from pipeline.papers.bibliography.index import Index, index_file
from pipeline.papers.identities import Identities, identify_papers
from pipeline.papers.linking.link import link_summaries
from pipeline.scanner import scan
from pipeline.settings import PaperSettings
from pipeline.sources.reading import FACTS_SCHEMA

FACTS = {"summary_id": pl.String(), "told_by": pl.String()} | dict(FACTS_SCHEMA)
ADAM = "https://arxiv.org/abs/1412.6980"


def indexed(path: Path) -> Index:
    return index_file(path, path.name, path.parent / "cache")


def identify(text: str, *bibliography: Path) -> Identities:
    cleaned = pl.DataFrame({"record_id": ["r"], "text": [text]})
    citations = extract(cleaned, map(scan, cleaned["text"])).citations.with_columns(
        summary_id=pl.lit("s")
    )
    facts = pl.DataFrame([{"summary_id": "s"}], schema=FACTS)
    indexes = [*map(indexed, bibliography)]
    texts = cleaned.lazy().select("text", summary_id=pl.lit("s"))
    links = link_summaries(texts, facts, citations, indexes, PaperSettings())
    return identify_papers(facts, citations, indexes, PaperSettings(), links)


@pytest.mark.parametrize(
    "text",
    [
        f"[Link to the paper]({ADAM}) It adapts the step size.",
        f"* Paper: {ADAM} * It adapts the step size.",
        f"**Link to paper:** <{ADAM}v2> It adapts the step size.",
        f"# Adam [arXiv]({ADAM}.pdf)".replace("/abs/", "/pdf/"),
    ],
)
def test_a_header_names_the_paper(text: str) -> None:
    found = identify(text)
    assert found.summaries["paper_id"].to_list() == ["arxiv:1412.6980"]
    assert found.papers["identified_by"].to_list() == ["identifier"]
    assert found.papers["identity_confidence"].to_list() == [0.9]
    assert found.citations.is_empty(), "a link to the own paper is no citation"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"It builds on Adam ({ADAM}).", id="a cited work in the first sentence"),
        pytest.param(f"See [their earlier work]({ADAM}).", id="a link to related work"),
        pytest.param(f"{'word ' * 100} paper: {ADAM}", id="far behind the header"),
        pytest.param("[code](https://github.com/a/b)", id="a link to code"),
    ],
)
def test_other_links_do_not(text: str) -> None:
    found = identify(text)
    assert found.summaries["paper_id"].to_list() == ["summary:s"]
    own = found.papers.filter(pl.col("paper_id") == "summary:s")
    assert own["identified_by"].to_list() == ["nothing"]
    assert own["identity_confidence"].to_list() == [0.0]


def test_one_paper_in_many_spellings_is_one_row() -> None:
    found = identify(
        rf"See \cite{{journals/corr/1412.6980}}, arXiv:1412.6980v9, {ADAM}v1 and "
        "http://www.arxiv-sanity.com/1412.6980."
    )
    assert found.citations["cited_paper_id"].unique().to_list() == ["arxiv:1412.6980"]
    assert len(found.papers) == 2


def test_a_mention_that_names_no_identifier_stays_unresolved() -> None:
    found = identify("As Hinton et al. (2012) say.")
    assert found.citations["cited_paper_id"].to_list() == [None]


def write_lines(path: Path, *rows: dict[str, object]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    opener = gzip.open if path.suffix == ".gz" else Path.open
    with opener(path, "wt") as file:
        file.write(text)
    return path


def test_a_bibliography_fills_titles_and_the_first_file_is_believed(tmp_path: Path) -> None:
    arxiv = write_lines(
        tmp_path / "arxiv.jsonl.gz",
        {
            "arxiv_id": "1412.6980",
            "title": "Adam: A Method for Stochastic Optimization",
            "authors": "Diederik P. Kingma and Jimmy Ba",
            "created": "2014-12-22",
        },
        {"arxiv_id": "1.1", "title": "Another", "authors": "Nobody", "created": "2020-01-01"},
    )
    dblp = write_lines(
        tmp_path / "dblp.jsonl",
        {
            "key": "journals/corr/abs-1412-6980",
            "title": "{ADAM}",
            "authors": "D. Kingma",
            "year": "2015",
            "venue": "{CoRR}",
        },
    )
    paper = identify(f"[Paper]({ADAM}) It adapts.", arxiv, dblp).papers.to_dicts()[0]
    assert paper["title"] == "Adam: A Method for Stochastic Optimization"
    assert paper["authors"] == ["Diederik P. Kingma", "Jimmy Ba"]
    assert (paper["year"], paper["venue"]) == (2014, "arXiv")
    assert paper["identified_by"] == "bibliography"
    found = identify(f"[Paper]({ADAM}) It adapts.", dblp).papers.to_dicts()[0]
    assert (found["title"], found["venue"], found["year"]) == ("ADAM", "CoRR", 2015)


LANTERN = {
    "key": "conf/icml/Mork16",
    "title": "Lantern Pruning for Sparse Convolutional Filters",
    "authors": "Ilse Morkved and Tove Brandtsen",
    "year": "2016",
    "venue": "International Conference on Machine Learning",
}
ABOUT_LANTERN = (
    "Morkved et al. propose lantern pruning for sparse convolutional filters. The filters that stay"
    " dark on the training set are removed; lantern pruning keeps the bright ones."
)


def library(folder: Path) -> Path:
    """Write a bibliography in which rare words are rare."""
    words = product(
        ("fast", "slow", "robust", "deep"),
        ("estimation", "sampling", "control", "search", "ranking"),
        ("large", "small", "moving", "hidden", "noisy"),
        ("graphs", "images", "speech", "markets", "proteins"),
    )
    others = [
        {
            "key": f"conf/x/F{number:05}",
            "title": f"{how} {what} of {which} {things}",
            "authors": f"Nils N{number}",
            "year": str(1995 + number % 25),
            "venue": "X",
        }
        for number, (how, what, which, things) in enumerate(words)
    ]
    return write_lines(folder / "library.jsonl", LANTERN, *others)


@pytest.mark.parametrize("more", ["", " It is good." * 40], ids=["short", "long"])
def test_words_link_a_summary_to_a_paper(more: str, tmp_path: Path) -> None:
    found = identify(ABOUT_LANTERN + more, library(tmp_path))
    assert found.summaries["paper_id"].to_list() == ["dblp:conf/icml/Mork16"]
    paper = found.papers.filter(paper_id="dblp:conf/icml/Mork16").to_dicts()[0]
    assert (paper["identified_by"], paper["title"]) == ("linked", LANTERN["title"])
    assert 1 > paper["identity_confidence"] >= PaperSettings().link_threshold


@pytest.mark.parametrize(
    ("text", "paper_id"),
    [
        pytest.param(
            f"[Paper]({ADAM}) {ABOUT_LANTERN}", "arxiv:1412.6980", id="its header names another"
        ),
        pytest.param("I read it twice on a train.", "summary:s", id="nothing tells"),
        pytest.param(
            f"{ABOUT_LANTERN}{' It is good.' * 40} \\cite{{conf/icml/Mork16}}",
            "summary:s",
            id="it cites the paper behind its header",
        ),
    ],
)
def test_words_do_not_link(text: str, paper_id: str, tmp_path: Path) -> None:
    assert identify(text, library(tmp_path)).summaries["paper_id"].to_list() == [paper_id]


def test_without_a_bibliography_nothing_is_linked() -> None:
    assert identify(ABOUT_LANTERN).papers["identified_by"].to_list() == ["nothing"]


@pytest.mark.parametrize("content", ['{"a": 1}\n', "no JSON\n"])
def test_what_is_no_bibliography_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"notes\.txt"):
        indexed(path)
