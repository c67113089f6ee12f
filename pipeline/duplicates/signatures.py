"""The signature stage: what the search for copies needs to know of each record, and no more."""

import numpy as np
import polars as pl
from rensa import RMinHash

from pipeline.duplicates.normal_form import normal_form
from pipeline.duplicates.shingles import shingle
from pipeline.keys import key
from pipeline.settings import SignatureSettings


def sign(cleaned: pl.DataFrame, settings: SignatureSettings) -> pl.DataFrame:
    """Sign every row of a frame with the columns `record_id`, `text` and `structure`.

    Returns one row per record: `record_id`; `content_id`, equal for records whose normal forms are
    equal; `n_chars` of the text and `n_words` of the normal form; `structure`; `beginning`, a hash
    of the first words, null for texts of fewer; `bands`, an array of hashes.
    """
    normal = normal_form(cleaned["text"])
    beginnings = normal.str.extract(rf"^((?:\S+ ){{{settings.prefix_words}}})")
    return pl.DataFrame(
        {
            "record_id": cleaned["record_id"],
            "content_id": pl.Series([key(text) for text in normal], dtype=pl.String),
            "n_chars": cleaned["text"].str.len_chars().cast(pl.Int32),
            "n_words": (normal.str.count_matches(" ", literal=True) + 1).cast(pl.Int32),
            "structure": cleaned["structure"],
            "beginning": _hash_words(beginnings),
            "bands": _bands(normal, settings),
        }
    )


def _hash_words(texts: pl.Series) -> pl.Series:
    """Hash whole texts as a single shingle each; null stays null."""
    present = texts.drop_nulls().str.strip_chars(" ")
    hashes = shingle(present, 1 << 30).hashes
    positions = texts.is_not_null().arg_true()
    result = pl.Series([None], dtype=pl.UInt64).new_from_index(0, len(texts))
    return result.scatter(positions, pl.Series(hashes, dtype=pl.UInt64)) if len(hashes) else result


def _bands(normal: pl.Series, settings: SignatureSettings) -> pl.Series:
    """Return the band hashes of each text: records with an equal band are candidates."""
    shingles = shingle(normal, settings.shingle_words)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.hashes, shingles.offsets, settings.size, settings.seed
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(-1, settings.bands, settings.rows)
    # A polynomial of the six minima, with the band's own number, so that bands never meet.
    powers = np.cumprod(np.full(settings.rows, 0x9E3779B97F4A7C15, np.uint64), dtype=np.uint64)
    numbers = np.arange(settings.bands, dtype=np.uint64) * np.uint64(0xD1B54A32D192ED03)
    hashes = (rows * powers).sum(axis=2, dtype=np.uint64) + numbers
    return pl.Series(hashes, dtype=pl.Array(pl.UInt64, settings.bands))
