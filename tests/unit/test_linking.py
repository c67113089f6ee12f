"""Linking a summary to the paper whose title its words tell."""

import json
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.papers.bibliography.index import Index, index_file
from pipeline.papers.linking import terms
from pipeline.papers.linking.features import FEATURES
from pipeline.papers.linking.link import LINK_SCHEMA, Linker
from pipeline.papers.linking.title_index import title_index
from pipeline.papers.linking.weights import Background

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


@settings(max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_no_order_makes_a_difference(
    random: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records, summaries = [*CASES["records"]], {c["name"]: c["summary"] for c in CASES["first"]}
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
