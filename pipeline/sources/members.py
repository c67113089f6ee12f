"""The contents of a raw file: itself, or the members of an archive.

A file, and each member of an archive, may be compressed. A member may itself be an archive, such as
a crawl in a zip file; deeper nesting is refused.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from shortscience.pipeline.sources import archives, crawls, saved_pages, tables
from shortscience.pipeline.sources.archives import Archive, Entry
from shortscience.pipeline.sources.compression import (
    DAMAGED,
    CutError,
    SourceError,
    beginning,
    chunks,
    decompressed,
    is_compressed,
    named_damage,
)
from shortscience.pipeline.sources.tables import Transcription

MAX_SOURCE_BYTES = 1 << 30
"""A source is parsed in memory; larger ones are refused, with advice to split them. This also
limits decompression bombs.
"""

_BEGINNING_BYTES = 4096
"""Enough of a file to tell its kind: the header of a CSV table is the longest."""
_MAX_DEPTH = 2
_BREAKS_OFF = "breaks off; what precedes was read, fetch it again for the rest"


@dataclass(frozen=True)
class Member:
    """One piece of content: its decompressed bytes, or its problem.

    `locator` finds it again in the file at `path`: one step per enclosing archive, none for a plain
    file. `form` is set if the archive determines it.
    """

    path: Path
    locator: str = ""
    name: str = ""
    data: bytes = b""
    form: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
    problem: str | None = None


def members(path: Path, spool: Path) -> Iterator[Member]:
    """Yield the contents of a file.

    An archive compressed as a whole is unpacked once into the folder `spool`, where its members can
    be found directly. Raises OSError if the file cannot be read, and SourceError where it becomes
    unusable.
    """
    with path.open("rb") as file:
        yield from _found(file, Member(path), spool, depth=0)


def read_members(path: Path, locators: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (locator, data) of known members of a file, in the order of the file."""
    wanted = sorted(tuple(map(int, filter(None, locator.split("/")))) for locator in locators)
    with path.open("rb") as file:
        for steps, data in _wanted(file, wanted):
            yield "/".join(map(str, steps)), data


_Steps = tuple[int, ...]


def _wanted(stream: IO[bytes], wanted: Sequence[_Steps]) -> Iterator[tuple[_Steps, bytes]]:
    """Yield the members with the wanted steps, which are sorted."""
    if wanted == [()]:
        with decompressed(stream) as content:
            yield (), _read(content)[0]
        return
    kind = _kind(stream)
    if kind is None or isinstance(kind, Transcription):
        raise SourceError("is no longer an archive")
    archive = kind(stream)
    for step, group in groupby(wanted, key=lambda steps: steps[0]):
        with named_damage(DAMAGED):
            opened = archive.open(step)
        with opened as inner:
            if kind is crawls.Warc:
                yield (step,), _read(inner)[0]
                continue
            for steps, data in _wanted(inner, [steps[1:] for steps in group]):
                yield (step, *steps), data


def _kind(stream: IO[bytes]) -> type[Archive] | Transcription | None:
    """Return the kind of archive in a stream, compressed or not; None if it is no archive."""
    try:
        with decompressed(stream) as content, named_damage(DAMAGED):
            start = beginning(content, _BEGINNING_BYTES)
            kinds = (kind.recognise(start) for kind in (saved_pages, crawls, archives))
            kind = next(filter(None, kinds), None) or tables.recognise(start, content)
    except SourceError:
        # A crawl whose first record is damaged may be readable behind it.
        with named_damage(DAMAGED):
            goes_on = crawls.is_crawl_of_members(stream)
        if not goes_on:
            raise
        return crawls.Warc
    stream.seek(0)
    return kind


def _found(
    stream: IO[bytes], here: Member, spool: Path, *, depth: int, packed: bool = False
) -> Iterator[Member]:
    """Yield the contents of a seekable stream, whose position in the file is `here`."""
    kind = _kind(stream)
    if kind is None:
        with decompressed(stream) as content:
            yield from _whole(content, here)
    elif depth == _MAX_DEPTH:
        raise SourceError("is an archive nested three levels deep; unpack it")
    elif isinstance(kind, Transcription) or packed or _needs_unpacking(kind, stream):
        read = kind.transcribe if isinstance(kind, Transcription) else chunks
        unpacked, problem = _unpack(stream, read, spool)
        if problem:
            yield replace(here, problem=problem)
        with unpacked.open("rb") as file:
            yield from _found(file, replace(here, path=unpacked, locator=""), spool, depth=depth)
    else:
        yield from _entries(kind(stream), here, spool, depth)


def _needs_unpacking(kind: type[Archive], stream: IO[bytes]) -> bool:
    """Whether the archive's entries cannot be found directly in the stream."""
    if not is_compressed(stream):
        return False
    return kind is not crawls.Warc or not crawls.is_crawl_of_members(stream)


def _entries(archive: Archive, here: Member, spool: Path, depth: int) -> Iterator[Member]:
    for entry in archive.entries():
        member = replace(
            here,
            locator="/".join(filter(None, (here.locator, entry.locator))),
            name="!".join(filter(None, (here.name, entry.name))),
            url=entry.url,
            retrieved_at=entry.retrieved_at,
        )
        try:
            yield from _of_entry(entry, member, spool, depth)
        except SourceError as error:
            yield replace(member, problem=str(error))


def _of_entry(entry: Entry, member: Member, spool: Path, depth: int) -> Iterator[Member]:
    if entry.problem is not None:
        yield replace(member, problem=entry.problem)
    elif entry.form is not None:
        yield from _whole(entry.stream, replace(member, form=entry.form))
    else:
        with entry.stream as content:
            yield from _found(content, member, spool, depth=depth + 1, packed=entry.packed)


def _whole(stream: Any, here: Member) -> Iterator[Member]:
    """Yield the content of a stream, and the problem that ended it early."""
    data, problem = _read(stream)
    if data or not problem:
        yield replace(here, data=data)
    if problem:
        yield replace(here, problem=problem)


def _read(stream: Any) -> tuple[bytes, str | None]:
    """Read a stream until it ends or breaks off, which is a problem.

    Raises SourceError if it exceeds MAX_SOURCE_BYTES.
    """
    read: list[bytes] = []
    n_bytes = 0
    try:
        for chunk in chunks(stream):
            n_bytes += len(chunk)
            if n_bytes > MAX_SOURCE_BYTES:
                raise SourceError(
                    f"holds more than {MAX_SOURCE_BYTES >> 30} GiB; split it at line ends"
                )
            read.append(chunk)
    except CutError:
        return b"".join(read), _BREAKS_OFF
    return b"".join(read), None


def _unpack(
    stream: IO[bytes], read: Callable[[IO[bytes]], Iterator[bytes]], spool: Path
) -> tuple[Path, str | None]:
    """Write what `read` yields of an archive into a new file, until it ends or breaks off."""
    with named_damage(DAMAGED):
        left = archives.may_unpack_to(archives.size(stream))
    spool.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.NamedTemporaryFile(dir=spool, delete=False) as file,
        decompressed(stream) as content,
    ):
        try:
            for chunk in read(content):
                left -= len(chunk)
                if left < 0:
                    raise SourceError(archives.UNPACKS_TOO_FAR)
                file.write(chunk)
        except CutError:
            return Path(file.name), _BREAKS_OFF
    return Path(file.name), None
