"""From raw files to the frames of sources and records."""

import hashlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from pipeline.errors import DamagedError
from pipeline.keys import key
from pipeline.settings import SourceSettings
from pipeline.sources import encodings, extracted_text
from pipeline.sources.inputs import Input
from pipeline.sources.pieces import Piece, covering

_LOGGER = logging.getLogger(__name__)

PARSERS = (extracted_text,)
"""One module per form, asked in this order; each has `FORM`, `recognise` and `parse`."""

SOURCE_SCHEMA = pl.Schema(
    {
        "source_id": pl.String(),
        "form": pl.String(),
        "url": pl.String(),
        "retrieved_at": pl.Datetime("us", "UTC"),
        "n_bytes": pl.Int64(),
        "encoding": pl.String(),
    }
)
RECORD_SCHEMA = pl.Schema(
    {
        "record_id": pl.String(),
        "source_id": pl.String(),
        "ordinal": pl.Int32(),
        "byte_start": pl.Int64(),
        "byte_end": pl.Int64(),
        "raw": pl.String(),
        "reason": pl.String(),
        # The summary within `raw`, in code points; null when rejected.
        "body_start": pl.Int32(),
        "body_end": pl.Int32(),
    }
)


def read_sources(
    inputs: Iterable[Input], settings: SourceSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parse files into one row per source and one row per record, rejected ones included."""
    sources: list[tuple[object, ...]] = []
    records: list[tuple[object, ...]] = []
    for item in inputs:
        data = _read(item.path, item.source_id)
        form, encoding, pieces = _parse(data, settings)
        sources.append((item.source_id, form, None, None, len(data), encoding))
        found = (piece for piece in pieces if piece.kind != "boilerplate")
        records.extend(
            _record(item.source_id, ordinal, data, piece, encoding)
            for ordinal, piece in enumerate(found)
        )
    return (
        pl.DataFrame(sources, schema=SOURCE_SCHEMA, orient="row"),
        pl.DataFrame(records, schema=RECORD_SCHEMA, orient="row"),
    )


def _read(path: Path, source_id: str) -> bytes:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != source_id:
        raise DamagedError(f"{path} changed while it was being read; run the build again.")
    return data


def _parse(data: bytes, settings: SourceSettings) -> tuple[str | None, str, list[Piece]]:
    encoding = encodings.detect(data)
    if not data:
        return None, encoding, []
    if encoding == encodings.BINARY:
        return None, encoding, [_rejected(data, "binary data")]
    for parser in PARSERS:
        if parser.recognise(data):
            return parser.FORM, encoding, _pieces(parser.parse, data, settings)
    return None, encoding, [_rejected(data, "unknown form")]


def _pieces(
    parse: Callable[[bytes], Iterable[Piece]], data: bytes, settings: SourceSettings
) -> list[Piece]:
    """Collect what a parser yields. One that fails costs its own source, and no other."""
    try:
        return [_bounded(piece, settings) for piece in covering(parse(data), len(data))]
    except Exception as error:
        _LOGGER.exception("A parser failed")
        return [_rejected(data, f"parser failed: {error}")]


def _rejected(data: bytes, reason: str) -> Piece:
    return Piece("rejected", 0, len(data), reason=reason)


def _bounded(piece: Piece, settings: SourceSettings) -> Piece:
    if piece.kind == "record" and piece.end - piece.start > settings.max_record_bytes:
        reason = f"longer than {settings.max_record_bytes} bytes"
        return Piece("rejected", piece.start, piece.end, reason=reason)
    return piece


def _record(
    source_id: str, ordinal: int, data: bytes, piece: Piece, encoding: str
) -> tuple[object, ...]:
    before = body = None
    if piece.kind == "record":
        before = len(encodings.decode(data[piece.start : piece.text_start], encoding))
        text = encodings.decode(data[piece.text_start : piece.text_end], encoding)
        body = before + len(text)
    return (
        key(source_id, piece.start, piece.end),
        source_id,
        ordinal,
        piece.start,
        piece.end,
        encodings.decode(data[piece.start : piece.end], encoding),
        piece.reason,
        before,
        body,
    )
