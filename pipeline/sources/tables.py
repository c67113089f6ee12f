"""Tables of pages, as crawl datasets and scrapers have them: JSON Lines and CSV, a page per row.

One column holds the page's HTML or text; others, its address and when it was retrieved. They are
known by the names that C4, RefinedWeb, FineWeb, OSCAR, RedPajama, DCLM and Scrapy give them.
Parquet is read as JSON Lines (`parquet_rows`).
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import IO, Any

from shortscience.pipeline.sources.archives import Entry, left_out, time_of
from shortscience.pipeline.sources.compression import CutError, chunks, named_damage
from shortscience.pipeline.sources.encodings import decode, without_surrogates

_PAGE = ("html", "raw_html", "body", "raw_content", "text", "content", "markdown")
_ADDRESS = ("url", "uri", "target_uri", "warc_target_uri", "source_url", "sourceurl", "source")
_TIME = ("retrieved_at", "warc_date", "date_download", "timestamp", "date")
_SUMMARY = "transcript"
"""The column of a scraper's export, which holds summaries rather than pages (`json_export`)."""
_RELEASED = "summary_id"
"""A column of a release, whose texts are no pages either."""
_SITE = "shortscience"
"""Part of the address of every page of the site, and of its copies in web archives."""

_MARK = b"\xef\xbb\xbf"
_AROUND_OBJECTS = b"[], \t\r\n"
_HEADER = re.compile(rb'"?[\w .:-]{1,64}"?(?:[,;\t]"?[\w .:-]{1,64}"?){1,99}\r?\n')
_DELIMITERS = ",;\t"
_LONGEST_LINE = 1 << 28
_LONGEST_FIRST_LINE = 1 << 24
_DATE_LENGTH = len("2026-11-29")
_LEFT_OUT = {
    "elsewhere": ("row of another site", "rows of other sites"),
    "no page": ("row without a page", "rows without a page"),
}
"""What is left out, one and several."""

Row = Mapping[str, object]


class _Table:
    """An archive of the rows of a table. The locator is the offset of a row."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def _rows(self, start: int) -> Iterator[tuple[int, Row]]:
        """Yield each row with its offset, from the row at `start` on; at 0, from the first row."""
        raise NotImplementedError

    def entries(self) -> Iterator[Entry]:
        """Yield the site's pages; other rows are counted in a last entry that is only a problem."""
        others: Counter[str] = Counter()
        for offset, row in self._rows(0):
            url, retrieved_at = _address_and_time(row)
            if url and _SITE not in url.lower():
                others["elsewhere"] += 1
            elif not (page := _page(row)):
                others["no page"] += 1
            else:
                locator, content = str(offset), io.BytesIO(page)
                yield Entry(locator, url or locator, content, url=url, retrieved_at=retrieved_at)
        yield from left_out(others, _LEFT_OUT)

    def open(self, locator: int) -> Any:
        """Return a stream of the page in one row."""
        _, row = next(self._rows(locator), (locator, {}))
        return io.BytesIO(_page(row))

    @staticmethod
    def is_seekable(compressed: IO[bytes]) -> bool:  # noqa: ARG004 - of no such archive
        """Return False: it is compressed as a whole."""
        return False


class JsonLines(_Table):
    """A table with one object per line; an array may surround them."""

    def _rows(self, start: int) -> Iterator[tuple[int, Row]]:
        for offset, line in _lines(self._stream, start):
            row = _object(line)
            if row is not None:
                yield offset, row
            elif line.removeprefix(_MARK).strip(_AROUND_OBJECTS):
                # As a page of no known form, a broken line becomes a rejected record.
                yield offset, {_PAGE[0]: line}


class Csv(_Table):
    """A table with commas, semicolons or tabs between its values, and a header."""

    def _rows(self, start: int) -> Iterator[tuple[int, Row]]:
        _, header = next(_lines(self._stream, 0))
        names, delimiter = _columns(header)
        begin = end = max(start, len(header))

        def texts() -> Iterator[str]:
            nonlocal end
            for offset, line in _lines(self._stream, begin):
                end = offset + len(line)
                yield decode(line)

        csv.field_size_limit(_LONGEST_LINE)
        with named_damage("is a damaged table", lambda: begin):
            for values in csv.reader(texts(), delimiter=delimiter):
                yield begin, dict(zip(names, values, strict=False))
                begin = end


def recognise(beginning: bytes, rest: IO[bytes]) -> type[JsonLines | Csv] | None:
    """Return the kind of table that starts with these bytes, or None.

    The first line of JSON is read on from `rest`, as its page may come before its address.
    """
    beginning = beginning.removeprefix(_MARK)
    if header := _HEADER.match(beginning):
        names = dict.fromkeys(_columns(header[0])[0], "")
        return (
            Csv if _is_table(names) and next(_texts(_named(names), _ADDRESS), None) == "" else None
        )
    line = beginning.lstrip(_AROUND_OBJECTS)
    if not line.startswith(b"{"):
        return None
    more = chunks(rest)
    with suppress(CutError, StopIteration):
        while b"\n" not in line and len(line) < _LONGEST_FIRST_LINE:
            line += next(more)
    row = _object(line.partition(b"\n")[0])
    # An export of summaries is a form of its own.
    return JsonLines if row and _SUMMARY not in row and _is_table(row) else None


def _is_table(row: Row) -> bool:
    """Whether a row has the columns of a table of pages; its own page may be missing."""
    fields = _named(row)
    pages = [fields[name] for name in (*_PAGE, _SUMMARY) if name in fields]
    return _RELEASED not in fields and bool(pages) and all(isinstance(p, str | None) for p in pages)


def _columns(header: bytes) -> tuple[list[str], str]:
    """Return the names of a CSV table's columns, and the sign between them."""
    text = decode(header.removeprefix(_MARK).rstrip(b"\r\n"))
    delimiter = max(_DELIMITERS, key=text.count)
    return next(csv.reader([text], delimiter=delimiter)), delimiter


def _lines(stream: IO[bytes], start: int) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its offset, from the one at `start` on."""
    stream.seek(start)
    with named_damage("is a damaged table", lambda: start):
        while line := stream.readline(_LONGEST_LINE):
            yield start, line
            start += len(line)


def _object(line: bytes) -> dict[str, object] | None:
    """Return the object that a line of JSON holds; None if it holds none."""
    try:
        value = json.loads(decode(line.removeprefix(_MARK).strip(_AROUND_OBJECTS)), strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _page(row: Row) -> bytes:
    """Return the page of a row, or the row itself if it holds a summary; empty if neither."""
    if _SUMMARY in row:
        return json.dumps(row).encode()
    fields = _named(row)
    page = next((fields[name] for name in _PAGE if fields.get(name)), b"")
    if isinstance(page, str):
        return without_surrogates(page).encode()
    return page if isinstance(page, bytes) else b""


def _address_and_time(row: Row) -> tuple[str | None, datetime | None]:
    """Return a page's address and time, which may lie in an object in the row."""
    if _SUMMARY in row:
        return None, None
    inner = (value for value in row.values() if isinstance(value, dict))
    facts = {name: value for each in (*inner, row) for name, value in _named(each).items()}
    url = next((text for text in _texts(facts, _ADDRESS) if "://" in text), None)
    # A date without a time tells when the page was published.
    times = (time_of(text) for text in _texts(facts, _TIME) if len(text) > _DATE_LENGTH)
    return url, next(filter(None, times), None)


def _named(row: Row) -> dict[str, object]:
    """Return a row by the names of its columns, which are written in several ways."""
    return {name.lower().replace("-", "_"): value for name, value in row.items()}


def _texts(facts: Row, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts under some names."""
    found = (facts.get(name) for name in names)
    return (without_surrogates(text) for text in found if isinstance(text, str))
