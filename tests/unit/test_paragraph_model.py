"""How likely paragraphs are said to begin, from which evidence."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.cleaning.structure.evidence import (
    AT_PLACES,
    of_places,
    of_segment,
    of_text,
)
from shortscience.pipeline.cleaning.structure.layout import Mark
from shortscience.pipeline.cleaning.structure.paragraph_model import (
    ANYWHERE,
    MODEL,
    ParagraphModel,
)
from shortscience.pipeline.cleaning.structure.places import parted, places

THREE = "Kites fly well. They need wind. They need a line."


def chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("It flies. We like it! Why?", [(10, "."), (22, "!")]),
        ("It flies, e.g. Kites do, as J. Kite says.", []),
        ("It flies (eqn. 8 on p. 12 and pp. 14), says Tap. 8 kites", [(49, ".")]),
        ("It flies.) (We like it.)", [(11, ".")]),
        ("It flies (Kites, vol. 22, no. 1, Sect. 3)", []),
        ("We say no. It flies", [(11, ".")]),
        ("We need glue The authors say so", [(13, "word")]),
        ("We need glue Overall, I like it", [(13, "word")]),
        ("We need glue [3] The authors say so", [(17, "word")]),
        ("The story of The kite", []),
        ("Agents A and I fly", []),
        ("See \x7f\x7f\x7f We like it", [(8, "\x7f")]),
        ("So: We fly", []),
        ("", []),
    ],
)
def test_where_a_paragraph_could_begin(prose, found):
    assert places(prose) == found


def test_sentences_end_no_paragraph_between_two_items():
    marks = [Mark(0, 2, "item", "*"), Mark(15, 17, "item", "*")]
    prose = "* It is. It is * It is. It is"
    assert [(segment.opened, inside) for segment, inside in parted(prose, marks, [])] == [
        ("item", [(24, ".")])
    ]


def test_places_are_parted_by_blocks_and_run_ins():
    prose = "So. B is. # C **D** is. It is."
    marks = [Mark(10, 14, "heading")]
    kinds = [(segment.opened, segment.closed) for segment, _ in parted(prose, marks, [14])]
    assert kinds == [("text", "heading"), ("run-in", "end")]


def test_what_is_seen_at_a_place():
    [(segment, inside)] = parted(THREE, [], [])
    seen = of_places(THREE, segment, inside)
    first, second = (set(zip(AT_PLACES, values, strict=False)) for values in seen)
    assert ("first words", "They need") in first
    assert ("first words are like", "name, it") in first
    assert ("the next is like", "it") in first
    assert ("the next is like", "nothing") in second
    assert ("before", "end") in of_segment(THREE, segment)
    assert ("headings", "0") in of_text(THREE, [], [])


def test_weights_add_up_to_log_odds():
    model = ParagraphModel({ANYWHERE: -1.0, ("first word", "They"): 0.5, ("behind", "text"): 0.25})
    assert [likely for _, likely in model.chances("A kite flies. They fly.", [], [])] == [
        pytest.approx(chance(-0.25), abs=1e-6)
    ]


def test_a_place_is_judged_by_where_the_paragraph_may_have_begun():
    model = ParagraphModel({("unbroken behind", "text"): 2.0, ("length", "0"): -3.0})
    first, second = (likely for _, likely in model.chances(THREE, [], []))
    assert first == pytest.approx(chance(2 - 3), abs=1e-6)
    broken, unbroken = chance(-3), chance(2 - 3)
    assert second == pytest.approx(first * broken + (1 - first) * unbroken, abs=1e-6)


def test_what_is_not_known_weighs_nothing():
    assert [likely for _, likely in ParagraphModel({}).chances(THREE, [], [])] == [0.5, 0.5]


@given(
    st.lists(st.sampled_from("It is. We are! The \x7f (So.) a, b * 1 Why?".split())).map(" ".join)
)
@settings(max_examples=200)
def test_chances_are_probabilities_in_the_order_of_the_places(prose):
    found = list(MODEL.chances(prose, [], []))
    assert [place for place, _ in found] == places(prose)
    assert all(0 <= likely <= 1 for _, likely in found)


@given(
    st.lists(st.sampled_from("It is. The paper! A: \x7f Summary: Overall, Why?".split())).map(
        " ".join
    ),
    st.floats(0.01, 0.99),
)
@settings(max_examples=200)
def test_what_could_not_be_likely_enough_changes_nothing_else(prose, likely):
    least = dict.fromkeys([*".?!\x7f", "word"], likely)
    every = list(MODEL.chances(prose, [], []))
    some = list(MODEL.chances(prose, [], [], least))
    assert every[: len(some)] == some
    assert all(chance < likely for _, chance in every[len(some) :])


def test_many_sentences_cost_as_much_each_as_few(monkeypatch):
    """No place looks back at more than a fixed number of others."""
    looked_at = []

    class Lengths(list):
        def __getitem__(self, index):
            looked_at.append(index)
            return super().__getitem__(index)

    model = ParagraphModel({})
    monkeypatch.setattr(model, "_lengths", Lengths(model._lengths))
    counts = []
    for times in (100, 200, 300):
        looked_at.clear()
        assert len(list(model.chances("It is. " * times, [], []))) == times - 1
        counts.append(len(looked_at))
    assert counts[2] - counts[1] == counts[1] - counts[0]
