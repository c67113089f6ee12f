"""CSV, Parquet and JSON as JSON Lines, where a row is found without those before it."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

import pyarrow.parquet as pq

from shortscience.pipeline.sources.compression import (
    DAMAGED,
    CutError,
    SourceError,
    chunks,
    named_damage,
)
from shortscience.pipeline.sources.encodings import decode, detect

_ROWS = 256
"""Rows of Parquet read at once: a page may have a megabyte."""
_DELIMITERS = ",;\t"
_LONGEST_FIELD = 1 << 28
_LONGEST_FIRST = 1 << 24
_LONGEST_JSON = 1 << 28
_DECODER = json.JSONDecoder(strict=False)
_BETWEEN = re.compile(r"[\ufeff\s\[,]*")


def columns_of_csv(header: bytes) -> tuple[list[str], str]:
    """Return the names of a CSV table's columns, and the sign between them."""
    text = decode(header.rstrip(b"\r\n")).removeprefix("\ufeff")
    delimiter = max(_DELIMITERS, key=text.count)
    return next(csv.reader([text], delimiter=delimiter)), delimiter


def of_csv(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the rows of a CSV table with a header, a line each; CutError where it is broken."""
    lines = _lines(stream)
    names, delimiter = columns_of_csv(next(lines))
    # The limit is that of the whole process, which may be a notebook.
    usual = csv.field_size_limit(_LONGEST_FIELD)
    try:
        for values in csv.reader(map(decode, lines), delimiter=delimiter):
            yield _line(dict(zip(names, values, strict=False)))
    except csv.Error as error:
        raise CutError from error
    finally:
        csv.field_size_limit(usual)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    parts: list[bytes] = []
    for chunk in chunks(stream):
        for part in chunk.splitlines(keepends=True):
            parts.append(part)
            if part.endswith(b"\n"):
                yield b"".join(parts)
                parts.clear()
    if parts:
        yield b"".join(parts)


def of_parquet(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the rows of a Parquet file, a line each; raise SourceError where damage begins."""
    with named_damage(DAMAGED):
        batches = pq.ParquetFile(stream, pre_buffer=False).iter_batches(_ROWS)
    while True:
        with named_damage(DAMAGED):
            batch = next(batches, None)
            rows = batch.to_pylist() if batch is not None else None
        if rows is None:
            return
        yield b"".join(map(_line, rows))


def of_json(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield JSON values, the elements of an array perhaps, a line each.

    Raises CutError where they are broken, and SourceError if they are too long to be held at once.
    """
    data = bytearray()
    for chunk in chunks(stream):
        data += chunk
        if len(data) > _LONGEST_JSON:
            raise SourceError(
                f"is JSON of more than {_LONGEST_JSON >> 20} MiB; write each object on its own line"
            )
    text = decode(bytes(data))
    position = _after(text, 0)
    while position < len(text) and text[position] != "]":
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise CutError from error
        yield _line(value)
        position = _after(text, end)


def first_of_json(beginning: bytes, rest: IO[bytes]) -> tuple[object, bool] | None:
    """Return the first JSON value in a content, and whether it is a line of its own.

    The content is read on until the value ends. None if it is broken, or too long for a row.
    """
    read, more = bytearray(beginning), chunks(rest)
    wanted = len(read)
    while True:
        with suppress(CutError, StopIteration):
            while len(read) < wanted:
                read += next(more)
        text = decode(bytes(read))
        start = _after(text, 0)
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            if len(read) < wanted or wanted >= _LONGEST_FIRST:
                return None
            wanted *= 4
            continue
        line, _, _ = text.partition("\n")
        return value, line.strip("\ufeff \t\r") == text[start:end]


def _after(text: str, position: int) -> int:
    return _BETWEEN.match(text, position).end()  # type: ignore[union-attr]


def _line(value: object) -> bytes:
    return f"{json.dumps(value, default=_text)}\n".encode()


def _text(value: object) -> str:
    """Return a value for which JSON has no type as text: bytes, a time, a decimal."""
    return decode(value, detect(value)) if isinstance(value, bytes) else str(value)
