"""Opening compressed streams, recognised by their first bytes."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, Any

import pyarrow as pa

_MAGIC_BYTES = 6
_CHUNK_BYTES = 1 << 20
DAMAGED = "its data is damaged"


class SourceError(ValueError):
    """A file that can be opened but not used; the message says why and what to do."""


@contextmanager
def named_damage(what: str, position: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Turn whatever a library raises while it reads into a SourceError.

    What they raise for bytes that were never of their format is written nowhere: besides the
    documented errors, warcio was seen to raise AttributeError and OverflowError, zipfile IndexError
    and NotImplementedError. Nothing but reading may stand in this context: a full disk, say, is no
    damage of the input.
    """
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        where = f"from byte {position()} on " if position() else ""
        raise SourceError(f"{what} {where}({error}); fetch it again") from error


class KeptOpen:
    """A stream that is not closed with what reads from it, as PyArrow would."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Leave the stream open."""


def _open_zstd(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(KeptOpen(stream), "r"), "zstd")


_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


def is_compressed(stream: IO[bytes]) -> bool:
    """Whether a stream, which stands at its beginning and is left there, is compressed."""
    return _opener(stream) is not None


def _opener(stream: IO[bytes]) -> Callable[[IO[bytes]], Any] | None:
    with named_damage(DAMAGED):
        beginning = stream.read(_MAGIC_BYTES)
        stream.seek(0)
    return next((open_ for magic, open_ in _OPENERS.items() if beginning.startswith(magic)), None)


@contextmanager
def decompressed(stream: IO[bytes]) -> Iterator[Any]:
    """Provide what a seekable stream holds, decompressed if it is compressed."""
    opener = _opener(stream)
    with opener(stream) if opener else nullcontext(stream) as inner:
        yield inner


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a stream holds up to its end; SourceError from where on it is damaged."""
    while True:
        with named_damage(DAMAGED):
            chunk = bytes(stream.read(_CHUNK_BYTES))
        if not chunk:
            return
        yield chunk
