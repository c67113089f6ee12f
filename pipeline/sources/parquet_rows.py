"""Parquet as the JSON Lines of its rows, so that a row can be found without those before it."""

import io
import json
from collections.abc import Iterator
from typing import IO, Any

import pyarrow.parquet as pq

from shortscience.pipeline.sources.encodings import decode, detect

_ROWS = 256
"""Rows read at once: a page may have a megabyte."""


class ParquetLines(io.RawIOBase):
    """A stream of a file's rows, each as a line of JSON; it leaves the file open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._chunks = _chunks(stream)
        self._chunk = io.BytesIO()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, at least in part; return 0 at the end."""
        while (n_bytes := self._chunk.readinto(buffer)) == 0:
            try:
                self._chunk = io.BytesIO(next(self._chunks))
            except StopIteration:
                break
        return n_bytes


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    file = pq.ParquetFile(stream, pre_buffer=False)
    for batch in file.iter_batches(_ROWS):
        yield "".join(_line(row) for row in batch.to_pylist()).encode()


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_text) + "\n"


def _text(value: object) -> str:
    """Return a value that JSON has no type for as text: bytes, a time, a decimal."""
    return decode(value, detect(value)) if isinstance(value, bytes) else str(value)
