"""What the library's functions return."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl


class Equation(NamedTuple):
    """A formula: `text[start:end] == raw`; offsets count code points."""

    latex: str
    display: bool
    raw: str
    start: int
    end: int
    well_formed: bool


class Image(NamedTuple):
    """An image, with its alternative text."""

    url: str
    alt: str | None
    raw: str
    start: int
    end: int


class Link(NamedTuple):
    """A link or a bare address, with its label."""

    url: str
    label: str | None
    host: str
    raw: str
    start: int
    end: int


class Citation(NamedTuple):
    """A mention of another work, and the sentence around it.

    `kind` is one of the values of `citations.kind` in docs/tables.md, `key` the identifier as
    written, `confidence` between 0 and 1.
    """

    kind: str
    raw: str
    start: int
    end: int
    context: str
    key: str | None
    title: str | None
    authors: list[str] | None
    year: int | None
    confidence: float


@dataclass(frozen=True)
class Cleaned:
    """One text, repaired, with everything found in it.

    `text` is the repaired text, to which all offsets refer; `markdown` has its block structure, and
    `structure` says whether that is `original` or `restored`; `structure_confidence` is the mean
    probability of the block boundaries that were restored, None where none was; `plain_text` is
    without markup, math and addresses; `language` is an ISO 639-1 code or `und`; `repairs` lists
    the repairs of its encoding.
    """

    text: str
    markdown: str
    structure: str
    structure_confidence: float | None
    plain_text: str
    language: str
    language_confidence: float
    repairs: Sequence[str]
    equations: Sequence[Equation]
    images: Sequence[Image]
    links: Sequence[Link]
    citations: Sequence[Citation]


class Dumps(NamedTuple):
    """Dumps as frames: sources, records, and the items found in each record's text.

    All but `sources` have the column `record_id`. `records` has every record, and why it was
    rejected, if it was; `summaries` has the texts of the others. `problems` lists what could not be
    read.
    """

    sources: "pl.DataFrame"
    records: "pl.DataFrame"
    summaries: "pl.DataFrame"
    equations: "pl.DataFrame"
    images: "pl.DataFrame"
    links: "pl.DataFrame"
    citations: "pl.DataFrame"
    problems: Sequence[str]


class Copy(NamedTuple):
    """A text that is a copy of another one; both are positions in the list of texts.

    `relation` is `exact`, `near` or `truncated`; `similarity` is the Jaccard similarity of the sets
    of word shingles, 1.0 for equal ones.
    """

    copy: int
    kept: int
    relation: str
    similarity: float


@dataclass(frozen=True)
class Deduplication:
    """Which texts are copies, and of which others.

    `kept` lists the positions of the kept texts; `copies` has all others.
    """

    texts: Sequence[str]
    threshold: float
    kept: Sequence[int]
    copies: Sequence[Copy]

    @property
    def selected(self) -> list[str]:
        """The kept texts, in their order."""
        return [self.texts[place] for place in self.kept]

    def differences(self, copy: Copy) -> list[tuple[str, str]]:
        """Return the kept text's words where a copy differs, and the copy's, place by place."""
        from shortscience.pipeline.duplicates.differences import differing_words

        found = differing_words(self.texts[copy.kept], self.texts[copy.copy])
        return [(difference.kept, difference.copy) for difference in found]


@dataclass(frozen=True)
class Release:
    """A release: its folder, and its tables by name."""

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Inputs, settings, versions, numbers of rows, notices and hashes of files."""
        from shortscience.pipeline.release.manifest import read_manifest

        return read_manifest(self.path)

    @property
    def release_id(self) -> str:
        """The id of the release, 16 hexadecimal digits."""
        return str(self.manifest["release_id"])

    @property
    def tables(self) -> dict[str, int]:
        """The number of rows of each table."""
        return dict(self.manifest["tables"])

    @property
    def notices(self) -> list[str]:
        """What a person should know about the inputs, one sentence each."""
        return list(self.manifest["notices"])

    def __getitem__(self, table: str) -> "pl.DataFrame":
        """Read a table. Raises KeyError if there is no such table."""
        return self.scan(table).collect()

    def scan(self, table: str) -> "pl.LazyFrame":
        """Scan a table, to read only what a query needs. Raises KeyError as `[]` does."""
        from shortscience.pipeline.release.parquet import scan_table

        if table not in self.tables:
            raise KeyError(f"{table}; the tables are {', '.join(self.tables)}")
        return scan_table(self.path, table)

    def explain(self, identifier: str) -> dict[str, Any]:
        """Return everything known about a summary, record, paper or citation.

        A unique prefix of an id is enough. Raises UsageError if no id matches, or several do.
        """
        from shortscience.pipeline.release.explain import explain

        return explain(self.path, identifier)
