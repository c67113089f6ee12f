"""Candidate pairs: texts whose signatures agree in a whole band."""

import numpy as np
import numpy.typing as npt
import polars as pl

_SMALL_BUCKET = 32
"""Texts in a bucket up to which all pairs are compared. In a larger bucket, each text is compared
only with its neighbours in id order and with the first, so that pairs grow linearly.
"""
_NEIGHBOURS = 4
_LOW = np.uint64(0xFFFFFFFF)


def candidate_pairs(bands: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct pairs `left` < `right` of texts that share a band, sorted.

    `bands` has one row per `hash` of each text, ordered by text `number`. Hashes of different bands
    never collide.
    """
    numbers = bands["number"].to_numpy()
    pairs = _pairs_in_buckets(bands["hash"].to_numpy())
    left, right = numbers[pairs >> np.uint64(32)], numbers[pairs & _LOW]
    return distinct_pairs(pl.DataFrame({"left": left, "right": right}))


def distinct_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct pairs (`left`, `right`), sorted."""
    return pairs.unique().sort("left", "right")


def _pairs_in_buckets(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Pair the rows of each bucket; a pair is `left << 32 | right`."""
    rows, starts, sizes = _buckets(hashes)
    place = np.arange(len(rows)) - np.repeat(starts, sizes)
    size = np.repeat(sizes, sizes)
    is_large = size > _SMALL_BUCKET
    reach = np.minimum(size - 1 - place, np.where(is_large, _NEIGHBOURS, _SMALL_BUCKET))
    later = np.flatnonzero(is_large & (place > 0))
    left, right = [np.repeat(rows[starts], sizes)[later]], [rows[later]]
    pairing = np.flatnonzero(reach)
    step = 1
    while len(pairing):
        left.append(rows[pairing])
        right.append(rows[pairing + step])
        step += 1
        pairing = pairing[reach[pairing] >= step]
    return (np.concatenate(left) << np.uint64(32)) | np.concatenate(right)


def _buckets(
    hashes: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows that share a value, grouped by bucket, and each bucket's start and size.

    Rows are in order within a bucket.
    """
    ordered = np.sort(hashes)
    repeated = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]])
    shared = pl.Series(hashes).is_in(repeated.implode()).arg_true().to_numpy()
    rows = shared[np.lexsort((shared, hashes[shared]))]
    values = hashes[rows]
    starts = np.flatnonzero(np.diff(values, prepend=~values[:1]))
    return rows.astype(np.uint64), starts, np.diff(starts, append=len(rows))
