"""Opening compressed streams, recognised by their first bytes."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, Any

import pyarrow as pa

from shortscience.pipeline.errors import is_transient

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_MAGIC_BYTES = 6
_CHUNK_BYTES = 1 << 16
_LONGEST_REASON = 200
_ZSTD_BREAKS_OFF = "Truncated compressed stream"
DAMAGED = "its data is damaged"


class SourceError(ValueError):
    """A file that can be opened but not used; the message says why and what to do."""


class CutError(SourceError):
    """A file that breaks off, perhaps as its download did; what precedes can be used."""


@contextmanager
def named_damage(what: str, position: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Turn any exception of a library that reads a file into a SourceError.

    Libraries do not document what they raise for arbitrary bytes: warcio was seen to raise
    AttributeError and OverflowError, zipfile IndexError and NotImplementedError. Only reading may
    happen in this context, since a full disk, for example, is not damage of the input. Nor is a
    lack of memory or a disk that fails to answer: what a file gives must not depend on either.
    """
    try:
        yield
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        # Libraries also raise OSError for damaged data, without a number.
        if is_transient(error) and error.errno is not None:  # type: ignore[attr-defined]
            raise
        if isinstance(error, EOFError) or _ZSTD_BREAKS_OFF in str(error):
            raise CutError("breaks off; fetch it again") from error
        where = f"from byte {position()} on " if position() else ""
        # Some messages quote the bytes.
        said = ascii(str(error))[1:-1][:_LONGEST_REASON]
        raise SourceError(f"{what} {where}({said}); fetch it again") from error


class KeptOpen:
    """A stream that stays open when its reader closes, as PyArrow's does."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Leave the stream open."""


def _open_zstd(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(KeptOpen(stream), "r"), "zstd")


_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    GZIP_MAGIC: gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    ZSTD_MAGIC: _open_zstd,
}


def is_compressed(stream: IO[bytes]) -> bool:
    """Whether a rewound stream is compressed; its position is restored."""
    return _opener(stream) is not None


def _opener(stream: IO[bytes]) -> Callable[[IO[bytes]], Any] | None:
    with named_damage(DAMAGED):
        beginning = stream.read(_MAGIC_BYTES)
        stream.seek(0)
    return next((open_ for magic, open_ in _OPENERS.items() if beginning.startswith(magic)), None)


@contextmanager
def decompressed(stream: IO[bytes]) -> Iterator[Any]:
    """Provide the content of a seekable stream, decompressed if necessary."""
    opener = _opener(stream)
    with opener(stream) if opener else nullcontext(stream) as inner:
        yield inner


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream's content to its end.

    Raises SourceError where damage begins, and CutError where the stream breaks off.
    """
    # `read` would lose what it has read before the end comes too early.
    read = getattr(stream, "read1", stream.read)
    while True:
        with named_damage(DAMAGED):
            chunk = bytes(read(_CHUNK_BYTES))
        if not chunk:
            return
        yield chunk


def beginning(stream: IO[bytes], n_bytes: int) -> bytes:
    """Return the first bytes of a stream, fewer if it is shorter or breaks off."""
    found = b""
    with suppress(CutError):
        for chunk in chunks(stream):
            found += chunk
            if len(found) >= n_bytes:
                break
    return found
