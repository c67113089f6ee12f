"""Making a catalogue from the tables of a release."""

from collections.abc import Iterable

import polars as pl

from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import CATALOGUE_SCHEMA, PAPER_FACTS, SIGNING
from shortscience.pipeline.papers.catalogue.fingerprints import fingerprints

SUMMARY_COLUMNS = ("summary_id", "paper_id", "text", "structure")
"""The columns of `summaries` that a catalogue is made from."""


def make_catalogue(summaries: Iterable[pl.DataFrame], papers: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a catalogue, one per summary, ordered by `content_id`.

    `summaries` has SUMMARY_COLUMNS, in frames of any size; `papers` has PAPER_FACTS.
    """
    parts = [_fingerprinted(part) for part in summaries]
    return (
        pl.concat([CATALOGUE_SCHEMA.to_frame().select(*_FINGERPRINTS, "paper_id"), *parts])
        .join(papers.select(*PAPER_FACTS), on="paper_id", maintain_order="left")
        .unique("content_id", keep="first", maintain_order=True)
        .sort("content_id")
        .with_columns(authors=pl.when(pl.col("authors").list.len() > 0).then("authors"))
        .select(*CATALOGUE_SCHEMA)
    )


_FINGERPRINTS = ("content_id", "n_words", "beginnings", "bands", "signature")


def _fingerprinted(summaries: pl.DataFrame) -> pl.DataFrame:
    signed = sign(summaries.rename({"summary_id": "record_id"}), SIGNING)
    found = pl.concat([signed, fingerprints(summaries["text"])], how="horizontal")
    return found.select(*_FINGERPRINTS, paper_id=summaries["paper_id"])
