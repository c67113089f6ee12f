"""Undoing the Content-Encoding of a page in a crawl (RFC 9110, 8.4).

Crawlers often store a page decoded but keep the header. So content that does not start like its
encoding is kept as it is, if it is text.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, Any, cast

import pyarrow as pa

from shortscience.pipeline.sources.compression import (
    DAMAGED,
    GZIP_MAGIC,
    ZSTD_MAGIC,
    KeptOpen,
    SourceError,
    named_damage,
)

_CHUNK_BYTES = 1 << 16
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")


class _Decoded:
    """A stream over chunks of bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def read(self, size: int) -> bytes:
        """Read `size` bytes, fewer at the end."""
        parts, length = [self._left], len(self._left)
        while length < size and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk)
            length += len(chunk)
        data = b"".join(parts)
        self._left = data[size:]
        return data[:size]


def decoded(stream: IO[bytes], encodings: str) -> Any:
    """Return a stream of a page that is encoded as a header says.

    Reading raises SourceError if that cannot be undone.
    """
    content: Any = stream
    for encoding in reversed([name.strip().lower() for name in encodings.split(",")]):
        if encoding and encoding != "identity":
            content = _Decoded(_decode(content, encoding))
    return content


def _decode(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    with named_damage(DAMAGED):
        beginning = stream.read(_CHUNK_BYTES)
    taken = [beginning]
    chunks: Iterator[bytes]
    try:
        decoding = _DECODERS.get(encoding, _unknown)(_remembered(stream, taken), beginning)
        chunks = chain([next(decoding, b"")], decoding)
    except Exception as error:
        # Text that fails to decode at its start was stored decoded.
        if _NO_TEXT.search(beginning):
            raise SourceError(f"is encoded as {encoding}, which cannot be decoded") from error
        chunks = chain(taken, iter(lambda: stream.read(_CHUNK_BYTES), b""))
    holds_nothing = bool(beginning)
    while True:
        with named_damage(DAMAGED):
            chunk = next(chunks, None)
        if chunk is None:
            break
        holds_nothing = holds_nothing and not chunk
        yield chunk
    if holds_nothing:
        raise SourceError(f"{DAMAGED}; fetch it again")


def _remembered(stream: IO[bytes], taken: list[bytes]) -> Iterator[bytes]:
    """Yield the chunks taken from a stream and all that follow, which are remembered, too."""
    yield from taken[:]
    while chunk := stream.read(_CHUNK_BYTES):
        taken.append(chunk)
        yield chunk


def _unknown(_chunks: Iterator[bytes], _beginning: bytes) -> Iterator[bytes]:
    raise ValueError("unknown encoding")


def _inflated(window: int) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    """Decode by zlib; truncated data gives what it holds."""

    def inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
        inflater = zlib.decompressobj(window)
        for chunk in chunks:
            data = chunk
            while data:
                yield inflater.decompress(data, _CHUNK_BYTES)
                data = inflater.unconsumed_tail
                if inflater.eof:
                    data = inflater.unused_data
                    if not data.startswith(GZIP_MAGIC):
                        return
                    inflater = zlib.decompressobj(window)

    return inflate


def _gzip(chunks: Iterator[bytes], beginning: bytes) -> Iterator[bytes]:
    if not beginning.startswith(GZIP_MAGIC):
        raise ValueError("no gzip")
    return _inflated(16 + zlib.MAX_WBITS)(chunks)


def _deflate(chunks: Iterator[bytes], beginning: bytes) -> Iterator[bytes]:
    # Most servers send the zlib format, as standardised, and some send raw deflate.
    has_header = (
        beginning[:1] and beginning[0] & 15 == 8 and int.from_bytes(beginning[:2]) % 31 == 0
    )
    return _inflated(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)(chunks)


def _by_arrow(codec: str) -> Callable[[Iterator[bytes], bytes], Iterator[bytes]]:
    def decode(chunks: Iterator[bytes], beginning: bytes) -> Iterator[bytes]:
        if codec == "zstd" and not beginning.startswith(ZSTD_MAGIC):
            raise ValueError("no zstd")
        source = pa.PythonFile(KeptOpen(cast("IO[bytes]", _Decoded(chunks))), "r")
        stream = pa.CompressedInputStream(source, codec)
        while chunk := bytes(stream.read(_CHUNK_BYTES)):
            yield chunk

    return decode


_DECODERS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _by_arrow("brotli"),
    "zstd": _by_arrow("zstd"),
}
