"""Linking a summary to the paper whose title its words tell."""

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.linking import prior, terms, text_index
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.link import LINK_SCHEMA, best_candidates
from shortscience.pipeline.papers.linking.model import compare

CASES = json.loads((Path(__file__).parents[1] / "cases" / "linking.json").read_text())

NOTHING_CITED = pl.DataFrame(schema={"summary_id": pl.String(), "work": pl.Int32()})


def bibliography(folder: Path, records: list[dict[str, str]]) -> Index:
    folder.mkdir(exist_ok=True)
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return index_file(path, str(hash(path.read_text())), folder / "cache")


def linked(
    folder: Path, records: list[dict[str, str]], summaries: dict[str, str], **settings: Any
) -> pl.DataFrame:
    index = text_index.text_index([bibliography(folder, records)])
    texts = pl.LazyFrame({"summary_id": list(summaries), "text": list(summaries.values())})
    return best_candidates(texts, NOTHING_CITED, index, **settings)


@pytest.mark.parametrize("case", CASES["first"], ids=lambda case: case["name"])
def test_the_right_title_comes_first(case: dict[str, str], tmp_path: Path) -> None:
    best = linked(tmp_path, CASES["records"], {"s": case["summary"]}).filter(place=0)
    assert best["name"].to_list() == [f"dblp:{case['key']}"]


@pytest.mark.parametrize("case", CASES["none"], ids=lambda case: case["name"])
def test_what_does_not_tell_is_not_sure(case: dict[str, str], tmp_path: Path) -> None:
    found = linked(tmp_path, CASES["records"], {"s": case["summary"]})
    assert all(probability < 0.5 for probability in found["probability"])


@pytest.mark.parametrize("case", CASES["terms"], ids=lambda case: case["name"])
def test_terms(case: dict[str, str | list[str] | None]) -> None:
    read = getattr(terms, str(case["of"]))(pl.col("text"))
    found = pl.DataFrame({"text": [case["text"]]}).select(read).to_series().to_list()[0]
    assert found == case["terms"]


@pytest.mark.parametrize("case", CASES["first_by_abstract"], ids=lambda case: case["name"])
def test_an_abstract_tells_what_its_title_does_not(case: dict[str, str], tmp_path: Path) -> None:
    papers = CASES["papers_with_abstracts"]
    found = linked(tmp_path, papers, {"s": case["summary"]}).row(0, named=True)
    assert found["name"] == f"arxiv:{case['paper']}"
    assert found["abstract"] > 0
    bare = [{name: paper[name] for name in paper if name != "abstract"} for paper in papers]
    names = linked(tmp_path, bare, {"s": case["summary"]})["name"]
    assert f"arxiv:{case['paper']}" not in names


@pytest.mark.parametrize("case", CASES["none_of_theirs"], ids=lambda case: case["name"])
def test_other_authors_make_a_candidate_less_likely(case: dict[str, str], tmp_path: Path) -> None:
    papers = CASES["papers_with_abstracts"]
    said = case["summary"]
    unnamed = said.replace("Morkved et al. let", "They let")
    best = linked(tmp_path, papers, {"a": said, "b": unnamed}).filter(place=0)
    assert best["name"].to_list() == [f"arxiv:{case['paper']}"] * 2
    assert best["strangers"].to_list() == [1, 0]
    assert best["probability"][0] < best["probability"][1]


def test_the_abstract_of_any_record_of_a_title_is_read(tmp_path: Path) -> None:
    papers = CASES["papers_with_abstracts"]
    bare = [{"key": "conf/acl/Slow17", "title": "Slow rivers", "authors": "Ona Valdrin"}]
    both = [bibliography(tmp_path, some) for some in (bare, papers)]
    index = text_index.text_index(both)
    texts = pl.LazyFrame({"summary_id": ["s"], "text": ["QuietGate has quantised gates."]})
    found = best_candidates(texts, NOTHING_CITED, index).row(0, named=True)
    assert found["name"] == "dblp:conf/acl/Slow17"
    assert found["abstract"] == 1


HARBOUR_NOTES = [
    {
        "arxiv_id": f"1801.{n:05}",
        "title": f"Paper {n}",
        "authors": "Per Quist",
        "abstract": f"Harbour note {n} " * 9,
    }
    for n in range(100)
]


@pytest.mark.parametrize(
    ("summary", "is_found"),
    [
        pytest.param("Valdrin et al. note harbours.", True, id="its author is said"),
        pytest.param("Eriksen et al. note harbours.", False, id="another is"),
        pytest.param("They note harbours.", False, id="nobody is"),
    ],
)
def test_works_by_whom_a_summary_is_about_are_candidates(
    summary: str, is_found: bool, tmp_path: Path
) -> None:
    papers = [*HARBOUR_NOTES, *CASES["papers_with_abstracts"]]
    found = linked(tmp_path, papers, {"s": summary}, shown=200)
    assert ("arxiv:1701.00011" in found["name"].to_list()) == is_found


@pytest.mark.parametrize(
    ("title", "is_named"),
    [
        pytest.param("QuietGate: Slow Rivers", 1, id="the name is said"),
        pytest.param("LoudGate: Slow Rivers", 0, id="another name"),
        pytest.param("QuietGate and Slow Rivers", 0, id="no colon"),
        pytest.param("QuietGate has quantised gates: Rivers", 0, id="too long for a name"),
    ],
)
def test_a_name_before_a_colon(title: str, is_named: int, tmp_path: Path) -> None:
    paper = {"key": "conf/acl/Slow17", "title": title, "authors": "Ona Valdrin"}
    found = linked(tmp_path, [paper], {"s": "QuietGate has quantised gates for rivers."})
    assert found["named"].to_list() == [is_named]


def test_a_lone_candidate_is_not_sure(tmp_path: Path) -> None:
    found = linked(tmp_path, [CASES["records"][0]], {"s": CASES["records"][0]["title"][:12]})
    assert len(found) == 1
    assert found["probability"].item() < 0.5


def test_short_titles_are_found_beside_abstracts(tmp_path: Path) -> None:
    papers = [*HARBOUR_NOTES, *CASES["papers_with_abstracts"]]
    found = linked(tmp_path, papers, {"s": "Notes on a harbour."}, shown=100)
    assert "arxiv:1701.00014" in found["name"].to_list()


@pytest.mark.parametrize("of", ["replies", "no_replies"])
def test_what_answers_a_paper_is_seldom_summarised(of: str) -> None:
    frame = pl.DataFrame({"title": CASES[of]}).select(prior.KINDS["reply"])
    assert frame.to_series().to_list() == [of == "replies"] * len(CASES[of])


def test_segments_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summaries = {case["name"]: case["summary"] for case in CASES["first"]}
    together = linked(tmp_path / "a", CASES["records"], summaries)
    monkeypatch.setattr(text_index, "_SEGMENT", 3)
    assert linked(tmp_path / "b", CASES["records"], summaries).equals(together)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=9), st.floats(-50, 50))
def test_candidates_and_none_of_them_share_one_probability(
    scores: list[float], none: float
) -> None:
    odds, distance = compare(np.array(scores), none)
    shares = np.exp(odds) / (1 + np.exp(odds))
    assert shares.sum() <= 1 + 1e-9
    best = np.argmax(scores)
    assert odds[best] >= odds.max() - 1e-6
    assert distance[best] == distance.max() >= 0


@pytest.mark.parametrize(
    ("of", "by"), [("records", "first"), ("papers_with_abstracts", "first_by_abstract")]
)
@settings(max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_no_order_makes_a_difference(
    of: str, by: str, random: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records, summaries = [*CASES[of]], {c["name"]: c["summary"] for c in CASES[by]}
    there = linked(tmp_path_factory.mktemp("there"), records, summaries)
    random.shuffle(records)
    shuffled = [*summaries.items()]
    random.shuffle(shuffled)
    here = linked(tmp_path_factory.mktemp("here"), records, dict(shuffled))
    assert here.equals(there)


def test_a_text_without_words_has_no_candidates(tmp_path: Path) -> None:
    found = linked(tmp_path, CASES["records"], {"a": "$$x$$", "b": "https://a.org/b", "c": ""})
    assert found.schema == LINK_SCHEMA
    assert found.filter(pl.col("summary_id") != "a").is_empty()


def test_every_feature_is_told(tmp_path: Path) -> None:
    case = CASES["first"][0]
    found = linked(tmp_path, CASES["records"], {"s": case["summary"]})
    assert not found.select(*FEATURES).null_count().sum_horizontal().item()
