"""Words and shingles as 64-bit hashes, computed over the bytes of a whole column at once."""

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15  # odd, and so invertible modulo 2^64: 2^64 divided by the golden ratio
_INVERSE = pow(_BASE, -1, 1 << 64)
_WORD_BASE = 0xD1B54A32D192ED03  # odd as well
_CHUNK_BYTES = 1 << 17  # what is computed for one chunk fits into a core's cache
_SPACE = 0x20


@dataclass(frozen=True)
class Words:
    """The words of n texts, hashed: text i has `hashes[first[i]:first[i] + counts[i]]`."""

    hashes: Hashes
    counts: Places

    @property
    def first(self) -> Places:
        """Where each text's words begin."""
        return np.cumsum(self.counts) - self.counts


@dataclass(frozen=True)
class Shingles:
    """The shingles of n texts: text i has `hashes[offsets[i]:offsets[i + 1]]`, in order."""

    hashes: Hashes
    offsets: Hashes


def hash_words(texts: pl.Series) -> Words:
    """Hash the words of texts in normal form: words separated by single spaces, none at the ends.

    A word's hash is the polynomial of its bytes modulo 2^64, read off one running sum over all
    bytes (Karp and Rabin, 1987), and mixed by the finaliser of SplitMix64 (Steele, Lea and Flood,
    2014).
    """
    ends = texts.str.len_bytes().to_numpy().astype(np.int64).cumsum()
    bounds = np.flatnonzero(np.diff(ends // _CHUNK_BYTES, prepend=-1, append=-1)).tolist()
    parts = [
        _hash_words(texts.slice(start, stop - start)) for start, stop in itertools.pairwise(bounds)
    ]
    return Words(
        np.concatenate([np.empty(0, np.uint64), *(part.hashes for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.counts for part in parts)]),
    )


def _hash_words(texts: pl.Series) -> Words:
    data, text_ends = _bytes(texts)
    text_starts = np.concatenate([[0], text_ends[:-1]])
    inside = data != _SPACE
    border = np.zeros(len(data) + 1, dtype=bool)
    border[text_starts] = border[text_ends] = True
    border[1:] |= ~inside
    starts = np.flatnonzero(inside & border[:-1])
    border[:-1] |= ~inside
    ends = np.flatnonzero(inside & border[1:]) + 1
    counts = np.searchsorted(starts, text_ends) - np.searchsorted(starts, text_starts)
    return Words(_mix(_polynomials(data, starts, ends)), counts)


def shingle(words: Words, n_words: int) -> Shingles:
    """Hash every run of `n_words` words; a shorter text is one shingle, one without words none.

    The hash of a run is the mixed polynomial of its words' hashes.
    """
    short = (words.counts < n_words) & (words.counts > 0)
    counts = np.where(short, 1, np.maximum(words.counts + 1 - n_words, 0))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    begin = np.repeat(words.first - offsets[:-1], counts) + np.arange(offsets[-1])
    hashes = _combined(words.hashes, begin, n_words)
    for text in np.flatnonzero(short).tolist():
        run = _combined(words.hashes, words.first[text : text + 1], int(words.counts[text]))
        hashes[offsets[text]] = run[0]
    return Shingles(hashes, offsets.astype(np.uint64))


def hash_beginnings(words: Words, n_words: int) -> pl.Series:
    """Hash the first `n_words` words of each text; null for texts that have no more than those."""
    enough = words.counts > n_words
    hashes = np.zeros(len(enough), np.uint64)
    hashes[enough] = _combined(words.hashes, words.first[enough], n_words)
    return pl.Series(hashes).set(pl.Series(~enough), None)


def _combined(hashes: Hashes, begin: Places, n_words: int) -> Hashes:
    """Hash the run of words at each place as a whole; runs of different lengths never meet."""
    total = np.full(len(begin), n_words, np.uint64)
    for step, power in enumerate(_compute_powers(_WORD_BASE, n_words)):
        # A short text's run is hashed by itself: what is read behind the last word is not used.
        total += hashes.take(begin + step, mode="clip") * power
    return _mix(total)


def _bytes(texts: pl.Series) -> tuple[npt.NDArray[np.uint8], Places]:
    """Return the bytes of all texts, end to end, and where each text ends."""
    array = texts.to_arrow().cast(pa.large_string())
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[array.offset : array.offset + len(array) + 1]
    if data_buffer is None:
        return np.empty(0, np.uint8), offsets[1:] - offsets[0]
    data = np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets[1:] - offsets[0]


def _polynomials(data: npt.NDArray[np.uint8], starts: Places, ends: Places) -> Hashes:
    """Hash each `data[start:end]` as the sum of its bytes times the base to their position."""
    sums = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(data * _powers(_BASE, len(data)), out=sums[1:])
    return (sums[ends] - sums[starts]) * _powers(_INVERSE, len(data))[starts]


def _powers(base: int, size: int) -> Hashes:
    """base^0 … base^(size-1) modulo 2^64."""
    most = 2 * _CHUNK_BYTES
    return _computed_powers(base, most)[:size] if size <= most else _compute_powers(base, size)


def _compute_powers(base: int, size: int) -> Hashes:
    powers = np.full(size, base, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


_computed_powers = cache(_compute_powers)


def _mix(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
