"""Word shingles as 64-bit hashes, computed over the bytes of a whole column at once."""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15  # odd, and so invertible modulo 2^64: 2^64 divided by the golden ratio
_INVERSE = pow(_BASE, -1, 1 << 64)
_CHUNK_BYTES = 4 << 20  # bounds the temporaries, which take about 40 bytes per byte of text
_SPACE = 0x20


@dataclass(frozen=True)
class Shingles:
    """The shingles of n texts: text i has `hashes[offsets[i]:offsets[i + 1]]`, in order."""

    hashes: Hashes
    offsets: Hashes


def shingle(texts: pl.Series, n_words: int) -> Shingles:
    """Hash every run of `n_words` words; a shorter text is one shingle.

    The texts are in normal form: words separated by single spaces, none at the ends. A shingle's
    hash is the polynomial of its bytes modulo 2^64, read off one running sum over all bytes
    (Karp and Rabin, 1987), and mixed by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    """
    sizes = texts.str.len_bytes().to_numpy().astype(np.int64)
    chunk_of = np.cumsum(sizes) // _CHUNK_BYTES
    bounds = [0, *(np.flatnonzero(np.diff(chunk_of)) + 1).tolist(), len(texts)]
    parts = [
        _shingle_chunk(texts.slice(start, stop - start), n_words)
        for start, stop in itertools.pairwise(bounds)
        if stop > start
    ]
    if not parts:
        return Shingles(np.empty(0, np.uint64), np.zeros(1, np.uint64))
    counts = np.concatenate([counts for _, counts in parts])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    return Shingles(np.concatenate([hashes for hashes, _ in parts]), offsets)


def _shingle_chunk(texts: pl.Series, n_words: int) -> tuple[Hashes, npt.NDArray[np.int64]]:
    data, text_ends = _bytes(texts)
    text_starts = np.concatenate([[0], text_ends[:-1]])
    boundary = np.zeros(len(data) + 1, dtype=bool)
    boundary[text_starts] = boundary[text_ends] = True
    space = data == _SPACE
    word_starts = np.flatnonzero(~space & (boundary[:-1] | np.concatenate([[True], space[:-1]])))
    word_ends = np.flatnonzero(~space & (boundary[1:] | np.concatenate([space[1:], [True]]))) + 1
    first_word = np.searchsorted(word_starts, text_starts)
    last_word = np.searchsorted(word_starts, text_ends) - 1
    counts = np.maximum(last_word - first_word + 2 - n_words, 1)
    counts[last_word < first_word] = 0
    begin = np.repeat(first_word, counts) + _ranges(counts)
    end = np.minimum(begin + n_words - 1, np.repeat(last_word, counts))
    return _mix(_polynomials(data, word_starts[begin], word_ends[end])), counts


def _bytes(texts: pl.Series) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of all texts, end to end, and where each text ends."""
    array = texts.to_arrow().cast(pa.large_string())
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[array.offset : array.offset + len(array) + 1]
    if data_buffer is None:
        return np.empty(0, np.uint8), offsets[1:] - offsets[0]
    data = np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets[1:] - offsets[0]


def _ranges(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, …, counts[0]-1, 0, 1, …, counts[1]-1, and so on."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def _polynomials(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> Hashes:
    """Hash each `data[start:end]` as the sum of its bytes times the base to their position."""
    size = len(data)
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(data.astype(np.uint64) * _powers(_BASE, size), out=sums[1:])
    return (sums[ends] - sums[starts]) * _powers(_INVERSE, size)[starts]


def _powers(base: int, size: int) -> Hashes:
    """base^0 … base^(size-1) modulo 2^64."""
    powers = np.full(size, base, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _mix(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
