"""Tables of other formats as JSON Lines, where a row is found without those before it."""

import base64
import csv
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any

import pyarrow as pa
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
"""Rows read at once: a page may have a megabyte."""
_DELIMITERS = ",;\t"
_LONGEST_FIELD = 1 << 28
_LONGEST_FIRST = 1 << 24
_LONGEST_JSON = 1 << 28
_DECODER = json.JSONDecoder(strict=False)
_BETWEEN = re.compile(r"[\ufeff\s\[,]*")
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_ARROW_FILE = b"ARROW1\0\0"


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
    """Yield the rows of a Parquet file, a line each; CutError where damage begins."""
    with named_damage(DAMAGED):
        batches = pq.ParquetFile(stream, pre_buffer=False).iter_batches(_ROWS)
    yield from _of_batches(batches)


def columns_of_arrow(stream: IO[bytes]) -> list[str]:
    """Return the names of the columns of an Arrow file or stream; none if it is neither."""
    with suppress(SourceError), named_damage(DAMAGED):
        return list(_arrow(stream).schema.names)
    return []


def of_arrow(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the rows of an Arrow file or stream, a line each; CutError where damage begins."""
    with named_damage(DAMAGED):
        batches = _arrow(stream)
    yield from _of_batches(map(_validated, batches))


def _arrow(stream: IO[bytes]) -> Any:
    """Open an Arrow stream, or the one that an Arrow file holds.

    https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
    """
    stream.seek(0)
    if stream.read(len(_ARROW_FILE)) != _ARROW_FILE:
        stream.seek(0)
    return pa.ipc.open_stream(stream)


def _validated(batch: Any) -> Any:
    """Raise ArrowInvalid if offsets lead out of a batch's data: PyArrow trusts them."""
    batch.validate(full=True)
    return batch


def _of_batches(batches: Iterable[Any]) -> Iterator[bytes]:
    # Those of a file may be of any length.
    parts = (batch.slice(at, _ROWS) for batch in batches for at in range(0, len(batch), _ROWS))
    while True:
        try:
            with named_damage(DAMAGED):
                part = next(parts, None)
                rows = part.to_pylist() if part is not None else None
        except SourceError as damage:
            raise CutError from damage
        if rows is None:
            return
        yield b"".join(map(_line, rows))


def of_json(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield JSON values, the elements of an array perhaps, a line each.

    Raises CutError where they are broken, and SourceError if they are too long to be held at once.
    """
    yield from map(_line, _values(_whole_text(stream), 0))


def of_har(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the HTML responses that a browser logged, a line each, with address and time.

    Raises as `of_json`. http://www.softwareishard.com/blog/har-12-spec/
    """
    text = _whole_text(stream)
    if not (entries := _ENTRIES.search(text)):
        raise CutError
    yield from (_line(_response(entry)) for entry in _values(text, entries.end()))


def _response(entry: Any) -> dict[str, object]:
    """Return the page of an entry in the log, its address and time; nothing if it has no page."""
    try:
        content = entry["response"]["content"]
        if "html" not in content["mimeType"]:
            return {}
        is_encoded = content.get("encoding") == "base64"
        page = base64.b64decode(content["text"]) if is_encoded else content["text"]
        return {"html": page, "url": entry["request"]["url"], "date": entry.get("startedDateTime")}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _whole_text(stream: IO[bytes]) -> str:
    data = bytearray()
    for chunk in chunks(stream):
        data += chunk
        if len(data) > _LONGEST_JSON:
            raise SourceError(
                f"is JSON of more than {_LONGEST_JSON >> 20} MiB; write each object on its own line"
            )
    return decode(bytes(data))


def _values(text: str, start: int) -> Iterator[Any]:
    position = _after(text, start)
    while position < len(text) and text[position] != "]":
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise CutError from error
        yield value
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
