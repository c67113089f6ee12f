"""Everything that the papers stage finds, as several test modules look at it."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.identities import fetch_identities, identify_in_parts
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import AtOnce, Tasks, by_hash, deal


class Identified(NamedTuple):
    """The identities, and what witnesses tell, paper by paper, in the order of belief."""

    papers: pl.DataFrame
    summaries: pl.DataFrame
    citations: pl.DataFrame
    witnesses: pl.DataFrame


def identify(
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    links: pl.DataFrame,
    bibliography: Sequence[Index],
    n_parts: int = 1,
    tasks: Tasks | None = None,
) -> Identified:
    """Identify papers in so many parts."""
    said = (
        deal(frame, by_hash("summary_id", n_parts), n_parts) for frame in (facts, citations, links)
    )
    tasks = tasks or AtOnce()
    found = identify_in_parts(*said, bibliography, PaperSettings(), tasks)
    told = pl.concat([part.told for part in tasks.get(found.papers)])
    return Identified(*fetch_identities(found, tasks), told.sort("paper_id", maintain_order=True))
