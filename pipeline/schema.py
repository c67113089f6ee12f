"""The tables of a release: the single definition that everything else is derived from.

The Arrow schemas, the validation suites, the dataset card, the Croissant metadata and the reference
in `docs/` all come from `TABLES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import polars as pl
import pyarrow as pa

from shortscience.pipeline.identifiers import (
    IDENTIFIER_KINDS,
    NAMING_SCHEMES,
    PAPER_LINK,
    SCHEMES,
)

UNNAMED = "summary:"
"""What precedes the summary's id in the id of a paper that nothing identifies."""


class Type(Enum):
    """The column types that all Parquet readers interpret alike."""

    STRING = "string"
    BOOL = "bool"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT64 = "float64"
    DATE = "date32"
    TIMESTAMP = "timestamp[us, UTC]"
    STRINGS = "list<string>"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return _ARROW[self]

    @property
    def polars(self) -> pl.DataType:
        """The Polars type that casts to the Arrow type without loss."""
        return _POLARS[self]


_ARROW: dict[Type, pa.DataType] = {
    Type.STRING: pa.string(),
    Type.BOOL: pa.bool_(),
    Type.INT32: pa.int32(),
    Type.INT64: pa.int64(),
    Type.FLOAT64: pa.float64(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Type.STRINGS: pa.list_(pa.string()),
}
_POLARS: dict[Type, pl.DataType] = {
    Type.STRING: pl.String(),
    Type.BOOL: pl.Boolean(),
    Type.INT32: pl.Int32(),
    Type.INT64: pl.Int64(),
    Type.FLOAT64: pl.Float64(),
    Type.DATE: pl.Date(),
    Type.TIMESTAMP: pl.Datetime("us", "UTC"),
    Type.STRINGS: pl.List(pl.String()),
}


@dataclass(frozen=True)
class Column:
    """One column: its meaning and its invariants."""

    name: str
    type: Type
    description: str
    nullable: bool = False
    references: str | None = None
    """The key this column points to, as `table.column`; every value exists there."""
    counts: str | None = None
    """The foreign key, as `table.column`, whose rows this column counts."""
    meanings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """All allowed values and their meanings, if they are few."""
    pattern: str | None = None
    """A regular expression that matches a prefix of every value."""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """All allowed values; empty if any value of the type is allowed."""
        return tuple(self.meanings)


@dataclass(frozen=True)
class Table:
    """One table: its columns, in order, and its primary key."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    never_empty: bool = False

    @property
    def has_spans(self) -> bool:
        """Whether rows mark a piece of their summary: `text[start:end] == raw`."""
        return {"summary_id", "raw", "start", "end"} <= {column.name for column in self.columns}

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, with descriptions as field metadata."""
        return pa.schema(
            [
                pa.field(
                    column.name,
                    column.type.arrow,
                    nullable=column.nullable,
                    metadata={"description": column.description},
                )
                for column in self.columns
            ],
            metadata={"description": self.description, "primary_key": ",".join(self.key)},
        )

    @property
    def polars_schema(self) -> pl.Schema:
        """The Polars schema, in column order."""
        return pl.Schema({column.name: column.type.polars for column in self.columns})

    def types(self, *names: str) -> dict[str, pl.DataType]:
        """Return the Polars types of some columns, for frames with the same facts."""
        return {name: self.column(name).type.polars for name in names}


_ID = r"^[0-9a-f]{24}$"
_SHA256 = r"^[0-9a-f]{64}$"
# Python counts the four separators before the space as white space, Polars does not.
_URL = r"^(?:https?|ftp)://[^\s\x1c-\x1f]+$"

_FORMS = {
    "extracted-text": "the text of a page, as an extractor left it",
    "html": "a saved page",
    "warc": "a crawl: responses as the server sent them",
    "wet": "the text that a crawl extracted from its pages",
    "rss": "a feed",
    "json": "a scraper's export",
}
_STATUSES = {
    "kept": "the text of its summary was taken from it",
    "duplicate": "a copy: the text of its summary was taken from another record",
    "rejected": "not part of any summary; `reason` says why",
}
_RELATIONS = {
    "exact": "the same words",
    "near": "nearly the same words: `similarity` reaches the build's threshold",
    "truncated": "the kept text, cut short",
}
_EVIDENCE = {
    "page": "the page or export that holds the summary names the paper",
    "copy": "a copy of the summary, in another form of dump, names it",
    "catalogue": "a catalogue of known summaries has these words, and their paper",
    "identifier": "an identifier in the summary's header names it, or a summary that cites it",
    "bibliography": "as `identifier`, and a bibliography knows that identifier",
    "linked": "the summary's words fit the title, authors and abstract of one paper best",
    "nothing": "no identifier; the paper is named after its summary, even if a page has its title",
}
_STRUCTURES = {
    "original": "the line breaks are the author's",
    "restored": "the dump had lost the line breaks; rules and a fitted model restored them",
}
_KINDS = {
    "cite": "the site's own `\\cite{key}`",
    **{kind: SCHEMES[kind].cited_as for kind in IDENTIFIER_KINDS},
    PAPER_LINK: "a link to a paper elsewhere: proceedings, a PDF, a publisher",
    "reference": "an entry of a numbered list of references, or a pointer to one, such as `[3]`",
    "mention": "authors and year in prose, such as `Kingma et al. (2014)`",
}
FORMS = tuple(_FORMS)
CITATION_KINDS = tuple(_KINDS)

_SUMMARY = Column(
    "summary_id",
    Type.STRING,
    "The summary that contains it.",
    references="summaries.summary_id",
)
_ORDINAL = Column("ordinal", Type.INT32, "Position within the summary, from 0.", minimum=0)
_SPAN = (
    Column("raw", Type.STRING, "The marked piece of the summary's text, as written."),
    Column(
        "start",
        Type.INT32,
        "Start offset in `summaries.text`, in Unicode code points.",
        minimum=0,
    ),
    Column("end", Type.INT32, "End offset in `summaries.text`, exclusive.", minimum=1),
)


def _count(name: str, what: str, counts: str | None) -> Column:
    return Column(name, Type.INT32, f"Number of {what}.", counts=counts, minimum=0)


def _confidence(name: str, description: str, *, nullable: bool = False) -> Column:
    return Column(name, Type.FLOAT64, description, minimum=0, maximum=1, nullable=nullable)


SOURCES = Table(
    "sources",
    "One row per input file or archive member. Files with equal bytes are one source.",
    ("source_id",),
    (
        Column("source_id", Type.STRING, "SHA-256 of the decompressed bytes.", pattern=_SHA256),
        Column("name", Type.STRING, "Relative path; `archive!member` inside archives."),
        Column(
            "form",
            Type.STRING,
            "Form of the dump, recognised by content; null if unknown.",
            nullable=True,
            meanings=_FORMS,
        ),
        Column(
            "url",
            Type.STRING,
            "Address of the saved page.",
            nullable=True,
            pattern=_URL,
        ),
        Column("retrieved_at", Type.TIMESTAMP, "When it was retrieved.", nullable=True),
        Column("n_bytes", Type.INT64, "Size after decompression, in bytes.", minimum=0),
        Column("encoding", Type.STRING, "How its bytes were decoded."),
        _count("n_records", "records found in it", "records.source_id"),
    ),
    never_empty=True,
)

RECORDS = Table(
    "records",
    "One row per record found in any source, kept or not. Nothing is dropped.",
    ("record_id",),
    (
        Column("record_id", Type.STRING, "Derived from source and byte span.", pattern=_ID),
        Column(
            "source_id", Type.STRING, "The source that contains it.", references="sources.source_id"
        ),
        Column("ordinal", Type.INT32, "Position in its source, from 0.", minimum=0),
        Column("byte_start", Type.INT64, "First byte in the source.", minimum=0),
        Column("byte_end", Type.INT64, "End byte in the source, exclusive.", minimum=1),
        Column("raw", Type.STRING, "The record's bytes, decoded but not repaired."),
        Column(
            "status",
            Type.STRING,
            "Outcome of the record.",
            meanings=_STATUSES,
        ),
        Column("reason", Type.STRING, "Why it was rejected.", nullable=True),
        Column(
            "summary_id",
            Type.STRING,
            "The summary it belongs to; null only if rejected.",
            nullable=True,
            references="summaries.summary_id",
        ),
        Column(
            "relation",
            Type.STRING,
            "How a duplicate relates to the kept copy.",
            nullable=True,
            meanings=_RELATIONS,
        ),
        Column(
            "similarity",
            Type.FLOAT64,
            "Verified Jaccard similarity of a duplicate to the kept text; 1.0 for exact.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            "earlier_summary_id",
            Type.STRING,
            "The earlier release's summary that it copies, if it was rejected for that.",
            nullable=True,
            pattern=_ID,
        ),
    ),
    never_empty=True,
)

PAPERS = Table(
    "papers",
    "One row per paper that is summarised or cited.",
    ("paper_id",),
    (
        Column(
            "paper_id",
            Type.STRING,
            "The strongest identifier: `arxiv:…`, `doi:…`, `openreview:…`, `dblp:…`,"
            f" `shortscience:<bibtexKey>`, else `{UNNAMED}<summary_id>`.",
            pattern=rf"^(?:{'|'.join(NAMING_SCHEMES)}|summary):\S+$",
        ),
        Column("title", Type.STRING, "Title.", nullable=True),
        Column("authors", Type.STRINGS, "Authors in order.", nullable=True),
        Column("year", Type.INT32, "Year of publication.", nullable=True, minimum=1500),
        Column("venue", Type.STRING, "Journal, conference or archive.", nullable=True),
        Column("abstract", Type.STRING, "Abstract.", nullable=True),
        Column("bibtex_key", Type.STRING, "ShortScience's key.", nullable=True),
        Column("dblp_key", Type.STRING, "DBLP key.", nullable=True),
        Column(
            "arxiv_id",
            Type.STRING,
            "Identifier on arXiv, without version.",
            nullable=True,
            pattern=SCHEMES["arxiv"].pattern,
        ),
        Column(
            "doi", Type.STRING, "DOI, lower case.", nullable=True, pattern=SCHEMES["doi"].pattern
        ),
        Column("openreview_id", Type.STRING, "OpenReview forum id.", nullable=True),
        Column("url", Type.STRING, "Address of the paper.", nullable=True, pattern=_URL),
        Column(
            "identifiers",
            Type.STRINGS,
            "All identifiers of the paper by the evidence, as `scheme:value`.",
        ),
        Column(
            "described_by",
            Type.STRINGS,
            "Where the paper's description is from: `page`, or names of catalogues and"
            " bibliographies. A field is from the first that has it: the page, a catalogue, the"
            " record of the page's key, for title, authors and abstract the record of `paper_id`,"
            " and then the others in this order.",
        ),
        Column(
            "conflicts",
            Type.STRINGS,
            "Claims that would have merged this paper with another one, and why they failed.",
        ),
        Column(
            "identified_by",
            Type.STRING,
            "The strongest evidence for its identity.",
            meanings=_EVIDENCE,
        ),
        _confidence("identity_confidence", "Confidence in its identity, 0 to 1."),
        _count("n_summaries", "summaries of it", "summaries.paper_id"),
        _count("n_citations", "mentions of it in summaries", "citations.cited_paper_id"),
        Column(
            "venue_key",
            Type.STRING,
            "Short name of a known venue, such as `NeurIPS` or `arXiv`; without a `venue`, by"
            " `dblp_key`.",
            nullable=True,
        ),
    ),
    never_empty=True,
)

SUMMARIES = Table(
    "summaries",
    "One row per distinct summary.",
    ("summary_id",),
    (
        Column(
            "summary_id",
            Type.STRING,
            "Derived from the normalised text; stable across builds.",
            pattern=_ID,
        ),
        Column("paper_id", Type.STRING, "The paper it summarises.", references="papers.paper_id"),
        Column(
            "text",
            Type.STRING,
            "The summary: encoding repaired, otherwise as in the source.",
        ),
        Column(
            "markdown",
            Type.STRING,
            "The text with its block structure; differs from `text` in white space only.",
        ),
        Column(
            "structure",
            Type.STRING,
            "Whether the block structure is the author's or was restored.",
            meanings=_STRUCTURES,
        ),
        Column("plain_text", Type.STRING, "The text without markup, math, code and URLs."),
        Column("author", Type.STRING, "User name of its author.", nullable=True),
        Column("votes", Type.INT32, "Votes on the site.", nullable=True),
        Column("posted_at", Type.TIMESTAMP, "When it was posted.", nullable=True),
        Column("url", Type.STRING, "Its permanent link.", nullable=True, pattern=_URL),
        Column(
            "language",
            Type.STRING,
            "ISO 639-1 code of its language; `und` if undecidable.",
            pattern=r"^(?:[a-z]{2}|und)$",
        ),
        _confidence("language_confidence", "The detector's confidence in the language."),
        Column(
            "repairs",
            Type.STRINGS,
            "Encoding repairs, each as `start:end steps`, in code points of the unrepaired text.",
        ),
        Column("n_chars", Type.INT32, "Length of `text` in code points.", minimum=1),
        Column(
            "n_words",
            Type.INT32,
            "Words in `plain_text`, where each Chinese character and each hiragana is one.",
            minimum=0,
        ),
        _count("n_equations", "its equations", "equations.summary_id"),
        _count("n_images", "its images", "images.summary_id"),
        _count("n_links", "its links", "links.summary_id"),
        _count("n_citations", "its mentions of other works", "citations.summary_id"),
        _count("n_copies", "records that carry it, including the kept one", "records.summary_id"),
        Column(
            "record_id",
            Type.STRING,
            "The record its text was taken from.",
            references="records.record_id",
        ),
        _confidence(
            "structure_confidence",
            "Mean probability of the block boundaries that were restored; null where none was.",
            nullable=True,
        ),
    ),
    never_empty=True,
)

CITATIONS = Table(
    "citations",
    "One row per mention of another work in a summary.",
    ("citation_id",),
    (
        Column(
            "citation_id", Type.STRING, "Derived from summary, kind, span and key.", pattern=_ID
        ),
        _SUMMARY,
        Column(
            "citing_paper_id",
            Type.STRING,
            "The paper whose summary mentions the work.",
            references="papers.paper_id",
        ),
        Column(
            "cited_paper_id",
            Type.STRING,
            "The mentioned paper, if known.",
            nullable=True,
            references="papers.paper_id",
        ),
        Column("kind", Type.STRING, "How it is mentioned.", meanings=_KINDS),
        *_SPAN,
        Column("context", Type.STRING, "The sentence around it."),
        Column(
            "key",
            Type.STRING,
            "The identifier or cite key; for a reference or a pointer to one, its number.",
            nullable=True,
        ),
        Column("title", Type.STRING, "Title, as parsed.", nullable=True),
        Column("authors", Type.STRINGS, "Authors, as parsed.", nullable=True),
        Column("year", Type.INT32, "Year, as parsed.", nullable=True, minimum=1500, maximum=2100),
        _confidence("confidence", "Confidence that this mentions a work."),
    ),
)

EQUATIONS = Table(
    "equations",
    "One row per formula in a summary.",
    ("summary_id", "ordinal"),
    (
        _SUMMARY,
        _ORDINAL,
        Column("latex", Type.STRING, "The formula without its delimiters, as written."),
        Column("display", Type.BOOL, "Whether it is displayed on its own line."),
        *_SPAN,
        Column(
            "well_formed", Type.BOOL, "Whether braces, environments and delimiters are balanced."
        ),
    ),
)

IMAGES = Table(
    "images",
    "One row per image in a summary.",
    ("summary_id", "ordinal"),
    (
        _SUMMARY,
        _ORDINAL,
        Column("url", Type.STRING, "Address of the image."),
        Column("alt", Type.STRING, "Alternative text.", nullable=True),
        *_SPAN,
    ),
)

LINKS = Table(
    "links",
    "One row per link in a summary.",
    ("summary_id", "ordinal"),
    (
        _SUMMARY,
        _ORDINAL,
        Column("url", Type.STRING, "Address it points to."),
        Column("label", Type.STRING, "Text of the link.", nullable=True),
        Column("host", Type.STRING, "Host name in lower case; empty if the address has none."),
        *_SPAN,
    ),
)

TABLES = {
    table.name: table
    for table in (SOURCES, RECORDS, PAPERS, SUMMARIES, CITATIONS, EQUATIONS, IMAGES, LINKS)
}

SPAN_TABLES = tuple(
    name for name, table in TABLES.items() if table.key == ("summary_id", "ordinal")
)
"""Tables whose rows are made by extractors alone."""
