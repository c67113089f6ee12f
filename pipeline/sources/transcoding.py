"""Transcoding: let parsers of UTF-8 read sources with a byte order mark or in UTF-16."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from shortscience.pipeline.sources import encodings
from shortscience.pipeline.sources.pieces import Piece, covering

Parse = Callable[[bytes], Iterable[Piece]]


def text_of(data: bytes, encoding: str) -> bytes:
    """Return a source in UTF-8 and without byte order mark, as parsers need it.

    A source in UTF-8, or mixed with windows-1252, is passed on unchanged.
    """
    text = data[encodings.mark_length(data, encoding) :]
    return encodings.decode(text, encoding).encode() if encoding in encodings.UTF16 else text


def in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Transcode a stream from UTF-16 to UTF-8; any other is passed on unchanged."""
    first = next(chunks, b"")
    encoding = encodings.detect(first)
    if encoding not in encodings.UTF16:
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chain([first], chunks):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def pieces(parse: Parse, data: bytes, encoding: str) -> Iterator[Piece]:
    """Yield a parser's pieces, with spans in the bytes of `data`, which they cover."""
    text = text_of(data, encoding)
    start = encodings.mark_length(data, encoding)
    if start:
        yield Piece("boilerplate", 0, start)
    for piece in covering(parse(text), len(text)):
        end = _end(text, piece, start, encoding, len(data))
        if (piece.start, piece.end) == (start, end):
            yield piece
        elif end > start:
            yield replace(piece, start=start, end=end)
        start = end


def _end(text: bytes, piece: Piece, start: int, encoding: str, n_bytes: int) -> int:
    """Return the end in the source of a piece of `text` that starts there at `start`."""
    if piece.end == len(text):
        return n_bytes
    if encoding not in encodings.UTF16:
        return start + piece.end - piece.start
    characters = text[piece.start : piece.end].decode(errors="ignore")
    return start + len(characters.encode(encoding))
