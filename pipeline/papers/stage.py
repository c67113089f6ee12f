"""The papers stage over the shards of a build: what is read from where, in which parts."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipeline.duplicates.verdicts import kept, record_ids, split_fates
from pipeline.papers.bibliography.index import Index
from pipeline.papers.copies import choose_facts, known_facts
from pipeline.papers.identities import IdentityParts, identify_in_parts
from pipeline.papers.linking.link import link_in_parts
from pipeline.settings import PaperSettings
from pipeline.shards import Shards
from pipeline.sources.reading import FACTS_SCHEMA
from pipeline.tasks import Ref, Tasks, by_hash, deal, regroup, shuffle


class Found(NamedTuple):
    """What summaries may be about, and what was identified, in as many parts by summary."""

    links: list[Ref]
    identities: IdentityParts


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
    files = {
        name: _some_each(shards.files(name), n_parts)
        for name in ("records", "cleaned", "citations")
    }
    ids = [tasks.run(record_ids, paths) for paths in files["records"]]
    fates = tasks.split(split_fates, len(ids), verdicts, *ids)
    texts = [
        tasks.run(_texts, paths, part) for paths, part in zip(files["cleaned"], fates, strict=True)
    ]
    found = shuffle(tasks, _split_facts, n_parts, zip(files["records"], fates, strict=True))
    facts = [tasks.run(choose_facts, *parts) for parts in found]
    citations = regroup(
        tasks, _split_citations, n_parts, zip(files["citations"], fates, strict=True)
    )
    links = link_in_parts(texts, facts, citations, bibliography, settings, tasks)
    return Found(links, identify_in_parts(facts, citations, links, bibliography, settings, tasks))


def _some_each(files: Sequence[Path], n_parts: int) -> list[Sequence[Path]]:
    """Cut files into at most so many parts, none of them empty."""
    n_parts = min(n_parts, len(files))
    bounds = [len(files) * part // n_parts for part in range(n_parts + 1)]
    return [files[start:end] for start, end in itertools.pairwise(bounds)]


def _texts(cleaned: Sequence[Path], fates: pl.DataFrame) -> pl.LazyFrame:
    return kept(pl.scan_parquet(list(cleaned)), fates).select("summary_id", "text")


def _split_facts(n_parts: int, records: Sequence[Path], fates: pl.DataFrame) -> list[pl.DataFrame]:
    """Give what the records in some files know to parts by summary."""
    known = known_facts(pl.read_parquet(list(records), columns=[*FACTS_SCHEMA]), fates)
    return deal(known, by_hash("summary_id", n_parts), n_parts)


def _split_citations(
    n_parts: int, citations: Sequence[Path], fates: pl.DataFrame
) -> list[pl.DataFrame]:
    """Give the citations in some files that belong to kept records to parts by summary."""
    rows = kept(pl.scan_parquet(list(citations)), fates).collect()
    return deal(rows, by_hash("summary_id", n_parts), n_parts)
