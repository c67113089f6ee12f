"""The search for copies finds what comparing all pairs finds, in any number of parts."""

import random
from itertools import combinations, pairwise

import networkx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.duplicates.find import search
from shortscience.pipeline.duplicates.normal_form import normal_form
from shortscience.pipeline.duplicates.outcomes import Duplicates
from shortscience.pipeline.duplicates.texts import read_normal_forms
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import DuplicateSettings
from shortscience.pipeline.tasks import AtOnce, Tasks
from tests.unit.test_duplicates import LONG, SIGNING, frame, prose, signed

SETTINGS = DuplicateSettings()


def corpus(seed: int, originals: int = 40) -> pl.DataFrame:
    """Return records with many copies, of every kind."""
    draw = random.Random(seed)
    texts = []
    for number in range(originals):
        words = prose(number, draw.choice([20, 60, 150])).split()
        texts.append(words)
        for copy in range(draw.choice([0, 1, 2])):
            edited = [*words[:10], f"edited{copy}", *words[11:]]
            texts.append(draw.choice([words, edited, words[: len(words) * 2 // 3]]))
    draw.shuffle(texts)
    return frame(*(" ".join(words) for words in texts))


def in_parts(
    records: pl.DataFrame, batches: int, n_parts: int, tasks: Tasks | None = None
) -> Duplicates:
    """Search records in `batches` batches and `n_parts` parts."""
    bounds = [len(records) * number // batches for number in range(batches + 1)]
    parts = [records[start:end] for start, end in pairwise(bounds)]
    tasks = tasks or AtOnce()
    return search(
        Parts.of([signed(part).lazy() for part in parts], tasks),
        Parts.of([part.lazy() for part in parts], tasks),
        n_parts=n_parts,
        signing=SIGNING,
        settings=SETTINGS,
    )


def shingles(normal: str) -> set[tuple[str, ...]]:
    words = normal.split()
    size = SIGNING.shingle_words
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def jaccard(one: str, other: str) -> float:
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def by_comparing_all(records: pl.DataFrame) -> dict[str, tuple[str, str | None, float | None]]:
    """Return each record's kept record, relation and similarity, from the definitions alone."""
    normal = dict(zip(records["record_id"], normal_form(records["text"]), strict=True))
    longest = sorted(normal, key=lambda name: (-len(normal[name]), name))
    first = {normal[name]: name for name in reversed(longest)}
    near = networkx.Graph()
    near.add_nodes_from(first)
    near.add_edges_from(
        pair
        for pair in combinations(first, 2)
        if all(len(text.split()) >= SETTINGS.near_min_words for text in pair)
        and jaccard(*pair) >= SETTINGS.near_threshold
    )
    ids = dict(zip(signed(records)["record_id"], signed(records)["content_id"], strict=True))
    canonical = {}
    for component in networkx.connected_components(near):
        best = min(component, key=lambda text: (-len(text), ids[first[text]]))
        canonical |= dict.fromkeys(component, best)
    whole = {
        text: next(
            (
                canonical[longer]
                for longer in sorted(first)
                if longer.startswith(text)
                and len(text.split()) > SIGNING.prefix_words
                and canonical[longer] != text
            ),
            text,
        )
        for text in set(canonical.values())
    }
    found = {}
    for name, text in normal.items():
        kept = whole[canonical[text]]
        if first[kept] == name:
            found[name] = (name, None, None)
        else:
            relation = (
                "exact" if kept == text else "near" if kept == canonical[text] else "truncated"
            )
            found[name] = (first[kept], relation, 1.0 if kept == text else jaccard(text, kept))
    return found


@settings(max_examples=10)
@given(st.integers(0, 1_000))
def test_copies_are_those_that_comparing_all_texts_finds(seed: int) -> None:
    records = corpus(seed)
    outcomes = in_parts(records, 2, 3).outcomes
    columns = outcomes.select("record_id", "kept_record_id", "relation", "similarity")
    found = {name: tuple(rest) for name, *rest in columns.iter_rows()}
    expected = by_comparing_all(records)
    assert {name: row[:2] for name, row in found.items()} == {
        name: row[:2] for name, row in expected.items()
    }
    for name, (_, _, similarity) in expected.items():
        assert found[name][2] == pytest.approx(similarity)


@settings(max_examples=25)
@given(st.integers(0, 1_000), st.integers(1, 9), st.integers(1, 30))
def test_batches_and_parts_do_not_affect_the_result(seed: int, batches: int, n_parts: int) -> None:
    records = corpus(seed)
    whole, parted = in_parts(records, 1, 1), in_parts(records, batches, n_parts)
    assert parted.outcomes.equals(whole.outcomes)
    assert parted.evidence.contents.equals(whole.evidence.contents)
    assert parted.evidence.pairs.equals(whole.evidence.pairs)
    assert parted.evidence.extensions.equals(whole.evidence.extensions)


def test_the_corpus_has_copies_of_all_kinds() -> None:
    outcomes = in_parts(corpus(1), 3, 4).outcomes
    assert set(outcomes["relation"].drop_nulls()) == {"exact", "near", "truncated"}


@pytest.mark.parametrize("n_parts", [1, 5])
def test_a_large_bucket_of_templates_is_one_summary_by_few_pairs(n_parts: int) -> None:
    records = frame(*(f"{LONG} variant {number}" for number in range(500)))
    found = in_parts(records, 4, n_parts)
    assert found.outcomes["status"].to_list().count("kept") == 1
    assert len(found.evidence.pairs) < 10 * len(records)


def test_no_records_have_no_copies() -> None:
    found = in_parts(frame("A text.").clear(), 1, 2)
    assert found.outcomes.is_empty()
    assert found.evidence.pairs.is_empty()


def test_texts_in_another_order_than_their_signatures_are_refused() -> None:
    texts = pl.LazyFrame({"record_id": ["a", "b"], "text": ["A.", "B."]})
    located = pl.DataFrame({"row": [0], "record_id": ["b"], "number": [7], "receiver": [0]})
    with pytest.raises(ValueError, match="different orders"):
        read_normal_forms(located, texts)
