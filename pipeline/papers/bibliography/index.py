"""The index of a bibliography file: made once, read again as long as the file is the same.

An index is a folder of two Parquet files. `entries` has one row per entry, `entry` being its place
in the file; `names` has one row per entry and name, where `own` marks the entry's own key.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.bibliography import (
    arxiv_lines,
    arxiv_snapshot,
    bibtex,
    dblp_lines,
    dblp_xml,
    openalex,
)
from shortscience.pipeline.papers.bibliography.entries import Entry, Reader
from shortscience.pipeline.papers.descriptions import title_name
from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.settings import digest
from shortscience.pipeline.sources.compression import SourceError, decompressed
from shortscience.pipeline.version import code_digest

READERS: tuple[Reader, ...] = (
    dblp_xml,
    dblp_lines,
    arxiv_lines,
    arxiv_snapshot,
    openalex,
    bibtex,
)
"""Asked in this order."""

_BEGINNING = 1 << 16
_AT_ONCE = 20_000
_ENTRIES = pa.schema(
    [
        ("entry", pa.int64()),
        *(
            (name, PAPERS.column(name).type.arrow)
            for name in ("title", "authors", "year", "venue", "abstract")
        ),
    ]
)
_NAMES = pa.schema([("name", pa.string()), ("entry", pa.int64()), ("own", pa.bool_())])


@dataclass(frozen=True)
class Index:
    """One indexed file; `file` is its name, which tells where a title was taken from."""

    file: str
    folder: Path

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `entries` or `names`."""
        return pl.scan_parquet(self.folder / f"{frame}.parquet")


def index_file(path: Path, sha256: str, cache: Path) -> Index:
    """Return the index of a file; make it below `cache`, unless it is there already.

    Raises UsageError when the file is of no known format or damaged. The index appears under its
    name, which is derived from the file's hash and the code's, only when it is complete.
    """
    index = Index(path.name, cache.absolute() / digest(code_digest(), sha256))
    if index.folder.exists():
        return index
    with appearing(index.folder) as staging:
        try:
            with path.open("rb") as file, decompressed(file) as stream:
                _write(_read(stream, path), staging)
        except (ValueError, EOFError, OSError) as error:
            reason = error if isinstance(error, SourceError) else f"{error}; fetch it again"
            raise UsageError(f"{path} cannot be read as a bibliography: {reason}.") from error
    return index


class _Rewound(io.RawIOBase):
    """A stream whose beginning has been read already, from its beginning."""

    def __init__(self, beginning: bytes, stream: Any) -> None:
        self._beginning, self._stream = beginning, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._beginning[: len(buffer)] or self._stream.read(len(buffer))
        self._beginning = self._beginning[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _read(stream: Any, path: Path) -> Iterator[Entry]:
    beginning = stream.read(_BEGINNING)
    text = beginning.decode("utf-8-sig", "replace")
    reader = next((reader for reader in READERS if reader.recognise(text)), None)
    if reader is None:
        raise UsageError(
            f"{path} is no bibliography: give DBLP's XML, arXiv's snapshot, OpenAlex works, BibTeX,"
            " or JSON lines with `key` or `arxiv_id` beside `title` and `authors`."
        )
    return reader.read(io.BufferedReader(_Rewound(beginning, stream), 1 << 20))


def _write(entries: Iterator[Entry], folder: Path) -> None:
    with (
        pq.ParquetWriter(folder / "entries.parquet", _ENTRIES, compression="zstd") as described,
        pq.ParquetWriter(folder / "names.parquet", _NAMES, compression="zstd") as named,
    ):
        numbered = enumerate(entries)
        while some := list(islice(numbered, _AT_ONCE)):
            described.write_table(_described(some))
            named.write_table(_named(some))


def _described(some: Sequence[tuple[int, Entry]]) -> pa.Table:
    rows = [
        (number, entry.title, entry.authors, entry.year, entry.venue, entry.abstract)
        for number, entry in some
    ]
    columns = list(zip(*rows, strict=True))
    return pa.table(dict(zip(_ENTRIES.names, columns, strict=True)), schema=_ENTRIES)


def _named(some: Sequence[tuple[int, Entry]]) -> pa.Table:
    names: list[str] = []
    numbers: list[int] = []
    own: list[bool] = []
    for number, entry in some:
        by_title = title_name(entry.title) if entry.authors else None
        known = [*entry.names, by_title] if by_title else entry.names
        names += known
        numbers += [number] * len(known)
        own += [name == entry.names[0] if entry.names else False for name in known]
    return pa.table({"name": names, "entry": numbers, "own": own}, schema=_NAMES)
