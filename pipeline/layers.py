"""The map stage: everything that can be computed from a record alone.

It is cut into layers. The texts come from the inputs, every other layer from the texts and one
group of settings, so a changed setting recomputes only the layers it affects.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import polars as pl
from pydantic import BaseModel

from shortscience.pipeline.admission import admit_records, admit_sources
from shortscience.pipeline.cleaning.clean import clean, repair_facts
from shortscience.pipeline.cleaning.language import detect_languages
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.schema import SPAN_TABLES
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.sources.reading import read_sources

NOTHING_LEFT = "no text left after repair"

Frames = dict[str, pl.DataFrame]


class Layer(NamedTuple):
    """Frames computed from the texts and one group of settings.

    `needs` names the columns of the texts that it reads, and `code` the module that makes it.
    """

    frames: tuple[str, ...]
    code: str
    group: Callable[[Settings], BaseModel]
    needs: Mapping[str, list[str]]
    compute: Callable[[Frames, Settings], Frames]


def read_texts(inputs: Sequence[Input], settings: Settings) -> Frames:
    """Read, clean and extract the records of some inputs: one frame per name in TEXT_FRAMES."""
    sources, records = read_sources(inputs, settings.sources)
    sources, refused_of_sources = admit_sources(sources)
    records, refused_of_records = admit_records(repair_facts(records))
    cleaned, scanned = clean(records)
    empty = cleaned.filter(pl.col("text").str.strip_chars() == "").select("record_id")
    records = records.with_columns(
        reason=pl.when(pl.col("record_id").is_in(empty["record_id"].implode()))
        .then(pl.lit(NOTHING_LEFT))
        .otherwise("reason")
    )
    return {
        "sources": sources,
        "records": records.drop("body", "keeps_structure"),
        "cleaned": cleaned.join(empty, on="record_id", how="anti", maintain_order="left"),
        **extract(cleaned, scanned),
        "refused": pl.concat([refused_of_sources, refused_of_records]),
    }


def _languages(texts: Frames, settings: Settings) -> Frames:
    return {"languages": detect_languages(texts["cleaned"], settings.cleaning)}


def _signatures(texts: Frames, settings: Settings) -> Frames:
    identified = pl.col("bibtex_key").is_not_null()
    about = texts["records"].select("record_id", identified=identified)
    signed = sign(texts["cleaned"], settings.signatures)
    return {
        "signatures": signed.join(about, on="record_id", maintain_order="left").with_columns(
            earlier=pl.lit(value=False)
        )
    }


TEXTS = "texts"
TEXTS_CODE = (
    "pipeline.sources.reading",
    "pipeline.admission",
    "pipeline.cleaning.clean",
    "pipeline.extraction.extract",
)
"""The modules that make the texts."""
TEXT_FRAMES = (
    *("sources", "records", "cleaned"),
    *(*SPAN_TABLES, "citations"),
    "refused",
)
DERIVED = {
    "languages": Layer(
        ("languages",),
        "pipeline.cleaning.language",
        lambda settings: settings.cleaning,
        {"cleaned": ["record_id", "plain_text"]},
        _languages,
    ),
    "signatures": Layer(
        ("signatures",),
        "pipeline.duplicates.signatures",
        lambda settings: settings.signatures,
        {"cleaned": ["record_id", "text", "structure"], "records": ["record_id", "bibtex_key"]},
        _signatures,
    ),
}
"""The layers that are made from the texts."""

LAYERS = {TEXTS: TEXT_FRAMES, **{name: layer.frames for name, layer in DERIVED.items()}}
"""The frames of each layer."""
