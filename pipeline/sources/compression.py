"""Opening raw files, compressed or not, recognised by their first bytes."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

MAX_SOURCE_BYTES = 1 << 30
"""A source is parsed in memory: larger ones are turned away with the advice to split them. This
also bounds what a decompression bomb can do."""

_CHUNK_BYTES = 1 << 20
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, pa.ArrowException)


class SourceError(ValueError):
    """A file that can be opened but not used; the message says why and what to do."""


def _open_zstd(path: Path) -> Any:
    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


_OPENERS: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


def read_chunks(path: Path) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file, a mebibyte at a time.

    Raises OSError when the file cannot be read, and SourceError when what is compressed in it is
    damaged, or is more than MAX_SOURCE_BYTES.
    """
    with path.open("rb") as file:
        beginning = file.read(8)
    opener = next(
        (opener for magic, opener in _OPENERS.items() if beginning.startswith(magic)), None
    )
    if opener is None:
        with path.open("rb") as file:
            yield from _bounded(file)
        return
    try:
        with opener(path) as stream:
            yield from _bounded(stream)
    except _DAMAGE as error:
        raise SourceError(f"its compressed data is damaged ({error}); fetch it again") from error


def _bounded(stream: Any) -> Iterator[bytes]:
    n_bytes = 0
    while chunk := stream.read(_CHUNK_BYTES):
        n_bytes += len(chunk)
        if n_bytes > MAX_SOURCE_BYTES:
            raise SourceError(
                f"holds more than {MAX_SOURCE_BYTES >> 30} GiB; split it at line ends"
            )
        yield bytes(chunk)
