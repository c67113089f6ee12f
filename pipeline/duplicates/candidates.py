"""Pairs that may be copies: texts whose signatures agree in a whole band."""

import numpy as np
import numpy.typing as npt
import polars as pl

_SMALL_BUCKET = 32
"""Within a bucket of up to so many texts, all pairs are compared; in a larger one, each text is
compared with its neighbours in the order of ids and with the first, so that the number of pairs
grows linearly."""
_NEIGHBOURS = 4

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def candidate_pairs(bands: npt.NDArray[np.uint64]) -> Pairs:
    """Return distinct pairs `left` < `right` of row numbers, sorted.

    `bands` has a row per distinct text, in the order of content ids, and a column per band.
    """
    found = np.empty(0, np.uint64)
    for band in bands.T:
        # Band by band, and each pair in one number: what is held never exceeds the answer by much.
        found = np.union1d(found, _pairs_of_band(band))
    return (found >> np.uint64(32)).astype(np.int64), (found & _LOW).astype(np.int64)


_LOW = np.uint64(0xFFFFFFFF)


def _pairs_of_band(band: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Pair the texts of each bucket of one band; a pair is `left << 32 | right`."""
    buckets = (
        pl.DataFrame({"bucket": band})
        .with_row_index("right")
        .filter(pl.len().over("bucket") > 1)
        .sort("bucket", "right")
        .with_columns(size=pl.len().over("bucket"))
    )
    small = buckets.filter(pl.col("size") <= _SMALL_BUCKET).select("bucket", "right")
    all_pairs = small.rename({"right": "left"}).join(small, on="bucket").select("left", "right")
    large = buckets.filter(pl.col("size") > _SMALL_BUCKET)
    first = large.select(left=pl.col("right").first().over("bucket"), right="right")
    neighbours = [
        large.select(left=pl.col("right").shift(step).over("bucket"), right="right").drop_nulls()
        for step in range(1, _NEIGHBOURS + 1)
    ]
    pairs = pl.concat([all_pairs, first, *neighbours]).filter(pl.col("left") < pl.col("right"))
    left, right = (pairs[side].to_numpy().astype(np.uint64) for side in ("left", "right"))
    return np.asarray((left << np.uint64(32)) | right, np.uint64)
