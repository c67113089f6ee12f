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
MAGIC_BYTES = 6


class SourceError(ValueError):
    """A file that can be opened but not used; the message says why and what to do."""


def _open_zstd(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(stream, "rb"), "zstd")


_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


@contextmanager
def decompressed(stream: IO[bytes]) -> Iterator[Any]:
    """Provide what a seekable stream holds, decompressed if it is compressed.

    Raises SourceError when what is compressed in it is damaged.
    """
    beginning = stream.read(MAGIC_BYTES)
    stream.seek(0)
    opener = next((open_ for magic, open_ in _OPENERS.items() if beginning.startswith(magic)), None)
    if opener is None:
        yield stream
        return
    try:
        with opener(stream) as inner:
            yield inner
    except _DAMAGE as error:
        raise SourceError(f"its compressed data is damaged ({error}); fetch it again") from error
