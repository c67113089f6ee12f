"""The extraction stage: from cleaned text to equations, images, links and citations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from shortscience.pipeline.extraction.addresses import Image, Link, addresses
from shortscience.pipeline.extraction.citations import Citation, citations
from shortscience.pipeline.extraction.equations import Equation, equations
from shortscience.pipeline.scanner import Span
from shortscience.pipeline.schema import CITATIONS

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
        **CITATIONS.types("kind", *_SPAN, "context", "key", "title", "authors", "year"),
        **CITATIONS.types("confidence"),
        "labelled": pl.Boolean(),
        "own": pl.Boolean(),
        "subject": pl.Boolean(),
        "identified": pl.String(),
    }
)


Items = Sequence[tuple[type, Sequence[tuple[object, ...]]]]
"""Each kind, and the items of that kind in a text."""


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
    known: dict[str, Items] = {}  # crawled listings repeat summaries
    texts = cleaned.select("record_id", "text").iter_rows()
    for (record_id, text), spans in zip(texts, scanned, strict=True):
        if text not in known:
            known[text] = _items(text, spans)
        for kind, items in known[text]:
            found[kind] += ((record_id, ordinal, *item) for ordinal, item in enumerate(items))
    # A link also knows where its bare address stands; the table does not.
    link_rows = [row[: len(LINK_SCHEMA)] for row in found[Link]]
    return Extracted(
        _frame(found[Equation], EQUATION_SCHEMA),
        _frame(found[Image], IMAGE_SCHEMA),
        _frame(link_rows, LINK_SCHEMA),
        _frame(found[Citation], CITATION_SCHEMA),
    )


def _items(text: str, spans: Sequence[Span]) -> Items:
    located = addresses(text, spans)
    links = [item for item in located if isinstance(item, Link)]
    images = [item for item in located if isinstance(item, Image)]
    return (
        (Equation, list(equations(text, spans))),
        (Image, images),
        (Link, links),
        (Citation, citations(text, spans, links)),
    )


def _frame(rows: Sequence[tuple[object, ...]], schema: pl.Schema) -> pl.DataFrame:
    """Return rows as a frame: by PyArrow, which takes lists from Python many times faster."""
    fields = schema.to_frame().to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    return pl.DataFrame(pa.table(arrays, schema=fields))
