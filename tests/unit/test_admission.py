"""Facts that do not fit their columns become null, and are reported."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.pipeline.admission import (
    REFUSED_SCHEMA,
    admit_records,
    admit_sources,
    column_of,
    refusals,
)
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import RECORD_SCHEMA, SOURCE_SCHEMA
from tests.processing import process
from tests.unit import test_html_page, test_rss

FACTS = {
    "url": "summaries.url",
    "paper_url": "papers.url",
    "year": "papers.year",
}


def records(**facts: object) -> pl.DataFrame:
    """One record with some facts."""
    known = {"record_id": "a", "source_id": "s", "ordinal": 7} | facts
    return pl.DataFrame([{name: known.get(name) for name in RECORD_SCHEMA}], schema=RECORD_SCHEMA)


@pytest.mark.parametrize(
    ("fact", "value", "admitted"),
    [
        pytest.param("url", "http://a.org/b", "http://a.org/b", id="address"),
        pytest.param("url", "/paper?bibtexKey=a", None, id="relative address"),
        pytest.param("url", "www.a.org/b", None, id="address without a scheme"),
        pytest.param("url", "http://a.org/b c", None, id="address with a space"),
        pytest.param("url", "javascript:void(0)", None, id="another scheme"),
        pytest.param("paper_url", "arxiv.org/abs/1", "http://arxiv.org/abs/1", id="a paper's host"),
        pytest.param("paper_url", "paper.pdf page 3", None, id="a paper's file"),
        pytest.param("year", 2017, 2017, id="year"),
        pytest.param("year", 217, None, id="year of three digits"),
        pytest.param("votes", -3, -3, id="votes"),
    ],
)
def test_a_fact_is_admitted_or_reported(fact: str, value: object, admitted: object) -> None:
    found, refused = admit_records(records(**{fact: value}))
    assert found[fact].to_list() == [admitted]
    assert found.drop(fact).equals(records().drop(fact))
    assert len(refused) == (admitted is None)
    for problem in refusals(refused, {"s": "dump.json"}, {"s": "dump.json"}):
        assert problem.name == "dump.json"
        assert problem.reason.startswith(
            f"1 value does not fit {FACTS[fact]} and became null, '{value}'"
        )
        assert "(record 7)" in problem.reason


def test_a_sources_address_is_admitted_or_reported() -> None:
    known = {"source_id": "s", "n_bytes": 1, "encoding": "utf-8", "url": "urn:uuid:1"}
    row = {name: known.get(name) for name in SOURCE_SCHEMA}
    found, refused = admit_sources(pl.DataFrame([row], schema=SOURCE_SCHEMA))
    assert found["url"].to_list() == [None]
    (problem,) = refusals(refused, {"s": "crawl.warc"}, {"s": "crawl.warc"})
    assert "sources.url and became null, 'urn:uuid:1'" in problem.reason


def test_the_pages_of_a_crawl_are_reported_together() -> None:
    rows = [(f"{page}", number, "papers.year", "217") for page in range(900) for number in (0, 1)]
    refused = pl.DataFrame(rows, schema=REFUSED_SCHEMA, orient="row")
    names = {f"{page}": f"crawl.warc!http://a.org/{page:03}" for page in range(900)}
    (problem,) = refusals(refused, names, dict.fromkeys(names, "crawl.warc"))
    assert problem.name == "crawl.warc"
    assert problem.reason.startswith(
        "1,800 values do not fit papers.year and became null, first '217'"
        " (source crawl.warc!http://a.org/000): expected"
    )


def test_files_named_like_members_are_reported_apart() -> None:
    names = {"a": "Wow!2.txt", "b": "Wow!3.txt"}
    rows = [(source, 0, "papers.year", "217") for source in names]
    refused = pl.DataFrame(rows, schema=REFUSED_SCHEMA, orient="row")
    found = [problem.name for problem in refusals(refused, names, names)]
    assert found == list(names.values())


ODD = st.sampled_from(
    ["", "x", "/a", "http://[", "http://a b", "//a.b", "999", "99999", "-1", "٣", "\ud800", "\x00"]
) | st.text(max_size=20)


@given(ODD, ODD, ODD, st.sampled_from(["json", "rss", "html"]))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_admitted_facts_fit_the_tables(
    tmp_path: Path, one: str, two: str, three: str, form: str
) -> None:
    texts = {
        "json": json.dumps([{"transcript": "A text.", "sourceUrl": one, "linkToPaper": two}]),
        "rss": test_rss.HEAD + test_rss.item(three, one) + f"<item><link>{two}</link><description>b"
        f"</description><votes>{one}</votes></item>" + test_rss.FOOT,
        "html": test_html_page.page(
            test_html_page.title_block(), test_html_page.summary_block(three)
        )
        .decode()
        .replace("2015", one)
        .replace("http", two),
    }
    path = tmp_path / "dump"
    path.write_bytes(texts[form].encode("utf-8", "surrogatepass"))
    frames = process(take_inventory([str(path)], tmp_path / "spool").inputs, Settings())
    for fact, target in FACTS.items():
        column = column_of(target)
        for value in frames["records"][fact].drop_nulls():
            if column.pattern:
                assert pl.Series([value]).str.contains(column.pattern).all()
            if column.minimum is not None:
                assert value >= column.minimum
    assert set(frames["refused"]["source_id"]) <= set(frames["sources"]["source_id"])
