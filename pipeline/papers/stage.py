"""The papers stage over the shards of a build: what is read from where, in which parts."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.duplicates.outcomes import kept, outcomes_of
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.copies import choose_facts, known_facts
from shortscience.pipeline.papers.identities import IdentityParts, identify_in_parts
from shortscience.pipeline.papers.linking.link import link_in_parts
from shortscience.pipeline.papers.paper_rows import Papers
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.reading import FACTS_SCHEMA
from shortscience.pipeline.tasks import Ref, Tasks, by_hash, deal, regroup, shuffle


class Found(NamedTuple):
    """What was found out about records, summaries and papers, in parts.

    `shards` are those of a build, some in each part, and `fates` what became of their records, row
    by row; `links` are the papers that summaries may be about.
    """

    shards: list[Shards]
    fates: Sequence[Ref]
    links: list[Ref]
    identities: IdentityParts
    papers: Parts
    summaries: Parts
    citations: Parts


def identify_records(
    shards: Shards,
    verdicts: pl.DataFrame,
    bibliography: Sequence[Index],
    settings: PaperSettings,
    n_parts: int,
    tasks: Tasks,
) -> Found:
    """Identify the papers of all summaries and of their citations, in so many parts.

    Shards are read by tasks, each some of those that follow each other. Only the verdicts come
    together in one, which tells the others what became of their records.
    """
    some_each = shards.cut(n_parts)
    fates = list(outcomes_of(Parts.of(some_each, tasks), verdicts, tasks))
    told = list(zip(some_each, fates, strict=True))
    facts = [
        tasks.run(choose_facts, *parts) for parts in shuffle(tasks, _split_facts, n_parts, told)
    ]
    citations = regroup(tasks, _split_citations, n_parts, told)
    texts = [tasks.run(_texts, *part) for part in told]
    links = link_in_parts(texts, facts, citations, bibliography, settings, tasks)
    identities = identify_in_parts(facts, citations, links, bibliography, settings, tasks)
    return Found(
        some_each,
        fates,
        links,
        identities,
        Parts(identities.papers, tasks).map(_rows),
        Parts(identities.summaries, tasks),
        Parts(identities.citations, tasks),
    )


def _rows(part: Papers) -> pl.DataFrame:
    return part.papers


def _split_facts(n_parts: int, shards: Shards, fates: pl.DataFrame) -> list[pl.DataFrame]:
    """Give what the records in some shards know to parts by summary."""
    known = known_facts(shards.scan("records").select(*FACTS_SCHEMA).collect(), fates)
    return deal(known, by_hash("summary_id", n_parts), n_parts)


def _split_citations(n_parts: int, shards: Shards, fates: pl.DataFrame) -> list[pl.DataFrame]:
    """Give the citations in some shards that belong to kept records to parts by summary."""
    rows = kept(shards.scan("citations"), fates).collect()
    return deal(rows, by_hash("summary_id", n_parts), n_parts)


def _texts(shards: Shards, fates: pl.DataFrame) -> pl.LazyFrame:
    return kept(shards.scan("cleaned"), fates).select("summary_id", "text")
