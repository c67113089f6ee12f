"""The extraction stage: from cleaned text to equations, images, links and citations."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from shortscience.pipeline.extraction.addresses import Image, Link, addresses
from shortscience.pipeline.extraction.citations import citations
from shortscience.pipeline.extraction.equations import equations
from shortscience.pipeline.rows import frame_of_rows
from shortscience.pipeline.scanner import Span
from shortscience.pipeline.schema import CITATIONS, SPAN_TABLES, TABLES, Table

_SPAN = {"raw": pl.String(), "start": pl.Int32(), "end": pl.Int32()}
_POSITION = {"record_id": pl.String(), "ordinal": pl.Int32()}

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

Items = Mapping[str, Sequence[tuple[object, ...]]]
"""The items of a text by table: named tuples whose fields are columns."""


def extract(cleaned: pl.DataFrame, scanned: Iterable[Sequence[Span]]) -> dict[str, pl.DataFrame]:
    """Extract from every row of a frame with the columns `record_id`, `text` and `markdown`.

    `scanned` holds the spans of each row's text. Returns a frame per table; every row has its
    record and its position there.
    """
    schemas = {name: _span_schema(TABLES[name]) for name in SPAN_TABLES}
    schemas["citations"] = CITATION_SCHEMA
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in schemas}
    known: dict[tuple[str, str], Items] = {}  # crawled listings repeat summaries
    texts = cleaned.select("record_id", "text", "markdown").iter_rows()
    for (record_id, text, markdown), spans in zip(texts, scanned, strict=True):
        if (text, markdown) not in known:
            known[text, markdown] = _items(text, markdown, spans)
        for name, items in known[text, markdown].items():
            # The table has no column for the position of a link's address.
            n_fields = len(schemas[name]) - len(_POSITION)
            found[name] += (
                (record_id, ordinal, *item[:n_fields]) for ordinal, item in enumerate(items)
            )
    return {name: frame_of_rows(rows, schemas[name]) for name, rows in found.items()}


def _items(text: str, markdown: str, spans: Sequence[Span]) -> Items:
    located = addresses(text, spans)
    links = [item for item in located if isinstance(item, Link)]
    return {
        "equations": list(equations(text, spans)),
        "images": [item for item in located if isinstance(item, Image)],
        "links": links,
        "citations": citations(text, spans, links, markdown),
    }


def _span_schema(table: Table) -> pl.Schema:
    columns = {name: dtype for name, dtype in table.polars_schema.items() if name not in table.key}
    return pl.Schema({**_POSITION, **columns})
