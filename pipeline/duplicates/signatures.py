"""The signature stage: what the search for copies needs to know of each record, and no more."""

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
"""So few that what is computed for them stays in a core's cache."""


def sign(cleaned: pl.DataFrame, settings: SignatureSettings) -> pl.DataFrame:
    """Sign every row of a frame with the columns `record_id`, `text` and `structure`.

    Returns one row per record: `record_id`; `content_id`, equal for records whose normal forms are
    equal; `n_chars` of the text, where each that is not seen counts against it, and `n_words` of
    the normal form; whether its structure is `original`; `beginning`, a hash of the first words,
    null for texts of fewer; `bands`, an array of hashes.
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
    # A polynomial of the six minima, with the band's own number, so that bands never meet.
    powers = np.cumprod(np.full(settings.rows, 0x9E3779B97F4A7C15, np.uint64), dtype=np.uint64)
    numbers = np.arange(settings.bands, dtype=np.uint64) * np.uint64(0xD1B54A32D192ED03)
    return np.asarray(rows @ powers + numbers, np.uint64)
