"""The extraction stage: from cleaned text to equations, images, links and citations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.extraction.addresses import Image, Link, addresses
from pipeline.extraction.citations import Citation, citations
from pipeline.extraction.equations import Equation, equations
from pipeline.scanner import Span

_SPAN = {"raw": pl.String(), "start": pl.Int32(), "end": pl.Int32()}
_POSITION = {"record_id": pl.String(), "ordinal": pl.Int32()}

EQUATION_SCHEMA = pl.Schema(
    {
        **_POSITION,
        "latex": pl.String(),
        "display": pl.Boolean(),
        **_SPAN,
        "well_formed": pl.Boolean(),
    }
)
IMAGE_SCHEMA = pl.Schema({**_POSITION, "url": pl.String(), "alt": pl.String(), **_SPAN})
LINK_SCHEMA = pl.Schema(
    {**_POSITION, "url": pl.String(), "label": pl.String(), "host": pl.String(), **_SPAN}
)
CITATION_SCHEMA = pl.Schema(
    {
        **_POSITION,
        "kind": pl.String(),
        **_SPAN,
        "context": pl.String(),
        "key": pl.String(),
        "title": pl.String(),
        "authors": pl.List(pl.String()),
        "year": pl.Int32(),
        "confidence": pl.Float64(),
        "labelled": pl.Boolean(),
        "own": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Extracted:
    """What a batch of summaries holds; every row names its record and its position there."""

    equations: pl.DataFrame
    images: pl.DataFrame
    links: pl.DataFrame
    citations: pl.DataFrame


def extract(cleaned: pl.DataFrame, scanned: Iterable[Sequence[Span]]) -> Extracted:
    """Extract from every row of a frame with the columns `record_id` and `text`.

    `scanned` has what `scan` finds in each row's text.
    """
    found: dict[type, list[tuple[object, ...]]] = {
        kind: [] for kind in (Equation, Image, Link, Citation)
    }
    texts = cleaned.select("record_id", "text").iter_rows()
    for (record_id, text), spans in zip(texts, scanned, strict=True):
        located = list(addresses(text, spans))
        links = [item for item in located if isinstance(item, Link)]
        images = [item for item in located if isinstance(item, Image)]
        for kind, items in (
            (Equation, equations(text, spans)),
            (Image, images),
            (Link, links),
            (Citation, citations(text, spans, links)),
        ):
            found[kind] += ((record_id, ordinal, *item) for ordinal, item in enumerate(items))
    # A link also knows where its bare address stands; the table does not.
    link_rows = [row[: len(LINK_SCHEMA)] for row in found[Link]]
    return Extracted(
        pl.DataFrame(found[Equation], schema=EQUATION_SCHEMA, orient="row"),
        pl.DataFrame(found[Image], schema=IMAGE_SCHEMA, orient="row"),
        pl.DataFrame(link_rows, schema=LINK_SCHEMA, orient="row"),
        pl.DataFrame(found[Citation], schema=CITATION_SCHEMA, orient="row"),
    )
