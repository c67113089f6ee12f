"""Pairs that may be copies: texts whose signatures agree in a whole band."""

import numpy as np
import numpy.typing as npt

_SMALL_BUCKET = 32
"""Within a bucket of up to so many texts, all pairs are compared; in a larger one, each text is
compared with its neighbours in the order of ids and with the first, so that the number of pairs
grows linearly."""
_NEIGHBOURS = 4
_AT_ONCE = 4_000_000
"""Pairs that are gathered before those found twice are dropped: 32 MB."""

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def candidate_pairs(bands: npt.NDArray[np.uint64]) -> Pairs:
    """Return distinct pairs `left` < `right` of row numbers, sorted.

    `bands` has a row per distinct text, in the order of content ids, and a column per band.
    """
    found: list[npt.NDArray[np.uint64]] = []
    room = _AT_ONCE
    for band in bands.T:
        # Band by band, and each pair in one number: what is held never exceeds the answer by much.
        found.append(_pairs_of_band(band))
        if sum(map(len, found)) > room:
            found = [_distinct(found)]
            room = max(_AT_ONCE, 2 * len(found[0]))
    pairs = _distinct(found)
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & _LOW).astype(np.int64)


_LOW = np.uint64(0xFFFFFFFF)


def _distinct(parts: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    pairs = np.sort(np.concatenate([np.empty(0, np.uint64), *parts]))
    return np.asarray(pairs[np.diff(pairs, prepend=~pairs[:1]) != 0], np.uint64)


def _pairs_of_band(band: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Pair the texts of each bucket of one band; a pair is `left << 32 | right`."""
    rows, starts, sizes = _buckets(band)
    place = np.arange(len(rows)) - np.repeat(starts, sizes)
    size = np.repeat(sizes, sizes)
    is_large = size > _SMALL_BUCKET
    reach = np.minimum(size - 1 - place, np.where(is_large, _NEIGHBOURS, _SMALL_BUCKET))
    behind = np.flatnonzero(is_large & (place > 0))
    left, right = [np.repeat(rows[starts], sizes)[behind]], [rows[behind]]
    pairing = np.flatnonzero(reach)
    step = 1
    while len(pairing):
        left.append(rows[pairing])
        right.append(rows[pairing + step])
        step += 1
        pairing = pairing[reach[pairing] >= step]
    return (np.concatenate(left) << np.uint64(32)) | np.concatenate(right)


def _buckets(
    band: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows that share a value, bucket by bucket, and where buckets start; their sizes.

    Within a bucket, rows are in order.
    """
    order = np.argsort(band)
    same = np.diff(band[order], prepend=np.uint64(0), append=np.uint64(0)) == 0
    same[:1] = same[-1:] = False
    shared = order[same[:-1] | same[1:]]
    rows = shared[np.lexsort((shared, band[shared]))]
    values = band[rows]
    starts = np.flatnonzero(np.diff(values, prepend=~values[:1]))
    return rows.astype(np.uint64), starts, np.diff(starts, append=len(rows))
