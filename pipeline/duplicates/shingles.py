"""Words and shingles as 64-bit hashes, computed over the bytes of a whole column at once."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from shortscience.pipeline.duplicates.normal_form import beyond_ascii
from shortscience.pipeline.duplicates.runs import runs

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15  # odd, and so invertible modulo 2^64: 2^64 divided by the golden ratio
_WORD_BASE = 0xD1B54A32D192ED03  # odd, too
_LANES_BYTES = 16
"""Words up to this many bytes are hashed as two 8-byte numbers; the few longer ones by BLAKE2b."""
_CHUNK_BYTES = 1 << 18  # one chunk's working set fits into a core's cache
_SPACE = 0x20
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"


@dataclass(frozen=True)
class Words:
    """The words of n texts, hashed: text i has `hashes[first[i]:first[i] + counts[i]]`."""

    hashes: Hashes
    counts: Places

    @property
    def first(self) -> Places:
        """The index of each text's first word."""
        return np.cumsum(self.counts) - self.counts

    def slices(self, n_texts: int) -> Iterator["Words"]:
        """Yield the words of `n_texts` texts at a time."""
        bounds = np.concatenate([[0], np.cumsum(self.counts)])
        for start in range(0, len(self.counts), n_texts):
            counts = self.counts[start : start + n_texts]
            yield Words(self.hashes[bounds[start] : bounds[start + len(counts)]], counts)


@dataclass(frozen=True)
class Shingles:
    """The shingles of n texts: text i has `hashes[offsets[i]:offsets[i + 1]]`, in order."""

    hashes: Hashes
    offsets: Hashes


def hash_words(texts: pl.Series) -> Words:
    """Hash the words of texts in normal form, which are separated by spaces.

    In scripts without spaces between words, each character counts as a word. A word's hash is its
    bytes as a number, mixed by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    """
    texts = _spaced(texts)
    ends = texts.str.len_bytes().to_numpy().astype(np.int64).cumsum()
    parts = [_hash_words(texts[run]) for run in runs(ends // _CHUNK_BYTES)]
    return Words(
        np.concatenate([np.empty(0, np.uint64), *(part.hashes for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.counts for part in parts)]),
    )


def _spaced(texts: pl.Series) -> pl.Series:
    """Put spaces around the characters of scripts written without spaces between words."""
    rows = beyond_ascii(texts)
    unspaced = rows.filter(texts.gather(rows).str.contains(_UNSPACED)) if len(rows) else rows
    if not len(unspaced):
        return texts
    apart = texts.gather(unspaced).str.replace_all(_UNSPACED, " $0 ").str.replace_all("  +", " ")
    return texts.clone().scatter(unspaced, apart.str.strip_chars(" "))


def _hash_words(texts: pl.Series) -> Words:
    # Arrow stores large strings back to back in one buffer.
    _, _, joined = (texts + " ").to_arrow().buffers()
    data = np.pad(np.frombuffer(joined, np.uint8), (1, _LANES_BYTES), constant_values=_SPACE)
    inside = data != _SPACE
    borders = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = borders[::2], borders[1::2]
    text_ends = 1 + (texts.str.len_bytes().to_numpy().astype(np.int64) + 1).cumsum()
    counts = np.diff(np.searchsorted(starts, text_ends), prepend=0)
    return Words(_hash_spans(data, starts, ends), counts)


def _hash_spans(data: npt.NDArray[np.uint8], starts: Places, ends: Places) -> Hashes:
    """Hash each `data[start:end]`; `data` must extend two lanes beyond the last end."""
    lanes = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
    lengths = ends - starts
    first = lanes[starts] & _lane_masks()[np.minimum(lengths, 8)]
    hashes = _mix(first * np.uint64(_BASE) + lengths.astype(np.uint64))
    longer = np.flatnonzero(lengths > 8)
    second = lanes[starts[longer] + 8] & _lane_masks()[np.minimum(lengths[longer] - 8, 8)]
    hashes[longer] = _mix(hashes[longer] * np.uint64(_BASE) + second)
    for word in np.flatnonzero(lengths > _LANES_BYTES).tolist():
        digest = hashlib.blake2b(data[starts[word] : ends[word]].tobytes(), digest_size=8).digest()
        hashes[word] = int.from_bytes(digest, "little")
    return hashes


@cache
def _lane_masks() -> Hashes:
    """Return masks that keep the first n bytes of a lane, for n from 0 to 8."""
    return np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)


def shingle(words: Words, n_words: int) -> Shingles:
    """Hash every run of `n_words` words; a shorter text is one shingle, an empty one none.

    The hash of a run is the mixed polynomial of its words' hashes.
    """
    first, counts = words.first, words.counts
    hashes = _runs(words.hashes, n_words)
    whole = np.ones(len(hashes), bool)
    for left in range(1, n_words):
        enough = counts >= left
        whole[(first + counts)[enough] - left] = False
    short = np.flatnonzero((counts < n_words) & (counts > 0))
    for text in short.tolist():
        start, stop = first[text], first[text] + counts[text]
        hashes[start] = _runs(words.hashes[start:stop], int(counts[text]))[0]
    whole[first[short]] = True
    sizes = np.where(counts < n_words, np.minimum(counts, 1), counts + 1 - n_words)
    return Shingles(hashes[whole], np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint64))


def hash_beginnings(words: Words, n_words: int) -> pl.Series:
    """Hash the first `n_words` words of each text; null for texts with no more words than that."""
    enough = words.counts > n_words
    first = words.first[enough]
    total = np.full(len(first), n_words, np.uint64)
    for step, power in enumerate(_powers(n_words)):
        total += words.hashes[first + step] * power
    hashes = np.zeros(len(enough), np.uint64)
    hashes[enough] = _mix(total)
    return pl.Series(hashes).set(pl.Series(~enough), None)


def hash_longer_beginnings(words: Words, step: int) -> pl.Series:
    """Hash the first `step`, 2 · `step`, … words of each text, while more words follow.

    Returns lists whose first item equals the result of `hash_beginnings`.
    """
    sizes = np.maximum(words.counts - 1, 0) // step
    text = np.repeat(np.arange(len(sizes)), sizes)
    lengths = step * (1 + np.arange(len(text)) - np.repeat(np.cumsum(sizes) - sizes, sizes))
    place = np.arange(len(words.hashes)) - np.repeat(words.first, words.counts)
    # Round up to a power of two, so that the cache of powers stays small.
    powers = _powers(1 << int(words.counts.max(initial=0)).bit_length())
    totals = np.cumsum(np.pad(words.hashes * powers[place], (1, 0)), dtype=np.uint64)
    first = words.first[text]
    hashes = _mix(totals[first + lengths] - totals[first] + lengths.astype(np.uint64))
    offsets = np.pad(np.cumsum(sizes), (1, 0))
    lists = pa.LargeListArray.from_arrays(offsets, pa.array(hashes))
    return pl.Series(pl.from_arrow(lists), dtype=pl.List(pl.UInt64))


def _runs(hashes: Hashes, n_words: int) -> Hashes:
    """Hash the run of `n_words` words that starts at each word.

    The last runs are incomplete and must not be used. Runs of different lengths never share a hash.
    """
    total = np.full(len(hashes), n_words, np.uint64)
    for step, power in enumerate(_powers(n_words)):
        total[: len(hashes) - step] += hashes[step:] * power
    return _mix(total)


@cache
def _powers(size: int) -> Hashes:
    """Return base^0 … base^(size-1) modulo 2^64."""
    powers = np.full(size, _WORD_BASE, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _mix(hashes: Hashes) -> Hashes:
    """Mix hashes in place."""
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes
