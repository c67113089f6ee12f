"""Recognising records by a catalogue: whole, truncated or edited."""

from collections.abc import Iterable

import polars as pl

from shortscience.pipeline.papers.catalogue.file import Catalogue
from shortscience.pipeline.papers.catalogue.fingerprints import (
    estimated_similarities,
    fingerprints,
)
from shortscience.pipeline.settings import CatalogueSettings

MATCHES = (EXACT, TRUNCATED, NEAR) = ("exact", "truncated", "near")
"""How a record is recognised, surest first."""
OF_SIGNATURE = ("record_id", "content_id", "beginning", "bands", "n_words")
"""The columns of signatures that recognition needs."""
RECOGNISED = pl.Schema(
    {
        "record_id": pl.String(),
        # A row of the catalogue.
        "row": pl.UInt32(),
        "match": pl.Enum(MATCHES),
        # Jaccard similarity to the known summary, estimated by signatures unless it is 1.
        "similarity": pl.Float64(),
    }
)

_MOST_OF_BAND = 8
"""Summaries per band that a record is compared with; the limit keeps pairs linear even if many
summaries share a template.
"""


def recognise(
    signatures: pl.DataFrame,
    texts: Iterable[pl.DataFrame],
    catalogue: Catalogue,
    settings: CatalogueSettings,
) -> pl.DataFrame:
    """Return the records that a catalogue knows, with RECOGNISED, sorted by `record_id`.

    Takes the arguments of `compare`. A record that matches summaries of several papers is left out.
    """
    pairs = compare(signatures, texts, catalogue, settings)
    return believe(pairs, catalogue, settings.near_similarity)


def compare(
    signatures: pl.DataFrame,
    texts: Iterable[pl.DataFrame],
    catalogue: Catalogue,
    settings: CatalogueSettings,
) -> pl.DataFrame:
    """Compare records with summaries they may be copies of; return pairs, with RECOGNISED.

    `signatures` has OF_SIGNATURE, made with SIGNING, the settings of catalogues. `texts` has
    `record_id` and `text` of all records, in parts that fit into memory; it is read once, and only
    if a record may be truncated or edited. `row` is null for a record that may be a prefix of
    summaries of several papers.
    """
    rows = catalogue.rows.with_row_index("row")
    records = signatures.with_row_index("record")
    exact = records.join(rows, on="content_id").select(
        "record", "row", match=pl.lit(EXACT, RECOGNISED["match"]), similarity=pl.lit(1.0)
    )
    others = records.join(exact, on="record", how="anti")
    banded = _sharing_a_band(others, rows, settings)
    begun = _sharing_a_beginning(others, rows)
    requested = others.join(pl.concat([banded, begun], how="diagonal"), on="record", how="semi")
    compared = _compared(requested, texts)
    cut = _with_similarity(_cut(begun, compared, rows), compared, rows, TRUNCATED)
    near = _with_similarity(banded, compared, rows, NEAR)
    pairs = pl.concat([exact, cut, near])
    return pairs.join(records.select("record", "record_id"), on="record").select(*RECOGNISED)


def believe(pairs: pl.DataFrame, catalogue: Catalogue, near_similarity: float) -> pl.DataFrame:
    """Return the best pair of each record whose pairs agree on one paper.

    Near pairs count from `near_similarity` on.
    """
    similar = pairs.filter((pl.col("match") != NEAR) | (pl.col("similarity") >= near_similarity))
    papers = catalogue.rows.select("paper_id").with_row_index("row")
    return (
        similar.join(papers, on="row", how="left")
        .filter(pl.col("paper_id").n_unique().over("record_id") == 1)
        .drop_nulls("row")
        .sort("record_id", "match", -pl.col("similarity"), "row")
        .unique("record_id", keep="first", maintain_order=True)
        .select(*RECOGNISED)
    )


def _sharing_a_band(
    records: pl.DataFrame, rows: pl.DataFrame, settings: CatalogueSettings
) -> pl.DataFrame:
    """Return pairs (`record`, `row`) that may be near copies, both long enough."""
    long = pl.col("n_words") >= settings.near_min_words
    known = rows.filter(long).select("row", band="bands").explode("band")
    known = known.filter(pl.col("row").cum_count().over("band") <= _MOST_OF_BAND)
    banded = records.filter(long).select("record", band="bands").explode("band")
    return banded.join(known, on="band").select("record", "row").unique()


def _sharing_a_beginning(records: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return each `record` that begins like a summary, and its `n_words`."""
    known = rows.select(beginning=pl.col("beginnings").list.first())
    return records.select("record", "beginning", "n_words").join(known, on="beginning", how="semi")


def _compared(requested: pl.DataFrame, texts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the fingerprints of each requested `record`."""
    ids = requested.select("record_id", "record")
    parts = (part.join(ids, on="record_id") for part in (texts if len(ids) else ()))
    found = [
        pl.concat([part.select("record"), fingerprints(part["text"])], how="horizontal")
        for part in parts
    ]
    nothing = fingerprints(pl.Series([], dtype=pl.String))
    return pl.concat([ids.clear().select("record").hstack(nothing), *found])


def _cut(begun: pl.DataFrame, compared: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of a `record` and the longest `row` that it may be a prefix of.

    The last words of a record, fewer than `prefix_words`, are not compared, as the very last one
    may be cut. `row` is null if summaries of several papers match.
    """
    known = (
        rows.select("row", "paper_id", "n_words", beginning="beginnings")
        .explode("beginning")
        .group_by("beginning")
        .agg(
            row=pl.when(pl.col("paper_id").n_unique() == 1).then(
                pl.col("row").sort_by(-pl.col("n_words"), "row").first()
            ),
            longest=pl.col("n_words").max(),
        )
    )
    longest_beginning = compared.select("record", beginning=pl.col("beginnings").list.last())
    return (
        begun.select("record", "n_words")
        .join(longest_beginning, on="record")
        .join(known, on="beginning")
        .filter(pl.col("n_words") < pl.col("longest"))
        .select("record", "row")
    )


def _with_similarity(
    pairs: pl.DataFrame, compared: pl.DataFrame, rows: pl.DataFrame, match: str
) -> pl.DataFrame:
    """Add `match` and the estimated `similarity` to pairs; null for pairs without a row."""
    known = rows.select("row", known="signature")
    found = pairs.join(compared.select("record", "signature"), on="record").join(
        known, on="row", how="left"
    )
    similarities = estimated_similarities(
        found["signature"], found["known"].fill_null(found["signature"])
    )
    return found.select(
        "record",
        "row",
        match=pl.lit(match, RECOGNISED["match"]),
        similarity=pl.when(pl.col("row").is_not_null()).then(similarities),
    )
