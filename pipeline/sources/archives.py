"""Archives: zip, tar, and the WARC and WET files of a crawl.

Each lists its entries, and reopens an entry by its locator without reading the ones before it.
Nothing is unpacked under its own name, so `../x` is harmless; links and devices are skipped.
"""

import contextlib
import logging
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import IO, Any, Protocol

from warcio import bufferedreaders, recordloader
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from shortscience.pipeline.counting import counted
from shortscience.pipeline.sources.compression import GZIP_MAGIC, SourceError, named_damage
from shortscience.pipeline.sources.content_encodings import decoded
from shortscience.pipeline.sources.times import iso_time

BEGINNING_BYTES = 4096
"""Enough of a file to tell its kind: the header of a CSV table is the longest."""
_TAR_MAGIC = slice(257, 262)
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_WARC_MAGIC = b"WARC/"
_GZIP_MEMBER = re.compile(GZIP_MAGIC + rb"\x08")
_GZIP = zlib.MAX_WBITS | 16
_MEMBER_BYTES = 512  # enough of a member for what it begins with
_CHUNK_BYTES = 1 << 20
MAX_RATIO = 200
"""Archives of text unpack to about 3 to 50 times their size; gzip reaches 1,032 with zeros. A
larger claim counts as a decompression bomb, unless it is small in bytes.
"""
_SMALL_BYTES = 1 << 30
UNPACKS_TOO_FAR = f"unpacks to more than {MAX_RATIO} times its size; unpack it yourself"
_DAMAGED = "is a damaged archive"
_CUT = "breaks off within a record; fetch it again"


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
    if beginning.startswith(_WARC_MAGIC):
        return Warc
    return Tar if beginning[_TAR_MAGIC] == b"ustar" else None


def left_out(others: Counter[str], reasons: Mapping[str, tuple[str, str]]) -> Iterator[Entry]:
    """Yield an entry that tells how much an archive has besides pages, if anything.

    `reasons` holds the words for one and for several of each kind.
    """
    counts = [counted(others[kind], *words) for kind, words in reasons.items() if others[kind]]
    if counts:
        yield Entry("", "", problem=f"left out: {'; '.join(counts)}")


def may_unpack_to(n_bytes: int) -> int:
    """Return the largest permitted unpacked size of an archive, in bytes."""
    return max(_SMALL_BYTES, MAX_RATIO * n_bytes)


def size(stream: IO[bytes]) -> int:
    """Return the size of a seekable stream in bytes, and rewind it."""
    n_bytes = stream.seek(0, 2)
    stream.seek(0)
    return n_bytes


class Zip:
    """A zip archive. The locator is the entry's position in the directory."""

    def __init__(self, stream: IO[bytes]) -> None:
        with named_damage(_DAMAGED):
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
        with named_damage(_DAMAGED), tarfile.open(fileobj=self._stream, mode="r:") as archive:
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


_FORMS = {"response": "warc", "resource": "warc", "conversion": "wet"}
_LEFT_OUT = {
    "revisit": ("revisit, which holds no page", "revisits, which hold no page"),
    "no HTML": (
        "response or resource that is not HTML",
        "responses and resources that are not HTML",
    ),
    "wrong length": (
        "record shorter than declared, whose page may be cut",
        "records shorter than declared, whose pages may be cut",
    ),
}
"""What is left out, one and several."""
_ADDRESSES_WITH_SPACES = (
    "record whose address contained spaces, now escaped",
    "records whose addresses contained spaces, now escaped",
)


class _Records(ArchiveIterator):  # type: ignore[misc]
    """warcio's reader, without the messages to standard error that are counted here."""

    INC_RECORD = ""


# warcio logs damaged data to standard error and continues with truncated records.
bufferedreaders.sys = SimpleNamespace(stderr=SimpleNamespace(write=lambda _: None))


@contextlib.contextmanager
def _counted_warnings() -> Iterator[list[str]]:
    """Provide a list that collects what warcio logs in the context."""
    warnings: list[str] = []

    def take(record: logging.LogRecord) -> bool:
        warnings.append(record.getMessage())
        return False

    logger = logging.getLogger(recordloader.__name__)
    logger.addFilter(take)
    try:
        yield warnings
    finally:
        logger.removeFilter(take)


class Warc:
    """The records of a crawl. The locator is the offset of a record."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._begun = 0
        """Where the last record begins that was read."""

    def entries(self) -> Iterator[Entry]:
        """Yield the pages: HTML responses, and the texts of a WET file.

        Other records are counted, and reported in a last entry that is only a problem. A damaged
        record is a problem, too; behind it, the next one that was compressed separately is read.
        """
        others: Counter[str] = Counter()
        position: int | None = 0
        with _counted_warnings() as warnings:
            while position is not None:
                problem = _CUT
                try:
                    yield from self._pages(position, others)
                except SourceError as damage:
                    problem = str(damage)
                position = _next_member(self._stream, self._begun + 1)
                if position is not None or problem != _CUT:
                    yield Entry("", "", problem=problem)
        yield from left_out(others, _LEFT_OUT)
        if warnings:
            yield Entry("", "", problem=f"has {counted(len(warnings), *_ADDRESSES_WITH_SPACES)}")

    def _pages(self, start: int, others: Counter[str]) -> Iterator[Entry]:
        """Yield the pages among the records from `start` on, and count what is left out."""
        self._stream.seek(start)
        self._begun = start
        records = _Records(self._stream)
        last: Any = None
        with named_damage(_DAMAGED, lambda: int(records.offset)):
            for record in records:
                others["wrong length"] += _breaks_off(last)
                last, self._begun = record, records.offset
                if record.rec_type == "revisit":
                    others["revisit"] += 1
                elif record.rec_type in _FORMS and not _is_page(record):
                    others["no HTML"] += 1
                elif record.rec_type in _FORMS:
                    yield _page(record, str(records.offset))
        others["wrong length"] += _breaks_off(last) + records.err_count

    def open(self, locator: int) -> Any:
        """Return a stream of one page, without its headers."""
        self._stream.seek(locator)
        with _counted_warnings():
            record = next(iter(_Records(self._stream)))
        # Closing the page's stream would close the archive.
        return contextlib.nullcontext(_content(record))


def is_crawl_of_members(stream: IO[bytes]) -> bool:
    """Whether a stream is a crawl whose records gzip compressed one by one, not as a whole."""
    stream.seek(0)
    by_gzip = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    found = by_gzip and _next_member(stream, len(GZIP_MAGIC)) is not None
    stream.seek(0)
    return found


def _next_member(stream: IO[bytes], start: int) -> int | None:
    """Return where the next record begins, at `start` or later, that gzip compressed by itself."""
    stream.seek(start)
    window = b""
    while chunk := stream.read(_CHUNK_BYTES):
        window += chunk
        for magic in _GZIP_MEMBER.finditer(window):
            beginning = window[magic.start() : magic.start() + _MEMBER_BYTES]
            with contextlib.suppress(zlib.error):
                if zlib.decompressobj(_GZIP).decompress(beginning, len(_WARC_MAGIC)) == _WARC_MAGIC:
                    return start + magic.start()
        # One may begin at the end of the window, so that is searched again with the next chunk.
        start += max(0, len(window) - _MEMBER_BYTES)
        window = window[-_MEMBER_BYTES:]
    return None


def _breaks_off(record: Any) -> bool:
    """Whether a record, read to its end, is shorter than declared."""
    return record is not None and getattr(record.raw_stream, "limit", 0) > 0


def _is_page(record: Any) -> bool:
    if record.rec_type == "conversion":
        return True
    headers = record.http_headers or record.rec_headers
    return "html" in (headers.get_header("Content-Type") or "").lower()


def _content(record: Any) -> Any:
    """Return a stream of a record's page, with transfer and content encodings undone."""
    headers = record.http_headers
    if not headers:
        return record.raw_stream
    chunked = "chunked" in (headers.get_header("Transfer-Encoding") or "").lower()
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    return decoded(stream, headers.get_header("Content-Encoding") or "")


def _page(record: Any, locator: str) -> Entry:
    url = record.rec_headers.get_header("WARC-Target-URI")
    return Entry(
        locator,
        url or locator,
        _content(record),
        form=_FORMS[record.rec_type],
        url=url,
        retrieved_at=iso_time(record.rec_headers.get_header("WARC-Date") or ""),
    )
