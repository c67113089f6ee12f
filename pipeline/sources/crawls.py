"""The WARC and WET files of a crawl.

A crawl is usually compressed by gzip record by record, so that each record can be found directly.
"""

import contextlib
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import IO, Any

from warcio import bufferedreaders, recordloader
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from shortscience.pipeline.counting import counted
from shortscience.pipeline.sources.archives import DAMAGED_ARCHIVE, Entry, left_out
from shortscience.pipeline.sources.compression import GZIP_MAGIC, SourceError, named_damage
from shortscience.pipeline.sources.content_encodings import decoded
from shortscience.pipeline.sources.times import iso_time

_WARC_MAGIC = b"WARC/"
_GZIP_MEMBER = re.compile(GZIP_MAGIC + rb"\x08")
_GZIP = zlib.MAX_WBITS | 16
_MEMBER_BYTES = 512  # enough of a member for what it begins with
_CHUNK_BYTES = 1 << 20
_CUT = "breaks off within a record; fetch it again"
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
                damage = None
                try:
                    yield from self._pages(position, others)
                except SourceError as error:
                    damage = str(error)
                position = _next_member(self._stream, self._begun + 1)
                # A record behind the last one that was read shows that reading ended too early.
                if damage or position is not None:
                    yield Entry("", "", problem=damage or _CUT)
        yield from left_out(others, _LEFT_OUT)
        if warnings:
            yield Entry("", "", problem=f"has {counted(len(warnings), *_ADDRESSES_WITH_SPACES)}")

    def _pages(self, start: int, others: Counter[str]) -> Iterator[Entry]:
        """Yield the pages among the records from `start` on, and count what is left out."""
        self._stream.seek(start)
        self._begun = start
        records = _Records(self._stream)
        last: Any = None
        with named_damage(DAMAGED_ARCHIVE, lambda: int(records.offset)):
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


def recognise(beginning: bytes) -> "type[Warc] | None":
    """Return the kind of archive if these decompressed bytes begin a crawl, or None."""
    return Warc if beginning.startswith(_WARC_MAGIC) else None


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
