"""The index of a bibliography file, built once and reused while the file is the same.

An index is a folder of three Parquet files: `entries` has one row per entry, where `entry` is its
position in the file; `names` one row per entry and name, where `own` marks the entry's key;
`parents` the fields inherited by entries that name their `key`. A JSON file counts what could not
be read.
"""

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shortscience.pipeline.digests import digest
from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.bibliography import (
    arxiv_lines,
    arxiv_snapshot,
    bibtex,
    csl,
    dblp_lines,
    dblp_xml,
    openalex,
    semantic_scholar,
)
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    Parent,
    Reader,
    Unread,
)
from shortscience.pipeline.papers.descriptions import title_name
from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.sources.compression import SourceError, chunks, decompressed
from shortscience.pipeline.sources.encodings import without_surrogates
from shortscience.pipeline.sources.inputs import Problem
from shortscience.pipeline.sources.transcoding import in_utf8
from shortscience.pipeline.version import code_digest

READERS: tuple[Reader, ...] = (
    dblp_xml,
    dblp_lines,
    arxiv_lines,
    arxiv_snapshot,
    openalex,
    semantic_scholar,
    csl,
    bibtex,
)
"""Tried in this order."""

_BEGINNING = 1 << 16
_AT_ONCE = 20_000


def _types(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, PAPERS.column(name).type.arrow) for name in names]


_ENTRIES = pa.schema(
    [
        ("entry", pa.int64()),
        *_types("title", "authors", "year", "venue", "abstract"),
        ("parents", pa.list_(pa.string())),
    ]
)
_PARENTS = pa.schema(
    [
        ("key", pa.string()),
        *_types("year", "venue"),
        ("parents", pa.list_(pa.string())),
    ]
)
_UNREAD = "unread.json"
_EXAMPLES = 3
_LONGEST_REASON = 100
_NAMES = pa.schema([("name", pa.string()), ("entry", pa.int64()), ("own", pa.bool_())])


@dataclass(frozen=True)
class Index:
    """One indexed file; `file` is the file's name, recorded as the source of titles."""

    file: str
    folder: Path

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `entries`, `names` or `parents`."""
        return pl.scan_parquet(self.folder / f"{frame}.parquet")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return one problem per reason that entries could not be read, with the first places."""
        unread: list[dict[str, Any]] = json.loads((self.folder / _UNREAD).read_text("utf-8"))
        return tuple(
            Problem(
                self.file,
                f"{reason['count']} entries could not be read, or only in part"
                f" ({reason['reason']}), first {', '.join(reason['first'])}",
            )
            for reason in unread
        )


def index_file(path: Path, sha256: str, cache: Path) -> Index:
    """Return the index of a file, building it below `cache` if needed.

    Raises UsageError if the file is damaged or of an unknown format. The index is named after the
    hashes of the file and the code, and appears only when complete.
    """
    index = Index(
        without_surrogates(path.name),
        cache.absolute() / digest(code_digest("pipeline.papers.bibliography.index"), sha256),
    )
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


class _Joined(io.RawIOBase):
    """Pieces of data as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._piece = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece and (piece := next(self._pieces, None)) is not None:
            self._piece = piece
        data, self._piece = self._piece[: len(buffer)], self._piece[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _read(stream: Any, path: Path) -> Iterator[Found]:
    pieces = in_utf8(chunks(stream))
    first = next(pieces, b"")
    text = first[:_BEGINNING].decode("utf-8-sig", "replace")
    reader = next((reader for reader in READERS if reader.recognise(text)), None)
    if reader is None:
        raise UsageError(
            f"{path} is not a bibliography: use DBLP's XML, arXiv's snapshot, works of OpenAlex,"
            " Semantic Scholar or Crossref, BibTeX, CSL JSON, or JSON lines with `key` or"
            " `arxiv_id` beside `title` and `authors`."
        )
    return reader.read(io.BufferedReader(_Joined(chain([first], pieces)), 1 << 20))


def _write(found: Iterator[Found], folder: Path) -> None:
    """Write an index; raise ValueError if no entry can be read."""
    reasons = _Reasons()
    n_entries = 0
    with (
        pq.ParquetWriter(folder / "entries.parquet", _ENTRIES, compression="zstd") as described,
        pq.ParquetWriter(folder / "names.parquet", _NAMES, compression="zstd") as named,
        pq.ParquetWriter(folder / "parents.parquet", _PARENTS, compression="zstd") as handed_down,
    ):
        while some := list(islice(found, _AT_ONCE)):
            entries = [item for item in some if isinstance(item, Entry)]
            numbered = list(enumerate(map(_writable, entries), n_entries))
            rows = [(number, *entry[1:]) for number, entry in numbered]
            described.write_table(_table(rows, _ENTRIES))
            named.write_table(_named(numbered))
            n_entries += len(entries)
            parents = [item for item in some if isinstance(item, Parent)]
            handed_down.write_table(_table(parents, _PARENTS))
            reasons.count(item for item in some if isinstance(item, Unread))
    unread = reasons.by_frequency()
    if unread and not n_entries:
        raise ValueError(f"none of its entries can be read ({unread[0]['reason']})")
    (folder / _UNREAD).write_text(json.dumps(unread), encoding="utf-8")


class _Reasons:
    """Counts why entries could not be read, and keeps the first places."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def count(self, some: Iterable[Unread]) -> None:
        """Count entries."""
        for place, reason in some:
            self._counts[reason[:_LONGEST_REASON]] += 1
            first = self._first.setdefault(reason[:_LONGEST_REASON], [])
            if len(first) < _EXAMPLES:
                first.append(place)

    def by_frequency(self) -> list[dict[str, Any]]:
        """Return the reasons, most frequent first."""
        return [
            {"reason": reason, "count": count, "first": self._first[reason]}
            for reason, count in self._counts.most_common()
        ]


def _writable(entry: Entry) -> Entry:
    """Replace lone surrogates in an entry, which JSON can express and UTF-8 cannot."""
    texts = (*entry.names, entry.title, *entry.authors, entry.venue, entry.abstract, *entry.parents)
    try:
        "".join(filter(None, texts)).encode()
    except UnicodeEncodeError:
        return Entry(*(_whole(value) for value in entry))
    return entry


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    return tuple(map(without_surrogates, value)) if isinstance(value, tuple) else value


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


def _named(some: Sequence[tuple[int, Entry]]) -> pa.Table:
    names: list[str] = []
    numbers: list[int] = []
    own: list[bool] = []
    for number, entry in some:
        by_title = title_name(entry.title, alone=not entry.authors)
        known = [*entry.names, by_title] if by_title else entry.names
        names += known
        numbers += [number] * len(known)
        own += [name == entry.names[0] if entry.names else False for name in known]
    return pa.table({"name": names, "entry": numbers, "own": own}, schema=_NAMES)
