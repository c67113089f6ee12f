"""Copies are found, verified and explained, whatever the order and the batches."""

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.duplicates.clusters import attach_cut_copies
from shortscience.pipeline.duplicates.differences import differing_words
from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.duplicates.normal_form import _words_by_rule, normal_form
from shortscience.pipeline.duplicates.outcomes import Duplicates
from shortscience.pipeline.duplicates.shingles import Shingles, hash_beginnings, hash_words, shingle
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.duplicates.thresholds import compare_thresholds
from shortscience.pipeline.duplicates.verification import jaccard
from shortscience.pipeline.keys import key
from shortscience.pipeline.settings import DuplicateSettings, SignatureSettings

SIGNING = SignatureSettings()
VOCABULARY = [
    f"{root}{ending}"
    for root in "netz lern gewicht daten bild wort".split()
    for ending in "0123456789abcdefgh"
]


def prose(seed: int, words: int = 150) -> str:
    """Return a text that shares almost no shingle with texts of other seeds."""
    generator = random.Random(seed)
    return " ".join(generator.choice(VOCABULARY) for _ in range(words))


def frame(*texts: str, structure: str = "restored") -> pl.DataFrame:
    """Return cleaned records, as the search receives them."""
    return pl.DataFrame(
        {
            "record_id": [key("record", number, text) for number, text in enumerate(texts)],
            "text": texts,
            "structure": [structure] * len(texts),
        }
    )


def signed(records: pl.DataFrame) -> pl.DataFrame:
    """Return signatures of records without a known paper."""
    return sign(records, SIGNING).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )


def find(records: pl.DataFrame) -> Duplicates:
    return find_copies_at_hand(signed(records), records, SIGNING, DuplicateSettings())


def fates(*texts: str) -> list[tuple[str, str | None]]:
    """Return (status, relation) of each text, in order."""
    records = frame(*texts)
    outcomes = records.select("record_id").join(
        find(records).outcomes, on="record_id", maintain_order="left"
    )
    return list(outcomes.select("status", "relation").iter_rows())


KEPT = ("kept", None)
LONG = prose(1)
EDITED = LONG.replace(LONG.split()[70], "changed", 1)
CUT = " ".join(LONG.split()[:60])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("It's a *net*.", "It’s a **net**", id="quotes and emphasis"),
        pytest.param(r"x\_1 and `y`", "x_1 and y", id="escapes and code marks"),
        pytest.param("# A\n\n* b\n* c", "# A * b * c", id="line breaks"),
        pytest.param("ﬁne", "fine", id="ligature"),
        pytest.param(
            f"{LONG} http://arxiv.org/abs/1412.6980", LONG, id="an address that a feed strips"
        ),
    ],
)
def test_normal_form_ignores_what_dumps_add_or_lose(one: str, other: str) -> None:
    forms = normal_form(pl.Series([one, other]))
    assert forms[0] == forms[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("See https://a.org", "See https://b.org", id="nothing but an address"),
        pytest.param("!!!", "???", id="no words at all"),
        pytest.param("a b c", "a b d", id="another word"),
    ],
)
def test_normal_form_keeps_distinguishing_words(one: str, other: str) -> None:
    forms = normal_form(pl.Series([one, other]))
    assert forms[0] != forms[1]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param((LONG, prose(2)), [KEPT, KEPT], id="unrelated"),
        pytest.param((LONG, EDITED + " more"), [("duplicate", "near"), KEPT], id="longer is kept"),
        pytest.param((CUT, LONG), [("duplicate", "truncated"), KEPT], id="whole over cut"),
        pytest.param((CUT[:-3], LONG), [("duplicate", "truncated"), KEPT], id="cut inside a word"),
        pytest.param((" ".join(LONG.split()[:15]), LONG), [KEPT, KEPT], id="too short to be a cut"),
        pytest.param(
            (" ".join(LONG.split()[40:100]), LONG), [KEPT, KEPT], id="a middle part is no copy"
        ),
        pytest.param(
            (
                "A short note on Adam that says it works well in practice.",
                "A short note on LAMB that says it works well in practice.",
            ),
            [KEPT, KEPT],
            id="short texts of one template",
        ),
    ],
)
def test_two_texts(texts: tuple[str, str], expected: list[tuple[str, str | None]]) -> None:
    assert fates(*texts) == expected


def test_original_structure_is_kept_over_a_longer_flattened_copy() -> None:
    original = frame(LONG, structure="original")
    records = pl.concat([original, frame(EDITED + " more words")])
    outcomes = find(records).outcomes
    kept = outcomes.filter(pl.col("status") == "kept")["record_id"].to_list()
    assert kept == original["record_id"].to_list()


def test_a_cut_copy_never_joins_two_different_summaries() -> None:
    beginning = prose(3, 40)
    outcomes = fates(f"{beginning} {prose(4)}", f"{beginning} {prose(5)}", beginning)
    assert outcomes == [KEPT, KEPT, ("duplicate", "truncated")]


def test_a_truncated_truncated_copy_joins_the_whole_text() -> None:
    records = frame(LONG, " ".join(LONG.split()[:90]), " ".join(LONG.split()[:40]))
    outcomes = find(records).outcomes
    assert outcomes["kept_record_id"].unique().to_list() == [records["record_id"][0]]


def test_the_table_of_characters_agrees_with_the_rule() -> None:
    chars = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    around = pl.Series([f"A{char}B {char}" for char in chars])
    assert normal_form(around).equals(_words_by_rule(around))


@settings(max_examples=200)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=5))
def test_a_text_is_folded_alike_alone_and_among_others(texts: list[str]) -> None:
    long = [f"{text} {LONG}" for text in texts]
    together = normal_form(pl.Series(long, dtype=pl.String))
    assert together.to_list() == [_words_by_rule(pl.Series([text]))[0] for text in long]


def test_beginnings_are_equal_when_the_first_words_are() -> None:
    texts = pl.Series(["a b c d", "a b c e f", "a b", "a b c", "b a c d"])
    hashes = hash_beginnings(hash_words(texts), 3).to_list()
    assert hashes[0] == hashes[1]
    assert hashes[2] is hashes[3] is None
    assert hashes[4] not in (None, hashes[0])


def test_a_long_chain_of_truncated_copies_is_followed_in_linear_time() -> None:
    words = prose(9, 3_000).split()
    cuts = [" ".join(words[:size]) for size in range(30, len(words) + 1, 30)]
    outcomes = find(frame(*cuts)).outcomes
    assert outcomes["summary_id"].n_unique() == 1
    assert set(outcomes["relation"].drop_nulls()) <= {"near", "truncated"}


def test_clusters_that_truncate_each_other_stay_separate() -> None:
    kept = np.array([0, 1, 0, 1])
    assert attach_cut_copies(kept, {0: 3, 1: 2}).tolist() == kept.tolist()


def test_summaries_of_an_earlier_release_are_left_out() -> None:
    records = frame(LONG, EDITED, CUT, prose(7), prose(8))
    earlier = signed(frame(LONG, prose(8))).with_columns(
        earlier=pl.lit(value=True), record_id=pl.lit("earlier:") + pl.col("record_id")
    )
    texts = pl.concat([records, frame(LONG, prose(8))]).with_columns(
        record_id=pl.concat([records["record_id"], earlier["record_id"]])
    )
    signatures = pl.concat([signed(records), earlier])
    found = find_copies_at_hand(signatures, texts, SIGNING, DuplicateSettings())
    outcomes = records.select("record_id").join(
        found.outcomes, on="record_id", maintain_order="left"
    )
    assert outcomes.select("status", "relation").rows() == [
        ("earlier", "exact"),
        ("earlier", "near"),
        ("earlier", "truncated"),
        KEPT,
        ("earlier", "exact"),
    ]
    assert outcomes["kept_record_id"][0] == earlier["record_id"][0]
    assert compare_thresholds(found.evidence, 0.8, 0.99).summaries == (1, 2)


@pytest.mark.parametrize(
    ("new", "summaries", "n_changes"),
    [
        pytest.param(0.8, (2, 2), 0, id="the same"),
        pytest.param(0.99, (2, 3), 1, id="higher: a pair comes apart"),
        pytest.param(0.55, (2, 1), 2, id="lower: the other edit joins"),
    ],
)
def test_another_threshold_is_answered_from_the_evidence(
    new: float, summaries: tuple[int, int], n_changes: int
) -> None:
    words = LONG.split()
    for place in range(5, 145, 20):
        words[place] = f"other{place}"
    evidence = find(frame(LONG, EDITED, " ".join(words))).evidence
    found = compare_thresholds(evidence, 0.8, new)
    assert found.summaries == summaries
    assert len(found.changes) == n_changes


@pytest.mark.parametrize(("old", "new"), [(0.8, 0.55), (0.55, 0.8)])
def test_a_pair_that_is_a_truncation_anyway_does_not_change(old: float, new: float) -> None:
    words = LONG.split()
    evidence = find(frame(LONG, " ".join(words[: len(words) * 7 // 10]))).evidence
    assert evidence.pairs["similarity"].is_between(0.55, 0.8).to_list() == [True]
    found = compare_thresholds(evidence, old, new)
    assert (found.summaries, found.changes.rows()) == ((1, 1), [])


@pytest.mark.parametrize(
    ("kept", "copy", "expected"),
    [
        ("a b c", "a b c", []),
        ("a b c", "a x c", [("b", "x")]),
        ("a b c d", "a b", [("c d", "")]),
        ("a\nb", "a b", []),
    ],
)
def test_differing_words(kept: str, copy: str, expected: list[tuple[str, str]]) -> None:
    assert differing_words(kept, copy) == expected


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "dé", "éé", "f"]), min_size=1, max_size=12)


@settings(max_examples=60)
@given(st.lists(WORDS.map(" ".join), min_size=2, max_size=6))
def test_jaccard_is_exact(texts: list[str]) -> None:
    def shingles(text: str) -> set[str]:
        words = text.split()
        return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}

    left = np.arange(len(texts) - 1)
    measured = jaccard(pl.Series(texts), left, left + 1, 3)
    for place, similarity in enumerate(measured):
        a, b = shingles(texts[place]), shingles(texts[place + 1])
        assert similarity == pytest.approx(len(a & b) / len(a | b))


@settings(max_examples=40)
@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=8), st.integers(1, 7))
def test_shingles_do_not_depend_on_the_batch(texts: list[str], cut: int) -> None:
    """Texts of any size may be in chunks of any size."""

    def hashes(part: list[str]) -> Shingles:
        return shingle(hash_words(pl.Series(part, dtype=pl.String)), 3)

    whole, parts = hashes(texts), [hashes(texts[:cut]), hashes(texts[cut:])]
    assert np.array_equal(whole.hashes, np.concatenate([part.hashes for part in parts]))


def unspaced(seed: int, characters: int, first: int, last: int) -> str:
    generator = random.Random(seed)
    return "".join(chr(generator.randrange(first, last)) for _ in range(characters))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(0x4E00, 0x9FA5, id="Chinese"),
        pytest.param(0x3041, 0x3096, id="Hiragana"),
        pytest.param(0x0E01, 0x0E2E, id="Thai"),
    ],
)
def test_copies_are_found_in_scripts_without_spaces(first: int, last: int) -> None:
    whole = unspaced(1, 330, first, last)
    changed = whole[:150] + unspaced(2, 1, first, last) + whole[151:]
    cut, other = whole[:220], unspaced(3, 330, first, last)
    assert fates(f"{whole}。", changed) == [("kept", None), ("duplicate", "near")]
    assert fates(whole, cut) == [("kept", None), ("duplicate", "truncated")]
    assert fates(whole, other) == [("kept", None)] * 2


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_the_copy_without_invisible_characters_is_kept(unseen: str) -> None:
    clean = prose(1)
    marked = clean.replace("tz", f"t{unseen}z").replace("er", f"e{unseen}r")
    for texts in ([clean, marked], [marked, clean]):
        expected = [("kept", None) if text == clean else ("duplicate", "exact") for text in texts]
        assert fates(*texts) == expected
