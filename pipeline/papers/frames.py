"""Schemas of the frames that functions of the papers stage exchange."""

from typing import TypeVar

import polars as pl

from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.sources.reading import FACTS_SCHEMA

Frame = TypeVar("Frame")
"""A frame, or its parts."""

KINDS = (PAGE, CATALOGUE, BIBLIOGRAPHY, REFERENCE) = (
    "page",
    "catalogue",
    "bibliography",
    "reference",
)
"""The kinds of sources, in order of precedence."""

FACTS = pl.Schema(
    {
        "summary_id": pl.String(),
        # How the key is known: `page` or `copy`.
        "told_by": pl.String(),
        "n_copies": pl.get_index_type(),
        **FACTS_SCHEMA,
    }
)
"""What the records of a summary know, one row per summary."""

DESCRIPTION = PAPERS.types("title", "authors", "year", "venue", "abstract")
ON_PAGE = {name: FACTS_SCHEMA[name] for name in ("bibtex_key", "paper_url", *DESCRIPTION)}
"""A page's claims about its paper."""

SOURCES = pl.Schema(
    {
        "kind": pl.Enum(KINDS),
        # Its name in `papers.described_by`; null for references, which describe no paper.
        "origin": pl.String(),
        # For an entry: the position of its catalogue or bibliography, and its own within it.
        "file": pl.Int32(),
        "entry": pl.Int64(),
        # All identifiers that the source claims for the paper, starting with `key`, its own.
        "names": pl.List(pl.String()),
        "key": pl.String(),
        # `title:…`, if title and authors together are evidence.
        "title_name": pl.String(),
        **ON_PAGE,
        # The summaries that a page shows, a catalogue knows, or that list a reference.
        "summary_ids": pl.List(pl.String()),
    }
)
"""One row per source that claims names for a paper."""

CLAIMS = pl.Schema({"source": pl.Int64(), "name": pl.String(), "own": pl.Boolean()})
"""A source, by number, claims a name for its paper, possibly its own key."""

LISTED = ("title_name", "title", "authors")
"""What a reference says of a paper, apart from identifiers."""

NAMES = pl.Schema({"name": pl.String(), **PAPERS.types("paper_id")})
"""The canonical paper of each name."""

CONFLICTS = pl.Schema(
    {"rank": pl.Int64(), "name": pl.String(), "reason": pl.String(), "other": pl.String()}
)
"""The source of a rank claims a name that was rejected: the reason, and a name of the paper that
has the name instead.
"""
