"""What is repaired, and what must not change."""

import re
import unicodedata

import ftfy
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shortscience.pipeline.cleaning.clean import clean
from shortscience.pipeline.cleaning.encoding import (
    REPAIR_ONLY,
    Repaired,
    complete_closing_quotes,
)
from shortscience.pipeline.cleaning.suspects import suspects
from shortscience.pipeline.scanner import scan
from tests.processing import repair
from tests.unit.cases import cases

FRAGMENTS = [
    *("Ã©", "â€™", "â€œ", "Â", "Ã", "×", "³", "“", "’", "é", "ﬁ", "Ａ", "&lt;", "–", "α", "\ufffd"),
    *("â€", "$Ã©$", "`â€™`", "http://a.b/Ã©", "x", "e\u0301", "\u2028", "\r\n", "\n", " ", "ä¸­"),
]
CONTROLS = ["\x00", "\x7f", "\x81", "\x85", "\x9d", "\x1b[31m"]
MIXED = st.lists(st.sampled_from([*FRAGMENTS, *(f"a{control}b" for control in CONTROLS)]))
TEXTS = MIXED.map(" ".join) | st.lists(st.sampled_from(FRAGMENTS)).map("".join)


def replay(text: str, repairs: tuple[str, ...]) -> str:
    """Apply the repairs to the pieces they name, as a reader of the dataset would."""
    for line in reversed(repairs):
        span, *steps = line.split(" ")
        start, end = map(int, span.split(":"))
        piece = text[start:end]
        for step in steps:
            action, parameter = step.split(":", 1)
            if action == "normalize":
                piece = unicodedata.normalize(parameter, piece)
            elif parameter == "complete_closing_quotes":
                piece = complete_closing_quotes(piece)
            elif parameter == "remove_left_controls":
                piece = "".join(c for c in piece if c in "\t\n" or unicodedata.category(c) != "Cc")
            else:
                piece = ftfy.apply_plan(piece, [(action, parameter)])
        text = text[:start] + piece + text[end:]
    return text


@pytest.mark.parametrize("case", cases("encoding", "repaired", "untouched", "known failures"))
def test_repair(case):
    done = repair(case["text"])
    assert done.text == case["expected"]
    assert bool(done.repairs) == (case["text"] != case["expected"])


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
@settings(max_examples=100)
def test_clean_ascii_is_unchanged(text):
    assert repair(text) == Repaired(text, ())


@given(TEXTS)
@settings(max_examples=200)
def test_a_second_repair_changes_nothing(text):
    once = repair(text)
    again = repair(once.text)
    assert (again.text, again.repairs) == (once.text, ())


@given(TEXTS)
@settings(max_examples=200)
def test_replaying_the_repairs_gives_the_text(text):
    done = repair(text)
    assert replay(text, done.repairs) == done.text
    assert bool(done.repairs) == (done.text != text)


@given(TEXTS)
@settings(max_examples=200)
def test_code_math_and_addresses_are_kept_character_for_character(text):
    repaired = repair(text).text
    position = 0
    for span in scan(text):
        raw = text[span.start : span.end]
        position = repaired.index(raw, position) + len(raw)


@pytest.mark.xfail(
    strict=True, reason="without the control, a digit stands after the closing dollar"
)
def test_a_control_character_beside_a_formula():
    once = repair("é $Ã©$\x815").text
    assert repair(once).text == once


BROKEN = "Ã©â€™Â Ð°Ÿ√ß\x81\x1b\ufeff\u2028\u0301\u206ae\u0301Å²£œŒ°³€×"
PROOF = st.text(st.sampled_from("‘’“”–—…•éüñaZ1 .,'\"-(\n中" + BROKEN), max_size=9)


@given(PROOF)
@settings(max_examples=600)
def test_skipped_texts_are_unchanged_by_ftfy(text):
    if not suspects(pl.Series([text]))[0]:
        assert ftfy.fix_and_explain(text, REPAIR_ONLY).text == text
        assert repair(text) == Repaired(text, ())


PROSE = "and so, after twenty-four letters or more, goes on (as it may)"


@given(PROOF | st.lists(PROOF, max_size=5).map(PROSE.join))
@settings(max_examples=500)
def test_without_formulas_controls_and_cut_quotes_the_repairs_are_those_of_ftfy(text):
    """Although its passes are run one by one, and long runs of ASCII are kept from it."""
    assume(complete_closing_quotes(text) == text)
    fixed = ftfy.fix_and_explain(text, REPAIR_ONLY).text
    if not scan(text) and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", fixed):
        done = repair(text)
        assert done.text == fixed
        assert bool(done.repairs) == (fixed != text)


@given(st.lists(PROOF, max_size=5))
@settings(max_examples=300)
def test_a_text_is_suspect_if_one_of_its_pieces_is(pieces):
    """Repair works on pieces between formulas, so a skipped text must have no broken piece."""
    whole = suspects(pl.Series(["".join(pieces)]))[0]
    assert whole or not any(ftfy.badness.is_bad(piece) for piece in pieces)


@given(st.lists(PROOF, max_size=6))
@settings(max_examples=100)
def test_a_text_is_repaired_among_others_as_it_is_alone(texts):
    bodies = pl.DataFrame(
        {"record_id": map(str, range(len(texts))), "body": texts, "reason": None},
        schema={"record_id": pl.String, "body": pl.String, "reason": pl.String},
    ).with_columns(keeps_structure=pl.lit(value=True))
    cleaned, _ = clean(bodies)
    assert cleaned["text"].to_list() == [repair(text).text for text in texts]
    assert [tuple(steps) for steps in cleaned["repairs"]] == [repair(t).repairs for t in texts]
