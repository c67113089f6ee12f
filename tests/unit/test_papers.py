"""Which papers are summarised and cited, with what confidence."""

import json
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.frames import FACTS
from shortscience.pipeline.papers.linking.link import NO_LINKS, link
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import AtOnce
from tests.unit import identified
from tests.unit.identified import Identified
from tests.unit.test_bibliographies import indexed, write_lines

ADAM = "https://arxiv.org/abs/1412.6980"


FACTS_OF_PAPERS = json.loads(
    (Path(__file__).parents[1] / "cases" / "paper_facts.json").read_text("utf-8")
)


def identify(text: str, *bibliography: Path) -> Identified:
    return identify_all({"s": (text, {})}, *bibliography)


def identify_all(
    summaries: Mapping[str, tuple[str, dict[str, object]]], *bibliography: Path
) -> Identified:
    """Identify the papers of summaries, given by text and the facts of their pages."""
    cleaned = pl.DataFrame(
        {"record_id": list(summaries), "text": [text for text, _ in summaries.values()]}
    )
    found = extract(cleaned.with_columns(markdown="text"), map(scan, cleaned["text"]))
    citations = found["citations"]
    facts = pl.DataFrame(
        [
            {"summary_id": key, "told_by": "page" if told else None, **told}
            for key, (_, told) in summaries.items()
        ],
        schema=FACTS,
    )
    citations = citations.with_columns(summary_id="record_id")
    indexes = [*map(indexed, bibliography)]
    texts = cleaned.lazy().select("text", summary_id="record_id")
    links = NO_LINKS
    if indexes:
        links = linked(texts, facts, citations, indexes, PaperSettings())
    return identified.identify(facts, citations, indexes, links)


def linked(
    texts: pl.LazyFrame,
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    bibliography: list[Index],
    settings: PaperSettings,
) -> pl.DataFrame:
    """Link summaries in one part."""
    parts = (Parts.of([frame], AtOnce()) for frame in (texts, facts, citations))
    return link(*parts, bibliography=bibliography, settings=settings).collect()


@pytest.mark.parametrize(
    "text",
    [
        f"[Link to the paper]({ADAM}) It adapts the step size.",
        f"* Paper: {ADAM} * It adapts the step size.",
        f"**Link to paper:** <{ADAM}v2> It adapts the step size.",
        f"# Adam [arXiv]({ADAM}.pdf)".replace("/abs/", "/pdf/"),
        f"{'word ' * 100} [Link to the paper.]({ADAM})",
        f"{'word ' * 100} * [Link]({ADAM}) to the paper. # Method",
        f"This [paper]({ADAM}) adapts the step size.",
        f"See Figure 2 in the [paper]({ADAM}).",
        f"Notes on this [paper]({ADAM}): it adapts the step size.",
        f"By Roy and Kim * **Link**: {ADAM} # Method",
    ],
)
def test_a_labelled_link_identifies_the_paper(text: str) -> None:
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
        pytest.param(f"{'word ' * 100} paper: {ADAM}", id="far after the header"),
        pytest.param(f"{'word ' * 100} [paper]({ADAM})", id="a paper far after the header"),
        pytest.param(
            f"{'word ' * 100} [Link to paper]({ADAM}), [Link to paper]({ADAM[:-1]}1)",
            id="two papers after the header",
        ),
        pytest.param(f"[Link]({ADAM}) to the paper by Roy", id="a link to others' paper"),
        pytest.param(f"It is derived from this [paper]({ADAM}).", id="a paper it builds on"),
        pytest.param(f"See another [paper]({ADAM}).", id="another paper"),
        pytest.param(f"The link: {ADAM}", id="a link that nothing sets off"),
        pytest.param("[code](https://github.com/a/b)", id="a link to code"),
    ],
)
def test_an_unlabelled_link_does_not(text: str) -> None:
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


def test_bibliographies_fill_titles_and_the_first_file_takes_precedence(tmp_path: Path) -> None:
    arxiv = write_lines(
        tmp_path / "arxiv.jsonl",
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


def test_a_page_that_describes_a_paper_is_no_bibliography() -> None:
    told = {"paper_url": ADAM, "title": "Adam"}
    pages = {"a": ("It adapts.", told), "b": (f"[Paper]({ADAM}) It adapts.", {})}
    (paper,) = identify_all(pages).papers.to_dicts()
    assert (paper["described_by"], paper["identified_by"]) == (["page"], "identifier")


def test_an_entry_without_authors_does_not_hide_those_of_another(tmp_path: Path) -> None:
    bare = write_lines(tmp_path / "titles", PREPRINT | {"authors": ""})
    files = bare, write_lines(tmp_path / "dblp", KITES)
    paper = identify_all({"s": ("Kites.", {"bibtex_key": KITES["key"]})}, *files).papers
    assert paper["paper_id"].to_list() == ["arxiv:1901.00001"]
    assert paper["authors"].to_list() == [["Ada Roy", "Bo Kim"]]


STORM = "How paper kites are flown in a heavy storm"
SILK = "Silk worms and the people who keep them"
KITES = {
    "key": "conf/kites/RoyK19",
    "title": STORM,
    "authors": "Ada Roy and Bo Kim",
    "year": "2019",
    "venue": "KITES",
    "doi": "10.1000/kite.1",
}
PREPRINT = {
    "arxiv_id": "1901.00001",
    "title": STORM,
    "authors": "Ada Roy, Bo Kim",
    "doi": "10.1000/KITE.1",
    "created": "2018-01-02",
}


def test_citations_of_every_kind_resolve_to_one_paper(tmp_path: Path) -> None:
    dblp = write_lines(tmp_path / "dblp", KITES)
    arxiv = write_lines(tmp_path / "arxiv", PREPRINT)
    ways = {
        "cite": r"As in \cite{conf/kites/RoyK19}, kites fly.",
        "doi": "As in https://doi.org/10.1000/KITE.1, kites fly.",
        "arxiv": "As in arXiv:1901.00001v3, kites fly.",
        "paper-link": "As in https://dblp.org/rec/conf/kites/RoyK19, kites fly.",
        "shortscience": "See https://shortscience.org/paper?bibtexKey=conf/kites/RoyK19 first.",
        "reference": f"Kites fly [1].\n\n## References\n\n[1] A. Roy and B. Kim. {STORM}. 2019.",
    }
    summaries = {kind: (text, {}) for kind, text in ways.items()}
    found = identify_all(summaries, dblp, arxiv)
    resolved = found.citations.select("summary_id", "kind", "cited_paper_id").sort("summary_id")
    assert set(resolved.rows()) == {(kind, kind, "arxiv:1901.00001") for kind in ways}
    paper = found.papers.row(by_predicate=pl.col("paper_id") == "arxiv:1901.00001", named=True)
    assert paper["identifiers"] == [
        "arxiv:1901.00001",
        "dblp:conf/kites/RoyK19",
        "doi:10.1000/kite.1",
    ]
    assert (paper["year"], paper["venue"]) == (2019, "KITES")
    assert paper["described_by"] == ["dblp", "arxiv"]
    assert paper["identified_by"] == "bibliography"


NAMESAKE = KITES | {"key": "conf/silk/LiD15", "doi": None, "authors": "Jo Li and Cy Day"}
SHORT = KITES | {"key": "conf/kites/Roy11", "doi": None, "title": "Kites for many people"}
UNSIGNED = KITES | {"key": "conf/kites/X19", "doi": None, "authors": ""}
SLUG = STORM.lower().replace(" ", "-")


@pytest.mark.parametrize(
    ("entry", "records", "cited"),
    [
        pytest.param(f'"{STORM}"', [KITES], "doi:10.1000/kite.1", id="a long title alone"),
        pytest.param(f'"{STORM}"', [KITES, NAMESAKE], None, id="a title of two papers"),
        pytest.param('"Kites for many people"', [SHORT], None, id="a short title alone"),
        pytest.param(
            "A. Roy, B. Kim. Kites for many people. 2019.",
            [SHORT],
            "dblp:conf/kites/Roy11",
            id="a short title and its authors",
        ),
        pytest.param(
            f"J. Li, C. Day. {STORM}. 2019.", [KITES], None, id="a long title and other authors"
        ),
        pytest.param(
            f"A. Roy, B. Kim. {STORM}. 2019.",
            [UNSIGNED],
            "dblp:conf/kites/X19",
            id="a paper whose authors are unknown",
        ),
        pytest.param(
            f"A. Roy, B. Kim. {STORM}. 2019. arXiv:1901.00001",
            [KITES],
            "arxiv:1901.00001",
            id="a number that only the reference knows",
        ),
        pytest.param(
            f"A. Roy, B. Kim. {STORM}. 2019. doi:10.1000/kite.1",
            [KITES | {"title": SILK}],
            "doi:10.1000/kite.1",
            id="an identifier with another title",
        ),
        pytest.param(
            "A. Roy, B. Kim. Kites in rain. 2019. arXiv:1901.00001",
            [KITES],
            "arxiv:1901.00001",
            id="an identifier of an unknown paper",
        ),
    ],
)
def test_a_reference_and_its_pointers_resolve(
    entry: str, records: list[dict[str, object]], cited: str | None, tmp_path: Path
) -> None:
    text = f"As [1] says.\n\n[1] {entry}"
    dblp = write_lines(tmp_path / "dblp", *records)
    found = identify_all({"s": (text, {"bibtex_key": "silk"})}, dblp)
    resolved = found.citations.select("kind", "cited_paper_id").rows()
    assert resolved == [("reference", cited), ("reference", cited)]


@pytest.mark.parametrize(
    ("address", "records", "cited"),
    [
        pytest.param(f"4805-{SLUG}", [KITES], "doi:10.1000/kite.1", id="its title"),
        pytest.param(f"paper/4805-{SLUG}.pdf", [KITES], "doi:10.1000/kite.1", id="a file"),
        pytest.param(
            "4805-kites-for-many-people", [SHORT], "dblp:conf/kites/Roy11", id="a short one"
        ),
        pytest.param(f"4805-{SLUG}", [KITES, NAMESAKE], None, id="the title of two papers"),
        pytest.param("4805-kites", [KITES], None, id="one word"),
    ],
)
def test_an_address_that_spells_out_a_title_resolves_by_it(
    address: str, records: list[dict[str, object]], cited: str | None, tmp_path: Path
) -> None:
    url = f"https://papers.nips.cc/{address}"
    dblp = write_lines(tmp_path / "dblp", *records)
    citing = identify_all({"s": (f"It builds on {url} a lot.", {"bibtex_key": "silk"})}, dblp)
    assert citing.citations["cited_paper_id"].to_list() == [cited]
    about = identify(f"[Paper]({url}) It builds kites.", dblp).summaries["paper_id"][0]
    assert about == cited or (cited is None and about == "summary:s")
    page = identify_all({"s": ("Kites.", {"paper_url": url})}, dblp).papers["title"].to_list()
    assert page == [records[0]["title"] if cited else None]


def test_a_link_to_the_site_resolves_to_the_summarised_paper() -> None:
    told = {"bibtex_key": "conf/kites/RoyK19"}
    link = "See https://www.shortscience.org/paper?bibtexKey=conf/kites/RoyK19 for more."
    found = identify_all({"a": ("Kites fly.", told), "b": (link, {})})
    assert found.citations.select("citing_paper_id", "cited_paper_id").rows() == [
        ("summary:b", "dblp:conf/kites/RoyK19")
    ]


@pytest.mark.parametrize(
    "link",
    [
        "https://arxiv.org/abs/1901.00001",
        "https://doi.org/10.1000/kite.1",
        "https://www.shortscience.org/paper?bibtexKey=conf/kites/RoyK19",
        r"\cite{journals/corr/1901.00001}",
    ],
)
def test_a_summary_does_not_cite_its_own_paper(link: str, tmp_path: Path) -> None:
    files = write_lines(tmp_path / "dblp", KITES), write_lines(tmp_path / "arxiv", PREPRINT)
    told = {"bibtex_key": "conf/kites/RoyK19"}
    found = identify_all({"s": (f"This is about {link} and kites.", told)}, *files)
    assert found.citations.is_empty()
    assert found.papers["paper_id"].to_list() == ["arxiv:1901.00001"]


FILE = "http://example.org/kites.pdf"
LATE = "Kites fly. " * 50


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        pytest.param(f"[Paper]({FILE}) Kites fly.", [], id="a file in the header"),
        pytest.param(f"[Paper]({FILE}) [arXiv]({ADAM}) Kites fly.", [], id="two in the header"),
        pytest.param(f"{LATE} [Link to the paper]({FILE})", [], id="unmistakable, far below"),
        pytest.param(f"{LATE} Paper: {FILE}", [], id="the only labelled file, far below"),
        pytest.param(f"{LATE} [Link to the paper]({ADAM})", [], id="a preprint, far below"),
        pytest.param(f"{LATE} [pdf]({FILE}) [pdf]({FILE}?2)", [FILE, f"{FILE}?2"], id="two files"),
        pytest.param(f"{LATE} Paper: {ADAM}", ["1412.6980"], id="another paper, far below"),
        pytest.param(f"Kites fly, see {FILE}.", [FILE], id="a file without a label"),
    ],
)
def test_a_labelled_link_to_the_own_paper_is_no_citation(text: str, cited: list[str]) -> None:
    found = identify_all({"s": (text, {"bibtex_key": "conf/kites/RoyK19"})})
    assert found.citations["key"].to_list() == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        pytest.param("Roy et al. fly kites.", [], id="at the beginning"),
        pytest.param("Kites fly. The nets of Roy et al. fly too.", [], id="anywhere"),
        pytest.param("Roy and Kim show how.", [], id="two authors"),
        pytest.param("Kim et al. fly kites.", [], id="its second author at the beginning"),
        pytest.param("Kimm et al. fly kites.", [], id="a slip in the name"),
        pytest.param("Li et al. fly kites.", ["Li et al."], id="others at the beginning"),
        pytest.param("It is as in Kim et al. too.", ["Kim et al."], id="its second author"),
        pytest.param("See Roy et al.'s old work.", ["Roy et al.'s"], id="other work of theirs"),
        pytest.param("Roy et al. (2012) flew.", ["Roy et al. (2012)"], id="with a year"),
    ],
)
def test_a_mention_of_the_paper_s_own_authors_is_no_citation(
    text: str, cited: list[str], tmp_path: Path
) -> None:
    dblp = write_lines(tmp_path / "dblp", KITES)
    found = identify_all({"s": (text, {"bibtex_key": KITES["key"]})}, dblp)
    assert found.citations["raw"].to_list() == cited


def test_a_key_with_the_authors_of_another_paper_is_kept_apart_and_reported(tmp_path: Path) -> None:
    wrong = KITES | {"key": "conf/silk/LiD15", "doi": None, "authors": "Jo Li and Cy Day"}
    arxiv = write_lines(tmp_path / "arxiv.jsonl", PREPRINT | {"doi": None})
    dblp = write_lines(tmp_path / "dblp.jsonl", wrong)
    told = {"bibtex_key": "conf/silk/LiD15"}
    found = identify_all({"s": ("Kites, see arXiv:1901.00001.", told)}, dblp, arxiv)
    about = dict(found.papers.select("paper_id", "conflicts").iter_rows())
    assert about.keys() == {"dblp:conf/silk/LiD15", "arxiv:1901.00001"}
    sentence = (
        "arxiv.jsonl gives arxiv:1901.00001 the title of dblp:conf/silk/LiD15, which has other"
        " authors: kept apart."
    )
    assert list(about.values()) == [[sentence], [sentence]]


def test_title_and_authors_come_from_the_entry_of_the_pages_key(tmp_path: Path) -> None:
    renamed = PREPRINT | {"title": "Kites in storms, an early version"}
    files = write_lines(tmp_path / "dblp", KITES), write_lines(tmp_path / "arxiv", renamed)
    for key, title in (
        ("journals/corr/1901.00001", renamed["title"]),
        ("conf/kites/RoyK19", STORM),
        ("10.1000/kite.1", renamed["title"]),
    ):
        paper = identify_all({"s": ("Kites.", {"bibtex_key": key})}, *files).papers.to_dicts()[0]
        assert (paper["paper_id"], paper["title"]) == ("arxiv:1901.00001", title)
        assert (paper["year"], paper["venue"]) == (2019, "KITES")


def test_a_page_takes_precedence_over_bibliographies_which_fill_its_gaps(tmp_path: Path) -> None:
    files = write_lines(tmp_path / "dblp", KITES), write_lines(tmp_path / "arxiv", PREPRINT)
    page = {"bibtex_key": "conf/kites/RoyK19", "title": "Kites in a heavy storm"}
    paper = identify_all({"s": ("Kites.", page)}, *files).papers.to_dicts()[0]
    assert (paper["title"], paper["authors"]) == (page["title"], ["Ada Roy", "Bo Kim"])
    assert paper["described_by"] == ["page", "dblp", "arxiv"]


@pytest.mark.parametrize(
    ("page", "title", "authors"),
    [
        pytest.param(
            {"title": "Kites in a storm \ufffd la carte", "authors": ["Ada Roy"]},
            STORM,
            ["Ada Roy"],
            id="a title",
        ),
        pytest.param(
            {"title": "Kites in a storm à la carte", "authors": ["Ada Roy", "B\ufffd Kim"]},
            "Kites in a storm à la carte",
            ["Ada Roy", "Bo Kim"],
            id="authors",
        ),
        pytest.param(
            {"title": "Kites in a storm", "authors": ["Ada Roy"]},
            "Kites in a storm",
            ["Ada Roy"],
            id="nothing",
        ),
    ],
)
def test_a_bibliography_replaces_what_lost_characters_on_its_page(
    page: dict[str, object], title: str, authors: list[str], tmp_path: Path
) -> None:
    told = {"bibtex_key": "conf/kites/RoyK19"} | page
    paper = identify_all({"s": ("Kites.", told)}, write_lines(tmp_path / "dblp", KITES)).papers
    assert paper.select("title", "authors").rows() == [(title, authors)]
    alone = identify_all({"s": ("Kites.", told)}).papers
    assert alone.select("title", "authors").rows() == [(page["title"], page["authors"])]


@pytest.mark.parametrize(
    ("text", "page", "identifiers", "url"),
    [
        pytest.param(
            "Kites.",
            {"bibtex_key": "conf/kites/RoyK19"},
            ["dblp:conf/kites/RoyK19"],
            "https://dblp.org/rec/conf/kites/RoyK19",
            id="of the bibliography alone",
        ),
        pytest.param(
            "Kites.",
            {"bibtex_key": "roy_kites"},
            ["dblp:conf/kites/RoyK19", "shortscience:roy_kites"],
            "https://dblp.org/rec/conf/kites/RoyK19",
            id="also of a page",
        ),
        pytest.param(
            r"Kites \cite{roy_kites}.",
            {"bibtex_key": "some"},
            ["dblp:conf/kites/RoyK19", "shortscience:roy_kites"],
            "https://dblp.org/rec/conf/kites/RoyK19",
            id="also of a text",
        ),
        pytest.param(
            "Kites. [1] Ada Roy and Bo Kim. Lanterns over the harbour. 2018",
            {"bibtex_key": "some"},
            ["shortscience:roy_lanterns"],
            None,
            id="the only name",
        ),
    ],
)
def test_a_key_of_a_bibliography_is_none_of_the_site(
    text: str, page: dict[str, object], identifiers: list[str], url: str | None, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.bib"
    mine.write_text(
        "@article{roy_kites, title={Kites}, url={https://dblp.org/rec/conf/kites/RoyK19}}\n"
        "@book{roy_lanterns, title={Lanterns over the harbour}, author={Ada Roy and Bo Kim}}\n"
    )
    papers = identify_all({"s": (text, page)}, mine).papers
    (paper,) = papers.filter(pl.col("bibtex_key").ne_missing("some")).to_dicts()
    assert (paper["identifiers"], paper["url"]) == (identifiers, url)


def test_evidence_has_the_claims_of_each_source(tmp_path: Path) -> None:
    files = write_lines(tmp_path / "dblp", KITES), write_lines(tmp_path / "arxiv", PREPRINT)
    found = identify_all({"s": ("Kites.", {"bibtex_key": "conf/kites/RoyK19"})}, *files)
    assert found.evidence.select("paper_id", "source", "names").rows() == [
        ("arxiv:1901.00001", "page", ["dblp:conf/kites/RoyK19"]),
        ("arxiv:1901.00001", "dblp", ["dblp:conf/kites/RoyK19", "doi:10.1000/kite.1"]),
        ("arxiv:1901.00001", "arxiv", ["arxiv:1901.00001", "doi:10.1000/kite.1"]),
    ]


@given(st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_summaries_and_records_does_not_matter(random: Random) -> None:
    records: list[dict[str, object]] = [
        KITES,
        KITES
        | {"key": "conf/silk/LiD15", "doi": "10.1000/silk", "title": SILK, "authors": "Jo Li"},
        KITES | {"key": "conf/kites/Roy12", "doi": None, "authors": "Jo Li and Cy Day"},
    ]
    summaries: dict[str, tuple[str, dict[str, object]]] = {
        "a": ("See 10.1000/silk and arXiv:1901.00001.", {"bibtex_key": "conf/kites/Roy12"}),
        "b": (r"See \cite{conf/kites/RoyK19}.", {"bibtex_key": "conf/silk/LiD15", "title": SILK}),
        "c": ("[paper](https://doi.org/10.1000/KITE.1) Kites fly.", {}),
    }
    keys = random.sample(list(summaries), k=len(summaries))
    with tempfile.TemporaryDirectory() as folder:
        preprint, other = write_lines(Path(folder) / "arxiv", PREPRINT), Path(folder) / "other"
        other.mkdir()
        dblp = write_lines(Path(folder) / "dblp", *records)
        shuffled = write_lines(other / "dblp", *random.sample(records, k=len(records)))
        first = identify_all(summaries, dblp, preprint)
        same = identify_all({key: summaries[key] for key in keys}, dblp, preprint)
        again = identify_all(summaries, shuffled, preprint)
    assert first.papers.equals(same.papers)
    assert first.summaries.equals(same.summaries)
    assert first.evidence.equals(same.evidence)
    order = ["summary_id", "start", "key"]
    assert first.citations.sort(order).equals(same.citations.sort(order))
    # A conflict's sentence names the contradicting records in their order.
    assert first.papers.drop("conflicts").equals(again.papers.drop("conflicts"))
    assert first.papers["conflicts"].list.len().equals(again.papers["conflicts"].list.len())
    assert first.summaries.equals(again.summaries)
    assert first.citations.equals(again.citations)


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
            id="it cites the paper after its header",
        ),
    ],
)
def test_words_do_not_link(text: str, paper_id: str, tmp_path: Path) -> None:
    assert identify(text, library(tmp_path)).summaries["paper_id"].to_list() == [paper_id]


@pytest.mark.parametrize("case", FACTS_OF_PAPERS, ids=lambda case: case["name"])
def test_facts_follow_from_identifiers(case: dict[str, Any]) -> None:
    paper = identify_all({"s": ("A summary.", case["page"])}).papers.row(0, named=True)
    facts = ("year", "url", "authors", "dblp_key")
    expected = {name: case[name] for name in facts if name in case}
    assert {name: paper[name] for name in expected} == expected


@pytest.mark.parametrize("turned", [False, True], ids=["the key's first", "the key's last"])
def test_the_record_of_the_page_s_key_tells_year_and_venue(tmp_path: Path, turned: bool) -> None:
    files = [
        write_lines(tmp_path / "dblp", KITES),
        write_lines(tmp_path / "arxiv", PREPRINT),
    ]
    page = {"s": ("A summary.", {"bibtex_key": KITES["key"]})}
    found = identify_all(page, *(reversed(files) if turned else files))
    paper = found.papers.row(0, named=True)
    assert (paper["paper_id"], paper["year"], paper["venue"]) == (
        "arxiv:1901.00001",
        2019,
        "KITES",
    )


def test_without_a_bibliography_nothing_is_linked() -> None:
    assert identify(ABOUT_LANTERN).papers["identified_by"].to_list() == ["nothing"]


TIDAL = {"bibtex_key": "conf/x/Tide", "title": "TidalNet: Ebbing Memory", "author": "mo"}
TIDAL_AGAIN = {"bibtex_key": "conf/x/Late", "title": "Training TidalNet on Ships", "author": "mo"}
OF_SHIPS = {"bibtex_key": "conf/x/Ship", "title": "Ships: TidalNet at Sea", "author": "mo"}


@pytest.mark.parametrize(
    ("text", "author", "pages", "cited"),
    [
        pytest.param("Read my summary of TidalNet.", "mo", [TIDAL], TIDAL, id="its name"),
        pytest.param("See my prior notes on TidalNets!", "mo", [TIDAL], TIDAL, id="a plural"),
        pytest.param(
            "Read my summary of TidalNet.", "mo", [TIDAL, TIDAL_AGAIN], TIDAL, id="its own name"
        ),
        pytest.param(
            "Read my review of TidalNet.",
            "mo",
            [TIDAL_AGAIN],
            TIDAL_AGAIN,
            id="a word of one title",
        ),
        pytest.param(
            "Read my review of TidalNet.", "mo", [TIDAL_AGAIN, OF_SHIPS], None, id="two have it"
        ),
        pytest.param("Read my summary of TidalNet.", "li", [TIDAL], None, id="somebody else's"),
        pytest.param("Read my summary of TidalNet.", None, [TIDAL], None, id="nobody's"),
        pytest.param("Read my summary of EbbNet.", "mo", [TIDAL], None, id="another name"),
    ],
)
def test_a_nickname_resolves_to_the_paper_its_writer_summarised(
    text: str,
    author: str | None,
    pages: list[dict[str, object]],
    cited: dict[str, object] | None,
) -> None:
    others = {f"p{place}": ("It ebbs.", page) for place, page in enumerate(pages)}
    found = identify_all({"s": (text, {"author": author}), **others})
    expected = f"dblp:{cited['bibtex_key']}" if cited else None
    assert found.citations.select("kind", "cited_paper_id").rows() == [("mention", expected)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Read their summary of TidalNet.", id="not the writer's"),
        pytest.param("My summary of memory is short.", id="no made-up name"),
        pytest.param("`my summary of TidalNet`", id="code"),
        pytest.param("I liked TidalNet.", id="no summary"),
    ],
)
def test_a_nickname_without_a_summary_is_not_a_mention(text: str) -> None:
    told = {"s": (text, {"author": "mo"}), "p": ("It ebbs.", TIDAL)}
    assert identify_all(told).citations.is_empty()
