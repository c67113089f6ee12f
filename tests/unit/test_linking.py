"""Linking a summary to the paper whose title its words tell."""

import json
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.abstracts import N_TELLING
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.link import LINK_SCHEMA, Linker
from shortscience.pipeline.papers.linking.title_index import (
    ABSTRACT,
    KINDS,
    TitleIndex,
    title_index,
)
from shortscience.pipeline.papers.linking.weights import Background

CASES = json.loads((Path(__file__).parents[1] / "cases" / "linking.json").read_text())

NOTHING_CITED = pl.DataFrame(schema={"summary_id": pl.String(), "title": pl.Int32()})


def bibliography(folder: Path, records: list[dict[str, str]]) -> Index:
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return index_file(path, str(hash(path.read_text())), folder / "cache")


def linked(folder: Path, records: list[dict[str, str]], summaries: dict[str, str]) -> pl.DataFrame:
    index = title_index([bibliography(folder, records)], folder / "cache")
    texts = pl.DataFrame({"summary_id": list(summaries), "text": list(summaries.values())})
    return Linker(index, Background.of(index, [texts["text"]])).link([texts], NOTHING_CITED)


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


def told_of(index: TitleIndex, title: str) -> list[str]:
    number = index.scan("titles").filter(text=title).select("title").collect().item()
    members = index.members[index.member_ends[number] : index.member_ends[number + 1]]
    names = index.scan("terms").collect()["term"]
    return names.gather(members[index.kind[members] == KINDS.index(ABSTRACT)]).to_list()


@pytest.mark.parametrize("case", CASES["telling"], ids=lambda case: case["name"])
def test_telling_words_of_an_abstract(case: dict[str, Any], tmp_path: Path) -> None:
    papers = CASES["papers_with_abstracts"]
    index = title_index([bibliography(tmp_path, papers)], tmp_path / "cache")
    told = told_of(index, case["paper"])
    assert told[: len(case.get("told", []))] == case.get("told", [])
    assert not {*told} & {*case.get("untold", [])}


def test_an_abstract_of_any_length_adds_few_words_and_none_of_its_title(tmp_path: Path) -> None:
    long = " ".join(f"word{number}" for number in range(N_TELLING * 5))
    papers = [*CASES["papers_with_abstracts"]]
    papers[1] = {**papers[1], "abstract": f"Patience, patience, patience! {long}"}
    index = title_index([bibliography(tmp_path, papers)], tmp_path / "cache")
    told = told_of(index, "On Patience")
    assert len(told) == N_TELLING
    assert "~patience" not in told


def test_the_abstract_of_any_record_of_a_title_is_read(tmp_path: Path) -> None:
    papers = CASES["papers_with_abstracts"]
    bare = [{"key": "conf/acl/Slow17", "title": "Slow rivers", "authors": "Ona Valdrin"}]
    both = [bibliography(tmp_path, some) for some in (bare, papers)]
    index = title_index(both, tmp_path / "cache")
    assert "~gate" in told_of(index, "Slow rivers")


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
