"""Archives of files: zip and tar; and what they have in common with all others.

Each lists its entries, and reopens an entry by its locator without reading the ones before it.
Nothing is unpacked under its own name, so `../x` is harmless; links and devices are skipped.
"""

import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from shortscience.pipeline.counting import counted
from shortscience.pipeline.sources.compression import SourceError, named_damage

_TAR_MAGIC = b"ustar"
_TAR_MAGIC_AT = 257
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_MAX_RATIO = 200
"""Archives of text unpack to about 3 to 50 times their size; gzip reaches 1,032 with zeros. A
larger claim counts as a decompression bomb, unless it is small in bytes.
"""
_SMALL_BYTES = 1 << 30
UNPACKS_TOO_FAR = f"unpacks to more than {_MAX_RATIO} times its size; unpack it yourself"
DAMAGED_ARCHIVE = "is a damaged archive"


@dataclass(frozen=True)
class Entry:
    """One entry of an archive: a stream of its content, or its problem.

    `packed` means that seeking back rereads the stream. An entry with a `form` is a page of a
    crawl: it is final content, and not searched for further archives.
    """

    locator: str
    name: str
    stream: Any = None
    packed: bool = False
    form: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
    problem: str | None = None


class Archive(Protocol):
    """The interface of archives, which are opened with a seekable stream."""

    def __init__(self, stream: IO[bytes]) -> None: ...

    def entries(self) -> Iterator[Entry]:
        """Yield every entry; raise SourceError where damage begins."""
        ...

    def open(self, locator: int) -> Any:
        """Return a stream of the entry at a locator."""
        ...


def recognise(beginning: bytes) -> type[Archive] | None:
    """Return the kind of archive that starts with these decompressed bytes, or None."""
    if beginning.startswith(_ZIP_MAGIC):
        return Zip
    return Tar if beginning.startswith(_TAR_MAGIC, _TAR_MAGIC_AT) else None


def left_out(others: Counter[str], reasons: Mapping[str, tuple[str, str]]) -> Iterator[Entry]:
    """Yield an entry that tells how much an archive has besides pages, if anything.

    `reasons` holds the words for one and for several of each kind.
    """
    counts = [counted(others[kind], *words) for kind, words in reasons.items() if others[kind]]
    if counts:
        yield Entry("", "", problem=f"left out: {'; '.join(counts)}")


def may_unpack_to(n_bytes: int) -> int:
    """Return the largest permitted unpacked size of an archive, in bytes."""
    return max(_SMALL_BYTES, _MAX_RATIO * n_bytes)


def size(stream: IO[bytes]) -> int:
    """Return the size of a seekable stream in bytes, and rewind it."""
    n_bytes = stream.seek(0, 2)
    stream.seek(0)
    return n_bytes


class Zip:
    """A zip archive. The locator is the entry's position in the directory."""

    def __init__(self, stream: IO[bytes]) -> None:
        with named_damage(DAMAGED_ARCHIVE):
            limit = may_unpack_to(size(stream))
            self._archive = zipfile.ZipFile(stream)
        if sum(info.file_size for info in self._archive.infolist()) > limit:
            raise SourceError(UNPACKS_TOO_FAR)

    def entries(self) -> Iterator[Entry]:
        """Yield every file in the archive."""
        for place, info in enumerate(self._archive.infolist()):
            if not info.filename.endswith("/"):
                yield self._entry(place, info)

    def _entry(self, place: int, info: zipfile.ZipInfo) -> Entry:
        if info.flag_bits & 1:
            return Entry(str(place), info.filename, problem="is encrypted; decrypt it")
        packed = info.compress_type != zipfile.ZIP_STORED
        try:
            return Entry(str(place), info.filename, self.open(place), packed)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            return Entry(str(place), info.filename, problem=f"cannot be unpacked ({error})")

    def open(self, locator: int) -> Any:
        """Return a stream of one file."""
        return self._archive.open(self._archive.infolist()[locator])


class Tar:
    """A tar archive. The locator is the offset of the entry's header."""

    def __init__(self, stream: IO[bytes]) -> None:
        stream.seek(0)
        self._stream = stream

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in the archive."""
        with (
            named_damage(DAMAGED_ARCHIVE),
            tarfile.open(fileobj=self._stream, mode="r:") as archive,
        ):
            for info in archive:
                if not info.isdir():
                    yield self._entry(archive, info)
                archive.members = []  # type: ignore[attr-defined]  # or it remembers all

    def _entry(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Entry:
        stream = archive.extractfile(info) if info.isreg() else None
        if stream is None:
            problem = "is a link or a device; put the file itself into the archive"
            return Entry(str(info.offset), info.name, problem=problem)
        return Entry(str(info.offset), info.name, stream)

    def open(self, locator: int) -> Any:
        """Return a stream of one file."""
        self._stream.seek(0)
        archive = tarfile.TarFile(fileobj=self._stream)
        self._stream.seek(locator)
        return archive.extractfile(tarfile.TarInfo.fromtarfile(archive))
