"""The duplicates stage: the only step that has to see all records together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.duplicates.candidates import candidate_pairs
from pipeline.duplicates.clusters import attach_cut_copies, best_copies, components
from pipeline.duplicates.normal_form import normal_form
from pipeline.duplicates.verification import jaccard
from pipeline.settings import DuplicateSettings, SignatureSettings


@dataclass(frozen=True)
class Duplicates:
    """What the search found.

    `verdicts` has one row per signed record, in the order of `record_id`: `status` (`kept` or
    `duplicate`), `summary_id`, `kept_record_id`, `relation` and `similarity` (null when kept).
    `pairs` has the verified pairs of distinct texts at or above the threshold: `left` and `right`
    (`content_id`) and `similarity`.
    """

    verdicts: pl.DataFrame
    pairs: pl.DataFrame


def find_duplicates(
    signatures: pl.DataFrame,
    texts: pl.LazyFrame,
    signing: SignatureSettings,
    settings: DuplicateSettings,
) -> Duplicates:
    """Find copies among signed records.

    `signatures` is what `sign` returned for all records, and whether each is `identified`; `texts`
    has the columns `record_id` and
    `text`, and is read only for texts that may have copies.
    """
    records = _ranked(signatures)
    contents = records.unique("content_id", keep="first", maintain_order=True).sort("content_id")
    # Short texts are copies only when they are equal.
    long = (contents["n_words"] >= settings.near_min_words).to_numpy()
    pairs = candidate_pairs(contents)
    pairs = pairs.filter(long[pairs["left"].to_numpy()] & long[pairs["right"].to_numpy()])
    normals = _Normals(contents, texts)
    verified = pairs.with_columns(
        similarity=normals.jaccard(pairs["left"], pairs["right"], signing.shingle_words)
    ).filter(pl.col("similarity") >= settings.near_threshold)
    kept = best_copies(contents, components(len(contents), verified))
    attached = attach_cut_copies(kept, _shared_beginnings(contents, normals))
    fates = _fates(contents, kept, attached, normals, signing)
    return Duplicates(_verdicts(records, fates), _named(verified, contents))


class _Normals:
    """The normal forms of contents, computed for those that are asked for."""

    def __init__(self, contents: pl.DataFrame, texts: pl.LazyFrame) -> None:
        self._record_ids = contents["record_id"]
        self._texts = texts

    def of(self, rows: npt.NDArray[np.int64]) -> pl.Series:
        """Return the normal forms of some contents, in the order asked for."""
        wanted = pl.DataFrame({"record_id": self._record_ids.gather(rows.tolist())})
        found = (
            self._texts.join(wanted.lazy().unique(), on="record_id", how="semi")
            .select("record_id", "text")
            .collect()
        )
        found = found.select("record_id", normal=normal_form(found["text"]))
        return wanted.join(found, on="record_id", how="left", maintain_order="left")["normal"]

    def jaccard(self, left: pl.Series, right: pl.Series, shingle_words: int) -> pl.Series:
        """Return the exact similarity of pairs of contents."""
        rows, local = np.unique(
            np.concatenate([left.to_numpy(), right.to_numpy()]).astype(np.int64),
            return_inverse=True,
        )
        if not len(rows):
            return pl.Series([], dtype=pl.Float64)
        a, b = local[: len(left)], local[len(left) :]
        return pl.Series(jaccard(self.of(rows), a, b, shingle_words))


def _ranked(signatures: pl.DataFrame) -> pl.DataFrame:
    """Sort records so that the first one of each content is the copy to keep."""
    return signatures.with_columns(original=pl.col("structure") == "original").sort(
        "content_id",
        "original",
        "identified",
        "n_chars",
        "record_id",
        descending=[False, True, True, True, False],
    )


def _shared_beginnings(contents: pl.DataFrame, normals: _Normals) -> pl.DataFrame:
    """Return `text`, `beginning` and `normal` of the contents that begin alike."""
    shared = (
        contents.select("beginning")
        .with_row_index("text")
        .drop_nulls()
        .filter(pl.len().over("beginning") > 1)
    )
    rows = shared["text"].to_numpy().astype(np.int64)
    return shared.with_columns(normal=normals.of(rows))


def _fates(
    contents: pl.DataFrame,
    kept: npt.NDArray[np.int64],
    attached: npt.NDArray[np.int64],
    normals: _Normals,
    signing: SignatureSettings,
) -> pl.DataFrame:
    """Return what becomes of each content, with its similarity to the text that is kept for it."""
    rows = np.arange(len(contents))
    removed = pl.DataFrame({"text": rows, "kept": attached}).filter(
        pl.col("text") != pl.col("kept")
    )
    removed = removed.with_columns(
        similarity=normals.jaccard(removed["text"], removed["kept"], signing.shingle_words)
    )
    ids = contents["content_id"], contents["record_id"]
    return pl.DataFrame(
        {
            "content_id": ids[0],
            "summary_id": ids[0].gather(attached.tolist()),
            "kept_record_id": ids[1].gather(attached.tolist()),
            "relation": np.where(
                attached == rows, "exact", np.where(attached == kept, "near", "truncated")
            ),
            "text": rows,
        }
    ).join(removed.select("text", "similarity"), on="text", how="left")


def _verdicts(records: pl.DataFrame, fates: pl.DataFrame) -> pl.DataFrame:
    is_kept = pl.col("record_id") == pl.col("kept_record_id")
    return (
        records.select("record_id", "content_id")
        .join(fates, on="content_id")
        .select(
            "record_id",
            pl.when(is_kept).then(pl.lit("kept")).otherwise(pl.lit("duplicate")).alias("status"),
            "summary_id",
            "kept_record_id",
            pl.when(~is_kept).then("relation").alias("relation"),
            pl.when(~is_kept).then(pl.col("similarity").fill_null(1.0)).alias("similarity"),
        )
        .sort("record_id")
    )


def _named(pairs: pl.DataFrame, contents: pl.DataFrame) -> pl.DataFrame:
    ids = contents["content_id"]
    return pl.DataFrame(
        {
            "left": ids.gather(pairs["left"]),
            "right": ids.gather(pairs["right"]),
            "similarity": pairs["similarity"],
        }
    )
