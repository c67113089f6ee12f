"""Pairs that may be copies: texts whose signatures agree in a whole band."""

import polars as pl

_SMALL_BUCKET = 32
"""Within a bucket of up to so many texts, all pairs are compared; in a larger one, each text is
compared with its neighbours in the order of ids and with the first, so that the number of pairs
grows linearly."""
_NEIGHBOURS = 4


def candidate_pairs(contents: pl.DataFrame) -> pl.DataFrame:
    """Return distinct pairs `left` < `right` of row numbers of `contents`, sorted.

    `contents` has one row per distinct text, in the order of `content_id`, with its `bands`.
    """
    n_bands = contents.schema["bands"].shape[0] if len(contents) else 0  # type: ignore[attr-defined]
    texts = contents.select("bands").with_row_index("text").lazy()
    pairs = [
        _pairs_of_band(texts.select("text", bucket=pl.col("bands").arr.get(band)))
        for band in range(n_bands)
    ]
    if not pairs:
        return pl.DataFrame(schema={"left": pl.UInt32(), "right": pl.UInt32()})
    return pl.concat(pairs).unique().sort("left", "right").collect()


def _pairs_of_band(buckets: pl.LazyFrame) -> pl.LazyFrame:
    """Pair the texts of each bucket of one band."""
    ranked = (
        buckets.with_columns(size=pl.len().over("bucket"))
        .filter(pl.col("size") > 1)
        .with_columns(
            rank=pl.col("text").rank("ordinal").over("bucket"),
            first=pl.col("text").min().over("bucket"),
        )
    )
    small = ranked.filter(pl.col("size") <= _SMALL_BUCKET).select("bucket", "text")
    all_pairs = (
        small.join(small, on="bucket", suffix="_right")
        .filter(pl.col("text") < pl.col("text_right"))
        .select(left="text", right="text_right")
    )
    large = ranked.filter(pl.col("size") > _SMALL_BUCKET)
    stars = large.filter(pl.col("text") != pl.col("first")).select(left="first", right="text")
    chains = [
        large.sort("bucket", "rank")
        .select(
            left=pl.col("text").shift(step).over("bucket"),
            right="text",
        )
        .drop_nulls()
        for step in range(1, _NEIGHBOURS + 1)
    ]
    return pl.concat([all_pairs, stars, *chains])
