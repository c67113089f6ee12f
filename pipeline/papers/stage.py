"""The papers stage: which paper each summary is about, which it cites, and their descriptions.

Sources claim names for papers. Sources that share a name form a component, and each component is
one paper unless it contradicts itself. Summaries and citations are attributed to the papers whose
names they have.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from shortscience.pipeline.duplicates.outcomes import outcomes_of
from shortscience.pipeline.papers import attribution, copies, sources
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.canonical import Canonical, resolve
from shortscience.pipeline.papers.catalogue import recognition
from shortscience.pipeline.papers.catalogue.file import Catalogue
from shortscience.pipeline.papers.components import with_components
from shortscience.pipeline.papers.linking.link import link, no_links
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.papers.nicknames import resolve_nicknames
from shortscience.pipeline.papers.own_authors import judge_subjects
from shortscience.pipeline.papers.paper_rows import Described, describe
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings, Settings
from shortscience.pipeline.shards import Shards

if TYPE_CHECKING:
    from shortscience.pipeline.engines import Engine


class Identified(NamedTuple):
    """The identified papers, in parts.

    `papers` has the rows of the table; `evidence` each source's claims, as in `Described`;
    `summaries` has `summary_id`, OF_SUMMARY and `n_citations`; `citations` has the citations of
    other works, with `citing_paper_id` and `cited_paper_id`, null for works without a name; `links`
    has candidates for the papers of summaries, with LINK_SCHEMA; `known` the catalogues' matches,
    with KNOWN.
    """

    papers: Parts
    evidence: Parts
    summaries: Parts
    citations: Parts
    links: Parts
    known: Parts


def identify_papers(
    shards: Shards,
    outcomes: pl.DataFrame,
    bibliography: Sequence[Index],
    catalogues: Sequence[Catalogue],
    settings: Settings,
    engine: "Engine",
) -> Identified:
    """Identify the papers of all summaries and of their citations.

    `outcomes` maps records to summaries, as `find_copies` does; earlier bibliographies and
    catalogues take precedence.
    """
    n_parts = engine.n_parts(len(outcomes))
    some = Parts.of(shards.cut(n_parts), engine.tasks)
    of_records = outcomes_of(some, outcomes)
    facts = some.map(copies.record_facts, of_records).by("summary_id", n_parts=n_parts)
    facts = facts.map(copies.choose_facts)
    citations = some.map(copies.kept_citations, of_records).by("summary_id", n_parts=n_parts)
    known = some.map(
        recognition.known_records, of_records, catalogues=catalogues, settings=settings
    ).by("summary_id", n_parts=n_parts)
    known = known.map(recognition.known_summaries)
    unknown = facts.map(recognition.unknown, known)
    links = unknown.map(no_links)
    if bibliography:
        texts = some.map(copies.kept_texts, of_records)
        links = link(texts, unknown, citations, bibliography=bibliography, settings=settings.papers)
    return identify_from(
        *(facts, citations, links, known),
        catalogues=catalogues,
        bibliography=bibliography,
        settings=settings.papers,
    )


def identify_from(
    facts: Parts,
    citations: Parts,
    links: Parts,
    known: Parts,
    *,
    catalogues: Sequence[Catalogue] = (),
    bibliography: Sequence[Index],
    settings: PaperSettings,
) -> Identified:
    """Identify papers from what summaries say of them, in parts by summary.

    `facts` has FACTS; `citations` has CITATION_SCHEMA and `summary_id`; `links` has LINK_SCHEMA;
    `known` has KNOWN.
    """
    citations = citations.map(with_names)
    chosen = links.map(attribution.chosen_links, settings=settings)
    mentions = citations.map(attribution.mentions, links=chosen).by("name")

    claimed = _sources(facts, citations, known, mentions, catalogues, bibliography)
    resolved = with_components(claimed).map_fields(Canonical[Parts], resolve)
    names = mentions.map(_join, resolved.names.by("name"), on="name").by("summary_id")
    descriptions = resolved.descriptions.by("paper_id")

    attributed = facts.map_fields(
        attribution.Attributed[Parts],
        attribution.attribute,
        citations=citations,
        links=chosen,
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
    counted = summaries.map(attribution.of_summaries, citations=cited)
    return Identified(*papers, counted, cited, links, known)


def _sources(
    facts: Parts,
    citations: Parts,
    known: Parts,
    mentions: Parts,
    catalogues: Sequence[Catalogue],
    bibliography: Sequence[Index],
) -> Parts:
    """Return all sources: pages, references, and whatever shares a name with these or a mention.

    The papers of catalogues are looked up first, and then entries of bibliographies.
    """
    pages = facts.map(sources.page_claims).by(*sources.PAGE_KEYS).map(sources.pages)
    references = citations.map(sources.listed_references).by("title_name").map(sources.references)
    said = pages.concat(references)
    named = _names(mentions, said).map(recognition.named_papers, catalogues=catalogues)
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
