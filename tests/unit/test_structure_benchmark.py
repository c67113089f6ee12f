"""The counts of the benchmark of restored structure."""

import json

import pytest

from benchmarks.scores import Score
from benchmarks.structure import Pair, blocks, compare, naive, read_pairs, table
from tests.unit.cases import cases


@pytest.mark.parametrize("case", cases("blocks", "written"))
def test_blocks(case):
    assert sorted(blocks(case["markdown"])) == [tuple(block) for block in case["blocks"]]


def test_found_and_missed_items_are_counted():
    pair = Pair("# A\n\n* b\n* c", "# A * b * c")
    scores = compare([pair], ["# A\n\n* b * c"])
    assert scores["heading"] == Score(both=1, found=1, written=1)
    assert scores["list item"] == Score(both=1, found=1, written=2)
    assert scores["all"].recall == pytest.approx(2 / 3)
    assert scores["table"].f1 == 0


def test_the_baseline_breaks_at_every_asterisk_and_hash():
    assert naive("a * b # c - d") == "a\n\n* b\n\n# c - d"


def test_every_kind_has_its_line(tmp_path):
    pairs = [{"markdown": "# A\n\n* b", "flattened": "# A * b"}]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    lines = list(table(read_pairs(path)))
    assert [line.split("  ")[0] for line in lines[1:]][:3] == ["heading", "list item", "code"]
    assert "1.000" in lines[-1]
