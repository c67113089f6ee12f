"""The index of a bibliography file: made once, read again as long as the file is the same.

An index is a folder of three Parquet files. `entries` has one row per entry, `entry` being its
place in the file; `names` has one row per entry and name, where `own` marks the entry's own key;
`parents` has what entries hand down to those that name their `key`. What could not be read stands
beside them, counted.
"""

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from shortscience.pipeline.papers.bibliography.entries import (
    Entry,
    Found,
    Parent,
    Reader,
    Unread,
)
from shortscience.pipeline.papers.descriptions import title_name
from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.settings import digest
from shortscience.pipeline.sources.compression import SourceError, decompressed
from shortscience.pipeline.sources.encodings import without_surrogates
from shortscience.pipeline.sources.inputs import Problem
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
    """One indexed file; `file` is its name, which tells where a title was taken from."""

    file: str
    folder: Path

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `entries`, `names` or `parents`."""
        return pl.scan_parquet(self.folder / f"{frame}.parquet")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read of the file: one sentence per reason, with the first places."""
        unread: list[dict[str, Any]] = json.loads((self.folder / _UNREAD).read_text("utf-8"))
        return tuple(
            Problem(
                self.file,
                f"{told['count']} entries could not be read, or in part ({told['reason']}), first"
                f" {', '.join(told['first'])}",
            )
            for told in unread
        )


def index_file(path: Path, sha256: str, cache: Path) -> Index:
    """Return the index of a file; make it below `cache`, unless it is there already.

    Raises UsageError when the file is of no known format or damaged. The index appears under its
    name, which is derived from the file's hash and the code's, only when it is complete.
    """
    index = Index(
        path.name,
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


def _read(stream: Any, path: Path) -> Iterator[Found]:
    beginning = stream.read(_BEGINNING)
    text = beginning.decode("utf-8-sig", "replace")
    reader = next((reader for reader in READERS if reader.recognise(text)), None)
    if reader is None:
        raise UsageError(
            f"{path} is no bibliography: give DBLP's XML, arXiv's snapshot, OpenAlex works, BibTeX,"
            " or JSON lines with `key` or `arxiv_id` beside `title` and `authors`."
        )
    return reader.read(io.BufferedReader(_Rewound(beginning, stream), 1 << 20))


def _write(found: Iterator[Found], folder: Path) -> None:
    """Write an index; ValueError where no entry can be read."""
    unread = _Unread()
    n_entries = 0
    with (
        pq.ParquetWriter(folder / "entries.parquet", _ENTRIES, compression="zstd") as described,
        pq.ParquetWriter(folder / "names.parquet", _NAMES, compression="zstd") as named,
        pq.ParquetWriter(folder / "parents.parquet", _PARENTS, compression="zstd") as handed_down,
    ):
        while some := list(islice(found, _AT_ONCE)):
            entries = [item for item in some if isinstance(item, Entry)]
            numbered = list(enumerate(map(_writable, entries), n_entries))
            if numbered:
                described.write_table(_described(numbered))
                named.write_table(_named(numbered))
            n_entries += len(entries)
            parents = [item for item in some if isinstance(item, Parent)]
            columns = list(zip(*parents, strict=True)) or [()] * len(_PARENTS)
            handed_down.write_table(
                pa.table(dict(zip(_PARENTS.names, columns, strict=True)), schema=_PARENTS)
            )
            unread.count(item for item in some if isinstance(item, Unread))
    told = unread.told()
    if told and not n_entries:
        raise ValueError(f"no entry in it can be read ({told[0]['reason']})")
    (folder / _UNREAD).write_text(json.dumps(told), encoding="utf-8")


class _Unread:
    """Counts what could not be read by its reason, and remembers the first places."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def count(self, some: Iterable[Unread]) -> None:
        """Count some more."""
        for place, reason in some:
            self._counts[reason[:_LONGEST_REASON]] += 1
            first = self._first.setdefault(reason[:_LONGEST_REASON], [])
            if len(first) < _EXAMPLES:
                first.append(place)

    def told(self) -> list[dict[str, Any]]:
        """Return a list of reasons, the most frequent first."""
        return [
            {"reason": reason, "count": count, "first": self._first[reason]}
            for reason, count in self._counts.most_common()
        ]


def _writable(entry: Entry) -> Entry:
    """Replace halves of characters in an entry, which JSON can spell and no file can hold."""
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


def _described(some: Sequence[tuple[int, Entry]]) -> pa.Table:
    rows = [(number, *entry[1:]) for number, entry in some]
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
