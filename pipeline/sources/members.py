"""What a raw file holds: itself, or the members of an archive.

A file may be compressed; a zip or tar archive, or a WARC or WET file of a crawl, holds members,
each of which may again be compressed. Nothing is ever unpacked to the disk, so that names such as
`../x` are only names; links and devices in archives are left out.
"""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipeline.sources.compression import SourceError, decompressed

MAX_SOURCE_BYTES = 1 << 30
"""A source is parsed in memory: larger ones are turned away with the advice to split them. This
also bounds what a decompression bomb can do."""

_CHUNK_BYTES = 1 << 20
_BEGINNING_BYTES = 512
_TAR_MAGIC = slice(257, 262)


@dataclass(frozen=True)
class Member:
    """One piece of content: its decompressed bytes, or what is wrong with it.

    `locator` finds it again in its file; it is empty for a file that is no archive. `form` is given
    where the container decides it.
    """

    locator: str
    name: str
    data: bytes
    form: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
    problem: str | None = None


def members(path: Path, wanted: Collection[str] | None = None) -> Iterator[Member]:
    """Yield what a file holds, or the members with the wanted locators.

    Raises OSError when the file cannot be read, and SourceError when it cannot be used any further.
    """
    with path.open("rb") as file:
        is_zip = zipfile.is_zipfile(file)
    with path.open("rb") as file, decompressed(file) as stream:
        beginning = stream.read(_BEGINNING_BYTES)
    with path.open("rb") as file:
        if is_zip:
            yield from _of_zip(file, wanted)
        elif beginning.startswith(b"WARC/"):
            yield from _of_warc(file, wanted)
        else:
            with decompressed(file) as stream:
                if beginning[_TAR_MAGIC] == b"ustar":
                    yield from _of_tar(stream, wanted)
                else:
                    yield Member("", "", _read(stream))


def _read(stream: Any) -> bytes:
    """Read a stream to its end; SourceError when it holds more than MAX_SOURCE_BYTES."""
    chunks, n_bytes = [], 0
    while chunk := stream.read(_CHUNK_BYTES):
        n_bytes += len(chunk)
        if n_bytes > MAX_SOURCE_BYTES:
            raise SourceError(
                f"holds more than {MAX_SOURCE_BYTES >> 30} GiB; split it at line ends"
            )
        chunks.append(bytes(chunk))
    return b"".join(chunks)


def _member(name: str, stream: Any) -> Member:
    """Read one member of an archive, and what is compressed in it."""
    try:
        with decompressed(io.BytesIO(_read(stream))) as inner:
            return Member(name, name, _read(inner))
    except (SourceError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        return Member(name, name, b"", problem=str(error))


def _of_zip(file: IO[bytes], wanted: Collection[str] | None) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise SourceError(f"is a damaged archive ({error}); fetch it again") from error
    for info in archive.infolist():
        if info.is_dir() or (wanted is not None and info.filename not in wanted):
            continue
        if info.flag_bits & 1:
            yield Member(info.filename, info.filename, b"", problem="is encrypted; decrypt it")
            continue
        try:
            with archive.open(info) as stream:
                yield _member(info.filename, stream)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            yield Member(info.filename, info.filename, b"", problem=f"cannot be unpacked ({error})")


def _of_tar(stream: Any, wanted: Collection[str] | None) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                if info.isdir() or (wanted is not None and info.name not in wanted):
                    continue
                inner = archive.extractfile(info) if info.isreg() else None
                if inner is None:
                    problem = "is a link or a device; put the file itself into the archive"
                    yield Member(info.name, info.name, b"", problem=problem)
                else:
                    yield _member(info.name, inner)
    except tarfile.TarError as error:
        raise SourceError(f"is a damaged archive ({error}); fetch it again") from error


def _of_warc(file: IO[bytes], wanted: Collection[str] | None) -> Iterator[Member]:
    """Yield the pages of a crawl: HTML responses, and the texts of a WET file.

    A revisit holds no page of its own. The offset of a record finds it again without reading what
    stands before it.
    """
    skipped = 0
    for start in sorted(map(int, wanted)) if wanted is not None else [0]:
        file.seek(start)
        records = ArchiveIterator(file)
        try:
            for record in records:
                if record.rec_type not in _WARC_FORMS:
                    continue
                member = _of_record(record, records)
                skipped += member is None
                if member is not None:
                    yield member
                if wanted is not None:
                    break
        except (ArchiveLoadFailed, OSError, EOFError, ValueError, zlib.error) as error:
            where = f"from byte {records.offset} on" if records.offset else "from its beginning"
            raise SourceError(f"is damaged {where} ({error}); fetch it again") from error
    if skipped:
        yield Member("", "", b"", problem=f"holds {skipped} responses that are not HTML: left out")


_WARC_FORMS = {"response": "warc", "conversion": "wet"}


def _of_record(record: Any, records: ArchiveIterator) -> Member | None:
    """Return the page of a WARC record; None for a response that is not HTML."""
    if record.rec_type == "response":
        kind = (record.http_headers and record.http_headers.get_header("Content-Type")) or ""
        if "html" not in kind:
            return None
    data = _read(record.content_stream())
    url = record.rec_headers.get_header("WARC-Target-URI")
    date = record.rec_headers.get_header("WARC-Date") or ""
    return Member(
        str(records.get_record_offset()),
        url or str(records.get_record_offset()),
        data,
        _WARC_FORMS[record.rec_type],
        url,
        _date(date),
    )


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
