"""The counts of the citations benchmark, and lower bounds on its gold set."""

import pytest

from benchmarks.citations import (
    FIELDS,
    GOLD,
    IDENTIFIERS,
    Case,
    compare,
    lines,
    read_cases,
)
from benchmarks.scores import Score


@pytest.fixture(scope="module")
def scores():
    return compare(read_cases(GOLD))


def test_the_gold_set_has_exact_offsets_and_many_negatives():
    cases = read_cases(GOLD)
    assert len(cases) >= 300
    assert sum(not case.written for case in cases) >= 100
    for case in cases:
        for item in case.written:
            assert case.text[item["start"] :].startswith(item["raw"])


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_identifiers_are_exact(scores, kind):
    assert scores[kind].precision == scores[kind].recall == 1


@pytest.mark.parametrize("field", ["reference", *FIELDS])
def test_references_are_parsed(scores, field):
    assert min(scores[field].precision, scores[field].recall) >= 0.98


def test_mentions_are_found_and_little_else(scores):
    assert scores["mention"].precision >= 0.98
    assert scores["mention"].recall >= 0.97


def test_missed_wrong_and_absent_items_are_counted():
    written = [{"kind": "mention", "start": 0, "raw": "Roy (2014)", "authors": ["Roy"]}]
    case = Case("Roy (2014) and Ito (2015)", [written[0] | {"year": 2014}])
    assert compare([case])["mention"] == Score(both=1, found=2, written=1)
    assert compare([case._replace(written=written)])["mention"] == Score(0, 2, 1)
    assert compare([Case("None.", written)])["mention"] == Score(0, 0, 1)


def test_a_wrong_field_of_a_reference_is_counted_by_itself():
    raw = "[1] On deep nets, Roy, 2016"
    item = {"kind": "reference", "start": 0, "raw": raw, "key": "1", "title": "On wide nets"}
    found = compare([Case(raw, [item | {"authors": ["Roy"], "year": 2016}])])
    assert found["reference"] == found["authors"] == found["year"] == Score(1, 1, 1)
    assert found["title"] == Score(both=0, found=1, written=1)


def test_identifiers_of_all_kinds_share_a_row():
    cites = {"kind": "cite", "start": 0, "raw": "\\cite{a/B1}", "key": "a/B1"}
    paper = {"kind": "arxiv", "start": 13, "raw": "arXiv:1611.03530", "key": "1611.03530"}
    rows = list(lines([Case("\\cite{a/B1} arXiv:1611.03530", [cites, paper])]))[2:]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    assert [row[0] for row in cells] == ["identifiers", "mention", "reference", *FIELDS]
    assert sorted(cells[0][1::4]) == ["0", "2"]
