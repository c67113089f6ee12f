"""Tables of pages, as crawl datasets and scrapers have them: a page per row.

One column holds the page's HTML or text; others, its address and when it was retrieved. They are
known by the names that C4, RefinedWeb, FineWeb, OSCAR, RedPajama, DCLM and Scrapy give them. The
network log of a browser is such a table, too. All but JSON Lines is turned into that first
(`row_lines`).
"""

import io
import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, NamedTuple

import pyarrow.parquet as pq

from shortscience.pipeline.sources import row_lines
from shortscience.pipeline.sources.archives import Entry, left_out
from shortscience.pipeline.sources.compression import DAMAGED, named_damage
from shortscience.pipeline.sources.encodings import decode, without_surrogates
from shortscience.pipeline.sources.times import iso_time

_PAGE = ("html", "raw_html", "body", "raw_content", "text", "content", "markdown")
_ADDRESS = ("url", "uri", "target_uri", "warc_target_uri", "source_url", "source")
_TIME = ("retrieved_at", "warc_date", "date_download", "timestamp", "date")
_SUMMARY = "transcript"
"""The column of a scraper's export, which holds summaries rather than pages (`json_export`)."""
_RELEASED = "summary_id"
"""A column of a release, whose texts are no pages either."""
_SITE = "shortscience"
"""Part of the address of every page of the site, and of its copies in web archives."""

_PARQUET = b"PAR1"
_ARROW = b"ARROW1\0\0", b"\xff\xff\xff\xff"
"""The beginnings of a file and of a stream."""
_HAR = re.compile(rb'\s*\{\s*"log"\s*:\s*\{')
_OBJECT = re.compile(rb'\s*(?:\[\s*)?\{\s*"')
_HEADER = re.compile(rb'"?[\w .:-]{0,64}"?(?:[,;\t]"?[\w .:-]{1,64}"?){1,99}\r?\n')
"""The first column has no name if pandas wrote its index."""
_LONGEST_LINE = 1 << 28
_DATE_LENGTH = len("2026-11-29")
_LEFT_OUT = {
    "elsewhere": ("row of another site", "rows of other sites"),
    "no page": ("row without a page", "rows without a page"),
}
"""What is left out, one and several."""

Row = Mapping[str, object]


class JsonLines:
    """A table with one object per line. The locator is the offset of a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

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

    def _rows(self, start: int) -> Iterator[tuple[int, Row]]:
        """Yield each row with its offset, from the one at `start` on."""
        for offset, line in self._lines(start):
            try:
                row = json.loads(decode(line.removeprefix(BOM_UTF8)), strict=False)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                yield offset, row
            elif line.strip():
                # As a page of no known form, a broken line becomes a rejected record.
                yield offset, {_PAGE[0]: line}

    def _lines(self, start: int) -> Iterator[tuple[int, bytes]]:
        self._stream.seek(start)
        while True:
            with named_damage(DAMAGED):
                line = self._stream.readline(_LONGEST_LINE)
            if not line:
                return
            yield start, line
            start += len(line)


class Transcription(NamedTuple):
    """A table of another kind: what turns it into one object per line, to be read as such."""

    transcribe: Callable[[IO[bytes]], Iterator[bytes]]


def recognise(beginning: bytes, content: IO[bytes]) -> type[JsonLines] | Transcription | None:
    """Return the kind of table that starts with these bytes, or None.

    The content, which is read on from there, shows the columns of Parquet and Arrow, and the first
    object.
    """
    start = beginning.removeprefix(BOM_UTF8)
    if start.startswith(_PARQUET):
        columns = pq.ParquetFile(content).schema_arrow.names
        return Transcription(row_lines.of_parquet) if _is_table(dict.fromkeys(columns)) else None
    if start.startswith(_ARROW):
        columns = row_lines.columns_of_arrow(content)
        return Transcription(row_lines.of_arrow) if _is_table(dict.fromkeys(columns)) else None
    if _HAR.match(start):
        return Transcription(row_lines.of_har)
    if header := _HEADER.match(start):
        names = dict.fromkeys(row_lines.columns_of_csv(header[0])[0])
        is_known = _SUMMARY in names or _named(names).keys() & _ADDRESS
        return Transcription(row_lines.of_csv) if is_known and _is_table(names) else None
    found = row_lines.first_of_json(start, content) if _OBJECT.match(start) else None
    if found is None:
        return None
    row, is_line = found
    # An export of summaries is a form of its own.
    if not isinstance(row, dict) or _SUMMARY in row or not _is_table(row):
        return None
    return JsonLines if is_line else Transcription(row_lines.of_json)


def _is_table(row: Row) -> bool:
    """Whether a row has the columns of a table of pages; its own page may be missing."""
    fields = _named(row)
    pages = [fields[name] for name in (*_PAGE, _SUMMARY) if name in fields]
    return _RELEASED not in fields and bool(pages) and all(isinstance(p, str | None) for p in pages)


def _page(row: Row) -> bytes:
    """Return the page of a row, empty if it has none."""
    fields = _named(row)
    page = next((fields[name] for name in _PAGE if fields.get(name)), b"")
    if isinstance(page, str):
        return without_surrogates(page).encode()
    return page if isinstance(page, bytes) else b""


def _address_and_time(row: Row) -> tuple[str | None, datetime | None]:
    """Return a page's address and time, which may lie in an object in the row."""
    inner = (value for value in row.values() if isinstance(value, dict))
    facts = {name: value for each in (*inner, row) for name, value in _named(each).items()}
    url = next((text for text in _texts(facts, _ADDRESS) if "://" in text), None)
    # A date without a time tells when the page was published.
    times = (iso_time(text) for text in _texts(facts, _TIME) if len(text) > _DATE_LENGTH)
    return url, next(filter(None, times), None)


def _named(row: Row) -> dict[str, object]:
    """Return a row by the names of its columns, which are written in several ways."""
    return {name.lower().replace("-", "_"): value for name, value in row.items()}


def _texts(facts: Row, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts under some names."""
    found = (facts.get(name) for name in names)
    return (without_surrogates(text) for text in found if isinstance(text, str))
