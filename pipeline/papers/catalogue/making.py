"""Making a catalogue of the tables of a release."""

from collections.abc import Iterable

import polars as pl

from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import FACTS, catalogue_schema
from shortscience.pipeline.papers.catalogue.fingerprints import fingerprints
from shortscience.pipeline.settings import SignatureSettings

OF_SUMMARY = ("summary_id", "paper_id", "text", "structure")
"""The columns of summaries that a catalogue is made from."""


def make_catalogue(
    summaries: Iterable[pl.DataFrame], papers: pl.DataFrame, signing: SignatureSettings
) -> pl.DataFrame:
    """Return the rows of a catalogue, one per summary, in the order of `content_id`.

    `summaries` has OF_SUMMARY, in parts of any size; `papers` has FACTS.
    """
    schema = catalogue_schema(signing)
    parts = [_fingerprinted(part, signing) for part in summaries]
    return (
        pl.concat([schema.to_frame().select(*_FINGERPRINTS, "paper_id"), *parts])
        .join(papers.select(*FACTS), on="paper_id", maintain_order="left")
        .unique("content_id", keep="first", maintain_order=True)
        .sort("content_id")
        .select(*schema)
    )


_FINGERPRINTS = ("content_id", "n_words", "beginnings", "bands", "signature")


def _fingerprinted(summaries: pl.DataFrame, signing: SignatureSettings) -> pl.DataFrame:
    signed = sign(summaries.rename({"summary_id": "record_id"}), signing)
    found = pl.concat([signed, fingerprints(summaries["text"], signing)], how="horizontal")
    return found.select(*_FINGERPRINTS, paper_id=summaries["paper_id"])
