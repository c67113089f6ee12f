"""The frames that functions of the papers stage hand on: each column and its type, once."""

from typing import TypeVar

import polars as pl

from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.sources.reading import FACTS_SCHEMA

Frame = TypeVar("Frame")
"""A frame, or the parts of one."""

KINDS = (PAGE, CATALOGUE, BIBLIOGRAPHY, REFERENCE) = (
    "page",
    "catalogue",
    "bibliography",
    "reference",
)
"""The kinds of sources, in the order in which they are believed."""

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
"""What a page of the site says of a paper."""

SOURCES = pl.Schema(
    {
        "kind": pl.Enum(KINDS),
        # Its name in `papers.described_by`; null for a reference, which describes nothing.
        "origin": pl.String(),
        # Of an entry: the place of its catalogue or bibliography, and its own there.
        "file": pl.Int32(),
        "entry": pl.Int64(),
        # All identifiers that the source gives the paper; `key` is the source's own, and the first.
        "names": pl.List(pl.String()),
        "key": pl.String(),
        # `title:…`, where title and authors together are evidence.
        "title_name": pl.String(),
        **ON_PAGE,
        # The summaries that a page shows, a catalogue knows, or that list a reference.
        "summary_ids": pl.List(pl.String()),
    }
)
"""One row per source that claims names for a paper."""

CLAIMS = pl.Schema({"source": pl.Int64(), "name": pl.String(), "own": pl.Boolean()})
"""A source, by its number, says that its paper has a name, which may be its own key."""

NAMES = pl.Schema({"name": pl.String(), **PAPERS.types("paper_id")})
"""The canonical paper of each name."""

CONFLICTS = pl.Schema(
    {"rank": pl.Int64(), "name": pl.String(), "reason": pl.String(), "other": pl.String()}
)
"""The source of a rank gives its paper a name that was not believed: the reason, and a name of the
paper that has the name."""
