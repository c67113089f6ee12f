"""Opening compressed streams, recognised by their first bytes."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa

_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, pa.ArrowException)
_MAGIC_BYTES = 6


class SourceError(ValueError):
    """A file that can be opened but not used; the message says why and what to do."""


class _KeptOpen:
    """A stream that is not closed with what reads from it, as PyArrow would."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Leave the stream open."""


def _open_zstd(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(_KeptOpen(stream), "r"), "zstd")


_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


def is_compressed(stream: IO[bytes]) -> bool:
    """Whether a stream, which stands at its beginning and is left there, is compressed."""
    beginning = stream.read(_MAGIC_BYTES)
    stream.seek(0)
    return _opener(beginning) is not None


def _opener(beginning: bytes) -> Callable[[IO[bytes]], Any] | None:
    return next((open_ for magic, open_ in _OPENERS.items() if beginning.startswith(magic)), None)


@contextmanager
def decompressed(stream: IO[bytes]) -> Iterator[Any]:
    """Provide what a seekable stream holds, decompressed if it is compressed.

    Raises SourceError when what is compressed in it is damaged.
    """
    beginning = stream.read(_MAGIC_BYTES)
    stream.seek(0)
    opener = _opener(beginning)
    if opener is None:
        yield stream
        return
    try:
        with opener(stream) as inner:
            yield inner
    except _DAMAGE as error:
        raise SourceError(f"its compressed data is damaged ({error}); fetch it again") from error
