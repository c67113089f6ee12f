"""The search for copies on an engine: which step of `partitions` gets what from which.

Every step is a task of the engine's, and what tasks pass on to each other stays with it. What comes
back is what becomes of each record, and the evidence: some hundred bytes for a record.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates import partitions
from shortscience.pipeline.duplicates.clusters import Numbers
from shortscience.pipeline.duplicates.find import Duplicates, Evidence, Similarities, decide
from shortscience.pipeline.settings import DuplicateSettings, SignatureSettings
from shortscience.pipeline.tasks import Ref, Tasks, shuffle


def find_duplicates(
    signatures: Sequence[Ref],
    texts: Sequence[Ref],
    n_parts: int,
    signing: SignatureSettings,
    settings: DuplicateSettings,
    tasks: Tasks,
) -> Duplicates:
    """Find copies among the signed records of some batches, as `find.find_duplicates` does.

    `signatures` and `texts` hold a data frame and a lazy frame per batch.
    """
    search = _Search(signatures, texts, n_parts, tasks)
    words = signing.shingle_words
    pairs = search.with_texts(
        search.candidates(settings.near_min_words),
        ["left", "right"],
        partitions.verify,
        words,
        settings,
    )
    cut = search.with_texts(search.beginnings(), ["text"], partitions.extend)
    contents, records = search.contents()
    extensions = {text: longer for part in tasks.get(cut) for text, longer in part.items()}
    evidence = Evidence(contents, pl.concat(tasks.get(pairs)), extensions)

    def similarity(left: Numbers, right: Numbers) -> Similarities:
        asked = [pl.DataFrame({"left": left, "right": right})]
        compared = search.with_texts(asked, asked[0].columns, partitions.similarities, words)
        return np.concatenate(tasks.get(compared))

    return decide(records, evidence, settings.near_threshold, similarity)


class _Search:
    """The contents of a search in partitions, and how their texts get to where they are needed."""

    def __init__(
        self, signatures: Sequence[Ref], texts: Sequence[Ref], n_parts: int, tasks: Tasks
    ) -> None:
        self._tasks, self._texts, self._n_parts = tasks, texts, n_parts
        numbers = range(len(signatures))
        placed = shuffle(
            self._tasks, partitions.split_signatures, n_parts, zip(signatures, numbers, strict=True)
        )
        self._contents = [tasks.run(partitions.rank_contents, *parts) for parts in placed]
        sizes = tasks.get([tasks.run(partitions.count, part) for part in self._contents])
        self._starts = list(accumulate(sizes[:-1], initial=0))

    def candidates(self, least_words: int) -> list[Ref]:
        """Return the pairs that may be copies, by the partition of their left text."""
        hashes = shuffle(
            self._tasks,
            partitions.split_bands,
            self._n_parts,
            ((*part, least_words) for part in zip(self._contents, self._starts, strict=True)),
        )
        pairs = shuffle(
            self._tasks,
            partitions.split_pairs,
            self._n_parts,
            ((self._starts, *parts) for parts in hashes),
        )
        return [self._tasks.run(partitions.distinct_pairs, *parts) for parts in pairs]

    def beginnings(self) -> list[Ref]:
        """Return the texts that begin alike, in the order of what they begin with."""
        placed = shuffle(
            self._tasks,
            partitions.split_beginnings,
            self._n_parts,
            zip(self._contents, self._starts, strict=True),
        )
        return [self._tasks.run(partitions.shared_beginnings, *parts) for parts in placed]

    def with_texts(
        self,
        frames: Sequence[Ref],
        columns: Sequence[str],
        function: Callable[..., Any],
        *arguments: Any,
    ) -> list[Ref]:
        """Run a function on each frame, with the texts whose numbers stand in some columns.

        The frames ask the partitions of the contents, which know where a text is, and these the
        batches, which have it.
        """
        wanted = shuffle(
            self._tasks,
            partitions.split_wanted,
            self._n_parts,
            ((frame, columns, self._starts) for frame in frames),
        )
        known = zip(self._contents, self._starts, wanted, strict=True)
        n_batches = len(self._texts)
        places = shuffle(
            self._tasks,
            partitions.split_places,
            n_batches,
            ((part, start, *asked) for part, start, asked in known),
        )
        texts = shuffle(
            self._tasks,
            partitions.split_texts,
            len(frames),
            ((texts, *asked) for texts, asked in zip(self._texts, places, strict=True)),
        )
        received = zip(frames, texts, strict=True)
        return [self._tasks.run(function, frame, *arguments, *sent) for frame, sent in received]

    def contents(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Fetch all contents, and all records in the order of their rank."""
        parts = self._tasks.get(
            [self._tasks.run(partitions.without_signatures, part) for part in self._contents]
        )
        contents, records = zip(*parts, strict=True)
        return pl.concat(contents), pl.concat(records)
