"""The duplicates stage: the only step that has to see all records together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.duplicates.candidates import candidate_pairs
from shortscience.pipeline.duplicates.clusters import (
    Numbers,
    attach_cut_copies,
    best_copies,
    components,
)
from shortscience.pipeline.duplicates.cuts import extensions, shared_beginnings
from shortscience.pipeline.duplicates.texts import NormalForms
from shortscience.pipeline.duplicates.verification import jaccard
from shortscience.pipeline.settings import DuplicateSettings, SignatureSettings

Similarities = npt.NDArray[np.float64]
Similarity = Callable[[Numbers, Numbers], Similarities]
"""Returns the similarity of contents by their numbers, pair by pair."""

KEPT, DUPLICATE, EARLIER = "kept", "duplicate", "earlier"


@dataclass(frozen=True)
class Evidence:
    """What was found out about copies, before any threshold is applied.

    `contents` has one row per distinct normal form, in the order of `content_id`; `pairs` the
    verified pairs of them, sorted: `left` < `right` (row numbers of `contents`), `similarity`;
    `extensions` leads from each text that is the beginning of another to the next longer one.
    """

    contents: pl.DataFrame
    pairs: pl.DataFrame
    extensions: Mapping[int, int]

    def clusters(self, threshold: float) -> tuple[Numbers, Numbers]:
        """Return for each content the one that its cluster keeps, and the one it is a cut copy of.

        The second is the first where a text is not cut. Clusters are connected components over
        pairs that are similar at least to the threshold.
        """
        near = self.pairs.filter(pl.col("similarity") >= threshold)
        left, right = near["left"].to_numpy(), near["right"].to_numpy()
        kept = best_copies(self.contents, components(len(self.contents), left, right))
        return kept, attach_cut_copies(kept, self.extensions)

    def similarities(self, one: Numbers, other: Numbers) -> Similarities:
        """Return the similarity of pairs of contents, NaN for those that are not verified."""
        if not len(self.pairs):
            return np.full(len(one), np.nan)
        n_contents = len(self.contents)
        verified = self.pairs["left"].to_numpy() * n_contents + self.pairs["right"].to_numpy()
        asked = np.minimum(one, other) * n_contents + np.maximum(one, other)
        # Pairs are sorted.
        place = np.searchsorted(verified, asked).clip(max=len(verified) - 1)
        found = self.pairs["similarity"].to_numpy()[place]
        return np.where(verified[place] == asked, found, np.nan)


@dataclass(frozen=True)
class Duplicates:
    """What the search found.

    `verdicts` has one row per signed record, in the order of `record_id`: `status` (`kept`,
    `duplicate`, or `earlier` for what an earlier release has), `summary_id`, `kept_record_id`,
    `relation` and `similarity` (null when kept). The evidence answers for other thresholds.
    """

    verdicts: pl.DataFrame
    evidence: Evidence


def find_duplicates(
    signatures: pl.DataFrame,
    texts: pl.LazyFrame,
    signing: SignatureSettings,
    settings: DuplicateSettings,
    scratch: Path,
) -> Duplicates:
    """Find copies among signed records.

    `signatures` is what `sign` returned for all records, and whether each is `identified` and
    `earlier`; `texts` has the columns `record_id` and `text` in the order of `signatures`, and is
    read once, for texts that may have copies: their normal forms go to a file in the folder
    `scratch`. Raises ValueError when the order is not the same.
    """
    records = rank(signatures.drop("bands").with_row_index("row"))
    first = records.unique("content_id", keep="first", maintain_order=True).sort("content_id")
    contents = first.drop("row")
    # Short texts are copies only when they are equal.
    long = (contents["n_words"] >= settings.near_min_words).arg_true().to_numpy().astype(np.int64)
    bands = signatures["bands"].gather(first["row"].gather(long)).to_numpy()
    left, right = (long[rows] for rows in candidate_pairs(bands))
    del bands
    beginnings = shared_beginnings(contents)
    with NormalForms(scratch) as normals:
        similarity = partial(jaccard, normals, shingle_words=signing.shingle_words)
        rows = np.full(len(contents), -1)
        for wanted in (left, right, beginnings["text"].to_numpy()):
            rows[wanted] = first["row"].gather(wanted).to_numpy()
        normals.fill(texts, contents["record_id"], rows)
        pairs = verified_pairs(left, right, similarity(left, right), settings)
        evidence = Evidence(contents, pairs, extensions(beginnings, normals))
        return decide(records, evidence, settings.near_threshold, similarity)


def rank(signatures: pl.DataFrame) -> pl.DataFrame:
    """Sort records so that the first one of each content is the copy to keep."""
    return signatures.sort(
        "content_id",
        "earlier",
        "original",
        "identified",
        "n_chars",
        "record_id",
        descending=[False, True, True, True, True, False],
    )


def verified_pairs(
    left: Numbers, right: Numbers, similarities: Similarities, settings: DuplicateSettings
) -> pl.DataFrame:
    """Return the pairs that are similar enough to be kept as evidence."""
    pairs = pl.DataFrame({"left": left, "right": right, "similarity": similarities})
    least = min(settings.kept_similarity, settings.near_threshold)
    return pairs.filter(pl.col("similarity") >= least)


def decide(
    records: pl.DataFrame, evidence: Evidence, threshold: float, similarity: Similarity
) -> Duplicates:
    """Return what becomes of each record.

    `similarity` is asked for pairs of contents that are not among the evidence: a cut copy and what
    it was cut from.
    """
    return Duplicates(_verdicts(records, _fates(evidence, threshold, similarity)), evidence)


def _fates(evidence: Evidence, threshold: float, similarity: Similarity) -> pl.DataFrame:
    """Return what becomes of each content, with its similarity to the text that is kept for it."""
    contents = evidence.contents
    kept, attached = evidence.clusters(threshold)
    rows = np.arange(len(contents))
    removed = np.flatnonzero(attached != rows)
    similarities = np.ones(len(contents))
    similarities[removed] = evidence.similarities(removed, attached[removed])
    unknown = removed[np.isnan(similarities[removed])]
    similarities[unknown] = similarity(unknown, attached[unknown])
    relation = np.where(attached == rows, "exact", np.where(attached == kept, "near", "truncated"))
    return pl.DataFrame(
        {
            "content_id": contents["content_id"],
            "summary_id": contents["content_id"].gather(attached),
            "kept_record_id": contents["record_id"].gather(attached),
            "known": contents["earlier"].gather(attached),
            "relation": relation,
            "similarity": similarities,
        }
    )


def _verdicts(records: pl.DataFrame, fates: pl.DataFrame) -> pl.DataFrame:
    is_kept = pl.col("record_id") == pl.col("kept_record_id")
    return (
        records.filter(~pl.col("earlier"))
        .select("record_id", "content_id")
        .join(fates, on="content_id")
        .select(
            "record_id",
            pl.when(is_kept)
            .then(pl.lit(KEPT))
            .when("known")
            .then(pl.lit(EARLIER))
            .otherwise(pl.lit(DUPLICATE))
            .alias("status"),
            "summary_id",
            "kept_record_id",
            pl.when(~is_kept).then("relation").alias("relation"),
            pl.when(~is_kept).then("similarity").alias("similarity"),
        )
        .sort("record_id")
    )
