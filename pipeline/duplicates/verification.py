"""The exact Jaccard similarity of pairs of texts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_array

from shortscience.pipeline.duplicates.shingles import hash_words, shingle

_PAIRS_AT_ONCE = 1_000  # bounds memory: about 10 kB per pair of texts of 2 kB
_COLUMNS = (1 << 63) - 1


class Texts(Protocol):
    """Texts in normal form, by number; a Polars series qualifies."""

    def gather(self, numbers: Sequence[int] | pl.Series, /) -> pl.Series:
        """Return the texts of `numbers`, in that order."""
        ...


def jaccard(
    texts: Texts,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    shingle_words: int,
) -> npt.NDArray[np.float64]:
    """Return |A ∩ B| / |A ∪ B| for the shingle sets of texts `left[i]` and `right[i]`.

    Runs on as many threads as Polars uses, since NumPy and SciPy release the GIL.
    """
    starts = range(0, len(left), _PAIRS_AT_ONCE)
    parts = [slice(start, start + _PAIRS_AT_ONCE) for start in starts]
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        similarities = pool.map(
            lambda part: _jaccard_of(texts, left[part], right[part], shingle_words), parts
        )
        return np.concatenate([np.empty(0, np.float64), *similarities])


def _jaccard_of(
    texts: Texts,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    shingle_words: int,
) -> npt.NDArray[np.float64]:
    involved, local = np.unique(np.concatenate([left, right]), return_inverse=True)
    members = _membership(texts.gather(involved.tolist()), shingle_words)
    sizes = np.diff(members.indptr)
    a, b = local[: len(left)], local[len(left) :]
    shared = np.diff(members[a].multiply(members[b]).indptr)
    return np.asarray(shared / (sizes[a] + sizes[b] - shared), dtype=np.float64)


def _membership(texts: pl.Series, shingle_words: int) -> csr_array:
    """Return a boolean matrix with a row per text and a column per possible shingle hash."""
    shingles = shingle(hash_words(texts), shingle_words)
    # Column numbers are signed, which costs one bit of the hash.
    columns = (shingles.hashes >> np.uint64(1)).astype(np.int64)
    matrix = csr_array(
        (np.ones(len(columns), bool), columns, shingles.offsets.astype(np.int64)),
        shape=(len(texts), _COLUMNS),
    )
    matrix.sum_duplicates()
    return matrix
