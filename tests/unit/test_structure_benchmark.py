"""The counts of the benchmark of restored structure."""

import json

import numpy as np
import pytest

from benchmarks.scores import Score
from benchmarks.structure import Pair, blocks, compare, naive, read_pairs, table
from benchmarks.structure_model import Judged, Scale
from shortscience.pipeline.cleaning.structure.paragraph_model import ANYWHERE
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


@pytest.mark.parametrize(
    ("said", "right"),
    [((0.9, 0.1), (7, 3)), ((0.6, 0.4), (8, 2)), ((0.8, 0.5), (8, 5))],
    ids=["said too surely", "said too cautiously", "said rightly"],
)
def test_what_is_said_is_scaled_to_what_is_so(said, right):
    """Ten places are said to be likely, and ten to be less so."""
    chances = np.repeat(said, 10)
    begins = np.concatenate([np.arange(10) < count for count in right])
    slope, shift = Scale.of(Judged(chances, begins))
    scaled = 1 / (1 + np.exp(-(slope * np.log(chances / (1 - chances)) + shift)))
    assert scaled == pytest.approx(np.repeat(right, 10) / 10, abs=1e-3)


def test_a_scale_shifts_the_weight_of_all_places_alone():
    weights = {ANYWHERE: 1.0, ("first word", "They"): -2.0}
    assert Scale(0.5, 0.25).apply(weights) == {ANYWHERE: 0.75, ("first word", "They"): -1.0}
