"""The search for copies in partitions answers as the search over all records does."""

import random
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.duplicates import shuffle
from shortscience.pipeline.duplicates.find import Duplicates, find_duplicates
from shortscience.pipeline.duplicates.partitions import split_texts
from shortscience.pipeline.settings import DuplicateSettings
from shortscience.pipeline.tasks import AtOnce, Tasks
from tests.conftest import SCRATCH
from tests.unit.test_duplicates import SIGNING, frame, prose, signed


class Here(AtOnce):
    """An engine that does each task at once, and counts its parts."""

    def split(self, function, n_parts, *arguments):
        parts = super().split(function, n_parts, *arguments)
        assert len(parts) == n_parts
        return parts


def corpus(seed: int, originals: int = 40) -> pl.DataFrame:
    """Records of which many are copies, in all ways in which texts are."""
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


def in_partitions(
    records: pl.DataFrame, batches: int, partitions: int, tasks: Tasks | None = None
) -> Duplicates:
    bounds = [len(records) * number // batches for number in range(batches + 1)]
    parts = [records[start:end] for start, end in pairwise(bounds)]
    return shuffle.find_duplicates(
        [signed(part) for part in parts],
        [part.lazy() for part in parts],
        partitions,
        SIGNING,
        DuplicateSettings(),
        tasks or Here(),
    )


@settings(max_examples=25)
@given(st.integers(0, 1_000), st.integers(1, 9), st.integers(1, 30))
def test_the_answer_is_the_same_whatever_the_batches_and_partitions(seed, batches, partitions):
    records = corpus(seed)
    whole = find_duplicates(signed(records), records.lazy(), SIGNING, DuplicateSettings(), SCRATCH)
    parted = in_partitions(records, batches, partitions)
    assert parted.verdicts.equals(whole.verdicts)
    assert parted.evidence.contents.equals(whole.evidence.contents)
    assert parted.evidence.pairs.equals(whole.evidence.pairs)
    assert [*parted.evidence.extensions.items()] == [*whole.evidence.extensions.items()]


def test_the_corpus_has_copies_of_all_kinds():
    verdicts = in_partitions(corpus(1), 3, 4).verdicts
    assert set(verdicts["relation"].drop_nulls()) == {"exact", "near", "truncated"}


@pytest.mark.parametrize("partitions", [1, 5])
def test_a_hot_bucket_is_one_partition_s(partitions):
    same = " ".join(f"word{number}" for number in range(60))
    records = frame(*(f"{same} {number}" for number in range(100)))
    verdicts = in_partitions(records, 4, partitions).verdicts
    assert verdicts["status"].to_list().count("kept") == 1


def test_texts_in_another_order_than_their_signatures_are_refused():
    texts = pl.LazyFrame({"record_id": ["a", "b"], "text": ["A.", "B."]})
    places = pl.DataFrame({"row": [0], "record_id": ["b"], "number": [7], "receiver": [0]})
    with pytest.raises(ValueError, match="order of their signatures"):
        split_texts(1, texts, places)
