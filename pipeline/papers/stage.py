"""The papers stage: which paper each summary is about, which it cites, and their descriptions.

Sources claim names for papers. Sources that share a name form a component, and each component is
one paper unless it contradicts itself. Summaries and citations are attributed to the papers whose
names they have.
"""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.duplicates.outcomes import outcomes_of
from shortscience.pipeline.papers import attribution, copies, sources
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.canonical import Canonical, resolve
from shortscience.pipeline.papers.catalogue import recognition
from shortscience.pipeline.papers.catalogue.recognition import NO_CATALOGUES, Recogniser
from shortscience.pipeline.papers.components import with_components
from shortscience.pipeline.papers.linking.link import link, no_links
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.papers.nicknames import resolve_nicknames
from shortscience.pipeline.papers.own_authors import judge_subjects
from shortscience.pipeline.papers.paper_rows import Described, describe
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.tasks import Tasks


class Papers(NamedTuple):
    """The identified papers, in parts.

    `papers` has the rows of the table; `evidence` each source's claims, as in `Described`;
    `summaries` has `summary_id`, OF_SUMMARY and `n_citations`; `citations` has the citations of
    other works, with `citing_paper_id` and `cited_paper_id`, null for works without a name.
    """

    papers: Parts
    evidence: Parts
    summaries: Parts
    citations: Parts


class Identified(NamedTuple):
    """The fields of `Papers`, and what texts reveal about the papers of summaries.

    `known` has the catalogues' matches, with KNOWN; `links` the candidate papers of other
    summaries, with LINK_SCHEMA.
    """

    papers: Parts
    evidence: Parts
    summaries: Parts
    citations: Parts
    links: Parts
    known: Parts


def identify(
    shards: Shards,
    outcomes: pl.DataFrame,
    bibliography: Sequence[Index],
    settings: PaperSettings,
    *,
    recogniser: Recogniser = NO_CATALOGUES,
    n_parts: int,
    tasks: Tasks,
) -> Identified:
    """Identify the papers of all summaries and of their citations.

    `outcomes` maps records to summaries, as `find_copies` does; earlier bibliographies take
    precedence. The number of parts does not affect the result.
    """
    some = Parts.of(shards.cut(n_parts), tasks)
    of_records = outcomes_of(some, outcomes, tasks)
    facts = some.map(copies.record_facts, of_records).by("summary_id", n_parts=n_parts)
    facts = facts.map(copies.choose_facts)
    citations = some.map(copies.kept_citations, of_records).by("summary_id", n_parts=n_parts)
    known = some.map(recogniser.known_records, of_records).by("summary_id", n_parts=n_parts)
    known = known.map(recognition.known_summaries)
    unknown = facts.map(recognition.unknown, known)
    links = unknown.map(no_links)
    if bibliography:
        texts = some.map(copies.kept_texts, of_records)
        links = link(texts, unknown, citations, bibliography=bibliography, settings=settings)
    found = identify_papers(
        *(facts, citations, links, known),
        recogniser=recogniser,
        bibliography=bibliography,
        settings=settings,
    )
    return Identified(*found, links, known)


def identify_papers(
    facts: Parts,
    citations: Parts,
    links: Parts,
    known: Parts | None = None,
    *,
    recogniser: Recogniser = NO_CATALOGUES,
    bibliography: Sequence[Index],
    settings: PaperSettings,
) -> Papers:
    """Identify papers; all arguments are in parts by summary.

    `facts` has FACTS; `citations` has CITATION_SCHEMA and `summary_id`; `links` has LINK_SCHEMA;
    `known` has KNOWN.
    """
    if known is None:
        known = facts.map(recognition.none_known)
    citations = citations.map(with_names)
    links = links.map(attribution.chosen_links, settings=settings)
    mentions = citations.map(attribution.mentions, links=links).by("name")

    claimed = _sources(facts, citations, known, mentions, recogniser, bibliography)
    resolved = with_components(claimed).map_fields(Canonical[Parts], resolve)
    names = mentions.map(_join, resolved.names.by("name"), on="name").by("summary_id")
    descriptions = resolved.descriptions.by("paper_id")

    attributed = facts.map_fields(
        attribution.Attributed[Parts],
        attribution.attribute,
        citations=citations,
        links=links,
        known=known,
        resolved=names,
        sources=resolved.of_summaries.by("summary_id"),
        settings=settings,
    )
    summaries = attributed.summaries
    cited = resolve_nicknames(attributed.citations, summaries=summaries, sources=descriptions)
    cited = judge_subjects(cited, summaries=summaries, sources=descriptions)
    cited = cited.map(attribution.drop_own_paper, summaries=summaries)
    papers = descriptions.map_fields(
        Described[Parts],
        describe,
        names=resolved.names.by("paper_id"),
        conflicts=resolved.conflicts.by("paper_id"),
        summarised=summaries.map(attribution.summarised).by("paper_id"),
        cited=cited.map(attribution.cited).by("paper_id"),
    )
    return Papers(*papers, summaries.map(attribution.of_summaries, citations=cited), cited)


def _sources(
    facts: Parts,
    citations: Parts,
    known: Parts,
    mentions: Parts,
    recogniser: Recogniser,
    bibliography: Sequence[Index],
) -> Parts:
    """Return all sources: pages, references, and what shares a name with these or a mention.

    That are papers of catalogues first, and then entries of bibliographies.
    """
    pages = facts.map(sources.page_claims).by(*sources.PAGE_KEYS).map(sources.pages)
    references = citations.map(sources.listed_references).by("title_name").map(sources.references)
    said = pages.concat(references)
    named = _names(mentions, said).map(recogniser.named_papers)
    catalogued = known.concat(named).by("file", "paper_id").map(sources.catalogued)
    found = said.concat(catalogued)
    if not bibliography:
        return found
    wanted = _names(mentions, found).together()
    entries = wanted.map(sources.find_entries, bibliography=bibliography)
    entries = entries.by("file", "entry", n_parts=len(facts))
    entries = entries.map(sources.entries, bibliography=bibliography)
    return found.concat(entries)


def _names(mentions: Parts, found: Parts) -> Parts:
    """Return each `name` that is mentioned, or claimed by a source."""
    return mentions.map(sources.names_of, found.map(sources.claimed_names).by("name"))


def _join(left: pl.DataFrame, right: pl.DataFrame, *, on: str) -> pl.DataFrame:
    return left.join(right, on=on)
