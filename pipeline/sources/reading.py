"""From raw files to the frames of sources and records."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from shortscience.pipeline.errors import DamagedError, os_errors_named
from shortscience.pipeline.keys import key
from shortscience.pipeline.rows import frame_of_rows
from shortscience.pipeline.schema import PAPERS, SUMMARIES
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import (
    encodings,
    flat_text,
    html2text_page,
    html_page,
    html_tables,
    joined_text,
    json_export,
    markdownify_page,
    page_text,
    rss,
    trafilatura_lines,
    trafilatura_rows,
    transcoding,
)
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.sources.members import read_members
from shortscience.pipeline.sources.pieces import Piece

_BINARY_BYTES = 1 << 27
_BINARY = {
    b"SQLite format 3\0": "SQLite; export its tables as CSV",
    b"%PDF-": "PDF; extract its text",
    b"Obj\x01": "Avro; write it as Parquet or JSON Lines",
    b"ORC": "ORC; write it as Parquet or JSON Lines",
    b"7z\xbc\xaf\x27\x1c": "7-Zip; unpack it",
    b"Rar!": "RAR; unpack it",
    b"\x04\x22\x4d\x18": "LZ4; decompress it",
}
"""Kinds of binary files that may hold summaries, by how they begin, and what to do with them."""
_CHANGED = "{} changed while it was being read; run the build again."
_LOGGER = logging.getLogger(__name__)


class Parser(Protocol):
    """The interface of each form's module."""

    FORM: str
    KEEPS_STRUCTURE: bool
    """Whether its texts keep their authors' line breaks."""

    def recognise(self, data: bytes) -> bool:
        """Whether the bytes are of this form."""
        ...

    def parse(self, data: bytes) -> Iterator[Piece]:
        """Cut the bytes into pieces that cover them."""
        ...


PARSERS: tuple[Parser, ...] = (
    json_export,
    rss,
    html_page,
    html_tables,
    flat_text,
    joined_text,
    html2text_page,
    markdownify_page,
    trafilatura_rows,
    page_text,
    trafilatura_lines,
)
"""Tried in this order."""

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
FACTS_SCHEMA = pl.Schema(
    {
        **PAPERS.types("bibtex_key", "title", "authors", "venue", "year", "abstract"),
        "paper_url": pl.String(),
        **SUMMARIES.types("author", "votes", "posted_at", "url"),
    }
)
"""The facts of a record besides its text, as in `pieces.Facts`."""

RECORD_SCHEMA = pl.Schema(
    {
        "record_id": pl.String(),
        "source_id": pl.String(),
        "ordinal": pl.Int32(),
        "byte_start": pl.Int64(),
        "byte_end": pl.Int64(),
        "raw": pl.String(),
        "reason": pl.String(),
        # The summary, neither repaired nor restored; null if rejected.
        "body": pl.String(),
        "keeps_structure": pl.Boolean(),
        **FACTS_SCHEMA,
    }
)


def read_sources(
    inputs: Iterable[Input], settings: SourceSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parse files into one row per source and one row per record, rejected ones included."""
    sources: list[tuple[object, ...]] = []
    records: list[tuple[object, ...]] = []
    for item, data in _contents(inputs):
        source = _parse(data, settings)
        form = item.form if source.form and item.form else source.form
        facts = item.url, item.retrieved_at, len(data), source.encoding
        sources.append((item.source_id, form, *facts))
        found = (piece for piece in source.pieces if piece.kind != "boilerplate")
        records.extend(
            _record(item.source_id, ordinal, data, piece, source)
            for ordinal, piece in enumerate(found)
        )
    return frame_of_rows(sources, SOURCE_SCHEMA), frame_of_rows(records, RECORD_SCHEMA)


def _contents(inputs: Iterable[Input]) -> Iterator[tuple[Input, bytes]]:
    """Read inputs, opening each archive once; DamagedError if one has changed since hashing."""
    by_path: dict[Path, dict[str, Input]] = {}
    for item in inputs:
        by_path.setdefault(item.path, {})[item.locator] = item
    for path, wanted in by_path.items():
        try:
            with os_errors_named(path):
                for locator, data in read_members(path, wanted.keys()):
                    if hashlib.sha256(data).hexdigest() != wanted[locator].source_id:
                        raise DamagedError(_CHANGED.format(path))
                    yield wanted[locator], data
        except (LookupError, ValueError) as error:
            raise DamagedError(_CHANGED.format(path)) from error


@dataclass(frozen=True)
class _Source:
    """A parsed source; `form` is None if no parser recognises it."""

    form: str | None
    encoding: str
    pieces: list[Piece]
    keeps_structure: bool = False


def _parse(data: bytes, settings: SourceSettings) -> _Source:
    encoding = encodings.detect(data)
    if not data:
        return _Source(None, encoding, [])
    if encoding == encodings.BINARY:
        return _Source(None, encoding, _binary(data))
    text = transcoding.text_of(data, encoding)
    for parser in PARSERS:
        if parser.recognise(text):
            pieces = _pieces(parser.parse, data, encoding, settings)
            return _Source(parser.FORM, encoding, pieces, parser.KEEPS_STRUCTURE)
    return _Source(None, encoding, [_rejected(data, "unknown form")])


def _pieces(
    parse: transcoding.Parse, data: bytes, encoding: str, settings: SourceSettings
) -> list[Piece]:
    """Collect a parser's pieces. A failure costs only its own source.

    A lack of memory is raised: what a source gives must not depend on the machine.
    """
    try:
        return [_bounded(piece, settings) for piece in transcoding.pieces(parse, data, encoding)]
    except MemoryError:
        raise
    except Exception as error:
        _LOGGER.exception("A parser failed")
        return [_rejected(data, f"parser failed: {error}")]


def reread(raw: str, form: str) -> Piece | None:
    """Parse the raw text of one record again; `form` is that of its source.

    None if no parser of that form finds a record that is the whole text: a summary may quote
    records of any form.
    """
    data = raw.encode()
    # A page of a crawl has the form of the crawl, whichever parser read it.
    parsers = [parser for parser in PARSERS if form == parser.FORM] or PARSERS
    pieces = (piece for parser in parsers for piece in parser.parse(data))
    whole = 0, len(data)
    return next((p for p in pieces if p.kind == "record" and (p.start, p.end) == whole), None)


def _rejected(data: bytes, reason: str) -> Piece:
    return Piece("rejected", 0, len(data), reason=reason)


def _binary(data: bytes) -> list[Piece]:
    """Reject binary data in parts: as text, it grows by half, and a table's cell has a limit."""
    kind = next((f" ({kind})" for begins, kind in _BINARY.items() if data.startswith(begins)), "")
    n_bytes = len(data)
    starts = range(0, n_bytes, _BINARY_BYTES)
    return [
        Piece("rejected", start, min(start + _BINARY_BYTES, n_bytes), reason=f"binary data{kind}")
        for start in starts
    ]


def _bounded(piece: Piece, settings: SourceSettings) -> Piece:
    if piece.kind == "record" and piece.end - piece.start > settings.max_record_bytes:
        reason = f"longer than {settings.max_record_bytes} bytes"
        return Piece("rejected", piece.start, piece.end, reason=reason)
    return piece


def _record(
    source_id: str, ordinal: int, data: bytes, piece: Piece, source: _Source
) -> tuple[object, ...]:
    return (
        key(source_id, piece.start, piece.end),
        source_id,
        ordinal,
        piece.start,
        piece.end,
        encodings.decode(data[piece.start : piece.end], source.encoding),
        piece.reason,
        piece.body,
        source.keeps_structure,
        *piece.facts,
    )
