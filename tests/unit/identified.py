"""The complete result of the papers stage, for several test modules."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.catalogue.recognition import NOTHING_KNOWN
from shortscience.pipeline.papers.linking.link import NO_LINKS
from shortscience.pipeline.papers.stage import identify_from
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import AtOnce, Tasks


class Identified(NamedTuple):
    """The concatenated parts of the result, sorted by key; evidence by rank."""

    papers: pl.DataFrame
    evidence: pl.DataFrame
    summaries: pl.DataFrame
    citations: pl.DataFrame


def identify(
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    bibliography: Sequence[Index],
    links: pl.DataFrame = NO_LINKS,
    *,
    n_parts: int = 1,
    tasks: Tasks | None = None,
) -> Identified:
    """Identify papers in `n_parts` parts."""
    frames = (
        Parts.of([frame], tasks or AtOnce()).by("summary_id", n_parts=n_parts)
        for frame in (facts, citations, links, NOTHING_KNOWN)
    )
    found = identify_from(*frames, bibliography=bibliography, settings=PaperSettings())
    papers, evidence, summaries, citations = (part.collect() for part in found[:4])
    return Identified(
        papers.sort("paper_id"),
        evidence.sort("paper_id", maintain_order=True),
        summaries.sort("summary_id"),
        citations,
    )
