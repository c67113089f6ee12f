"""The signature stage: the few values of each record that the search for copies needs."""

import struct

import numpy as np
import numpy.typing as npt
import polars as pl
from rensa import RMinHash

from shortscience.pipeline.duplicates.normal_form import n_visible, normal_form
from shortscience.pipeline.duplicates.shingles import (
    Hashes,
    Words,
    hash_beginnings,
    hash_words,
    shingle,
)
from shortscience.pipeline.keys import key
from shortscience.pipeline.settings import SignatureSettings

Minima = npt.NDArray[np.uint32]

_TEXTS_AT_ONCE = 256
"""Few enough that their working set stays in a core's cache."""


def sign(cleaned: pl.DataFrame, settings: SignatureSettings) -> pl.DataFrame:
    """Sign every row of a frame with the columns `record_id`, `text` and `structure`.

    Returns one row per record: `record_id`; `content_id`, equal for equal normal forms; `n_chars`,
    the text's length less a penalty for invisible characters; `n_words` of the normal form;
    `original`, whether its structure is; `beginning`, a hash of the first words, null for shorter
    texts; `bands`, an array of hashes.
    """
    normal = normal_form(cleaned["text"])
    words = hash_words(normal)
    return pl.DataFrame(
        {
            "record_id": cleaned["record_id"],
            "content_id": pl.Series([key(text) for text in normal], dtype=pl.String),
            "n_chars": n_visible(cleaned["text"]),
            "n_words": pl.Series(words.counts, dtype=pl.Int32),
            "original": cleaned["structure"] == "original",
            "beginning": hash_beginnings(words, settings.prefix_words),
            "bands": _bands(words, settings),
        }
    )


def minhash(words: Words, settings: SignatureSettings) -> Minima:
    """Return the MinHash signatures of n texts: n rows of `settings.size` minima of their shingles.

    The share of equal minima estimates the Jaccard similarity of two texts (Broder, 1997).
    """
    shingles = shingle(words, settings.shingle_words)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.hashes, shingles.offsets, settings.size, settings.seed
    )
    # Packing is twice as fast as numpy's own reading of lists.
    pack = struct.Struct(f"<{settings.size}I").pack
    packed = b"".join(pack(*row) for row in matrix.to_rows())
    return np.frombuffer(packed, "<u4").reshape(-1, settings.size)


def _bands(words: Words, settings: SignatureSettings) -> pl.Series:
    """Return the band hashes of each text: records with an equal band are candidates."""
    parts = [_bands_of(part, settings) for part in words.slices(_TEXTS_AT_ONCE)]
    hashes = np.concatenate([np.empty((0, settings.bands), np.uint64), *parts])
    return pl.Series(hashes, dtype=pl.Array(pl.UInt64, settings.bands))


def _bands_of(words: Words, settings: SignatureSettings) -> Hashes:
    rows = minhash(words, settings).reshape(-1, settings.bands, settings.rows)
    # A polynomial of the band's minima and its number, so that different bands never collide.
    powers = np.cumprod(np.full(settings.rows, 0x9E3779B97F4A7C15, np.uint64), dtype=np.uint64)
    numbers = np.arange(settings.bands, dtype=np.uint64) * np.uint64(0xD1B54A32D192ED03)
    return np.asarray(rows @ powers + numbers, np.uint64)
