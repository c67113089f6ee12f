"""The papers stage: one identity per paper, and the evidence for it.

This module says which step gets what from which. Everything is in parts: facts and citations by
summary, what is said by witness, names by name, what belongs together by component, and papers by
paper.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.papers import (
    attribution,
    filing,
    nicknames,
    paper_rows,
    reconciliation,
    witnesses,
)
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking.link import NO_LINKS
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import (
    AtOnce,
    Ref,
    Tasks,
    answer,
    by_hash,
    count,
    deal,
    regroup,
    shuffle,
)


class Identities(NamedTuple):
    """What the papers stage found.

    `papers` has one row per paper, with PAPER_SCHEMA; `summaries` has `summary_id`, OF_SUMMARY and
    `n_citations`; `citations` has the citations of other works, with
    `citing_paper_id` and `cited_paper_id` (null where nothing names the work).
    """

    papers: pl.DataFrame
    summaries: pl.DataFrame
    citations: pl.DataFrame


class IdentityParts(NamedTuple):
    """The same in parts, which stay where they are: of papers `Papers`, of all else frames."""

    papers: Sequence[Ref]
    summaries: Sequence[Ref]
    citations: Sequence[Ref]


def identify_papers(
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    bibliography: Sequence[Index],
    settings: PaperSettings,
    links: pl.DataFrame = NO_LINKS,
    *,
    n_parts: int = 1,
    tasks: Tasks | None = None,
) -> Identities:
    """Identify the papers of summaries and of their citations.

    `facts` is what `choose_facts` returns; `citations` has the columns of CITATION_SCHEMA that
    describe a citation, and `summary_id`. Of several bibliographies, the first one is believed.
    `links` is what `link_summaries` returns. In how many parts it is done does not show.
    """
    tasks = tasks or AtOnce()
    facts_of, citations_of, links_of = (
        deal(frame, by_hash("summary_id", n_parts), n_parts) for frame in (facts, citations, links)
    )
    return fetch_identities(
        identify_in_parts(facts_of, citations_of, links_of, bibliography, settings, tasks), tasks
    )


def fetch_identities(parts: IdentityParts, tasks: Tasks) -> Identities:
    """Put what was found in parts together."""
    # One after the other: what witnesses tell comes along, and need not be held.
    papers = [tasks.get([part])[0].papers for part in parts.papers]
    return Identities(
        pl.concat(papers).sort("paper_id"),
        pl.concat(tasks.get(parts.summaries)).sort("summary_id"),
        pl.concat(tasks.get(parts.citations)),
    )


def identify_in_parts(
    facts: Sequence[Ref],
    citations: Sequence[Ref],
    links: Sequence[Ref],
    bibliography: Sequence[Index],
    settings: PaperSettings,
    tasks: Tasks,
) -> IdentityParts:
    """Identify papers as `identify_papers` does; all arguments are parts by summary, alike."""
    n_parts = len(facts)
    named = [tasks.run(with_names, part) for part in citations]
    linked = [tasks.run(attribution.chosen_links, part, settings) for part in links]
    asked = shuffle(tasks, filing.split_asked_names, n_parts, zip(named, linked, strict=True))
    referring = shuffle(tasks, witnesses.split_references, n_parts, zip(named, strict=True))
    heard = _Heard(n_parts, tasks)
    pages = heard.pages(facts)
    references = heard.listen([tasks.run(witnesses.references, *parts) for parts in referring])
    if bibliography:
        heard.look_up(bibliography, asked)
    filed = heard.reconcile()
    placed = heard.place(filed)
    telling = regroup(tasks, witnesses.split_papers, n_parts, zip(placed, strict=True))

    names = regroup(tasks, filing.split_names, n_parts, zip(filed, strict=True))
    answers = (
        answer(tasks, filing.split_resolved, names, asked, n_parts),
        regroup(tasks, witnesses.split_told, n_parts, zip(placed[pages], strict=True)),
        answer(tasks, witnesses.split_entitled, placed[references], referring, n_parts),
    )
    attributed = [
        tasks.run(attribution.attribute, settings, *parts)
        for parts in zip(facts, named, linked, *answers, strict=True)
    ]
    attributed = _with_nicknames(attributed, telling, tasks)
    cited = [tasks.run(attribution.cite, part) for part in attributed]
    about = zip(attributed, cited, strict=True)
    return IdentityParts(
        _papers(filed, telling, attributed, cited, tasks),
        [tasks.run(attribution.of_summaries, *parts) for parts in about],
        cited,
    )


class _Heard:
    """The witnesses, part by part, and what they claim, by name."""

    def __init__(self, n_parts: int, tasks: Tasks) -> None:
        self._n_parts, self._tasks = n_parts, tasks
        self._parts: list[Ref] = []
        self._sizes: list[int] = []
        self._claims: list[list[Ref]] = [[] for _ in range(n_parts)]

    @property
    def _starts(self) -> list[int]:
        return list(accumulate(self._sizes[:-1], initial=0))

    def pages(self, facts: Sequence[Ref]) -> slice:
        """Hear what pages tell of summaries; return which parts of the witnesses they are."""
        told = shuffle(self._tasks, witnesses.split_pages, self._n_parts, zip(facts, strict=True))
        return self.listen([self._tasks.run(witnesses.pages, *parts) for parts in told])

    def look_up(self, bibliography: Sequence[Index], asked: Sequence[tuple[Ref, ...]]) -> None:
        """Hear what bibliographies tell of all that was claimed so far, and of names asked for."""
        wanted = [
            self._tasks.run(filing.distinct_names, *parts, *claimed)
            for parts, claimed in zip(asked, self._claims, strict=True)
        ]
        found = self._tasks.split(witnesses.split_entries, self._n_parts, bibliography, *wanted)
        self.listen([self._tasks.run(witnesses.entries, bibliography, part) for part in found])

    def listen(self, parts: Sequence[Ref]) -> slice:
        """Hear further parts, and number their witnesses; return which parts they are."""
        first = len(self._parts)
        self._parts += parts
        self._sizes += self._tasks.get([self._tasks.run(witnesses.count, part) for part in parts])
        numbered = zip(parts, self._starts[first:], strict=True)
        claimed = shuffle(self._tasks, witnesses.split_claims, self._n_parts, numbered)
        for known, new in zip(self._claims, claimed, strict=True):
            known += new
        return slice(first, len(self._parts))

    def reconcile(self) -> list[Ref]:
        """Unite what belongs to one paper; return where it is filed, by component."""
        run, n_parts = self._tasks.run, self._n_parts
        claims = [run(reconciliation.number_names, *parts) for parts in self._claims]
        edges = [run(reconciliation.edges, part) for part in claims]
        labels = self._tasks.split(
            reconciliation.split_labels, len(self._parts) + n_parts, self._sizes, *edges
        )
        of_witnesses, of_names = labels[:-n_parts], labels[-n_parts:]
        standing = zip(self._parts, self._starts, of_witnesses, strict=True)
        stood = regroup(self._tasks, reconciliation.split_standing, n_parts, standing)
        joined = regroup(
            self._tasks, reconciliation.split_joined, n_parts, zip(claims, of_names, strict=True)
        )
        components = [
            run(reconciliation.gather, *parts) for parts in zip(stood, joined, strict=True)
        ]
        return [
            run(filing.file_papers, part, told)
            for part, told in zip(components, self._descriptions(components), strict=True)
        ]

    def _descriptions(self, components: Sequence[Ref]) -> list[Ref]:
        """Return what the witnesses of doubtful components tell, by component."""
        doubtful = [self._tasks.run(reconciliation.doubtful, part) for part in components]
        asked = shuffle(
            self._tasks,
            reconciliation.split_asked,
            len(self._parts),
            ((part, self._starts) for part in doubtful),
        )
        asking = zip(self._parts, self._starts, asked, strict=True)
        return regroup(
            self._tasks,
            reconciliation.split_descriptions,
            self._n_parts,
            ((part, start, *numbers) for part, start, numbers in asking),
        )

    def place(self, filed: Sequence[Ref]) -> list[Ref]:
        """Return the witnesses, part by part, with the papers of which they speak."""
        told = regroup(
            self._tasks,
            filing.split_filed,
            len(self._parts),
            ((part, self._starts) for part in filed),
        )
        return [
            self._tasks.run(witnesses.place, *parts)
            for parts in zip(self._parts, self._starts, told, strict=True)
        ]


def _with_nicknames(attributed: Sequence[Ref], telling: Sequence[Ref], tasks: Tasks) -> list[Ref]:
    """Resolve the made-up names of papers, by what else their authors summarised."""
    n_parts = len(attributed)
    used = shuffle(tasks, nicknames.split_nicknames, n_parts, zip(attributed, strict=True))
    if not any(tasks.get([tasks.run(count, *parts) for parts in used])):
        return list(attributed)
    written = regroup(tasks, nicknames.split_written, n_parts, zip(attributed, strict=True))
    held = ((part, *parts) for part, parts in zip(written, used, strict=True))
    theirs = shuffle(tasks, nicknames.split_theirs, n_parts, held)
    titles = answer(tasks, nicknames.split_titles, telling, theirs, n_parts)
    meant = answer(tasks, nicknames.split_meant, titles, used, n_parts)
    return [
        tasks.run(nicknames.resolve_nicknames, *parts)
        for parts in zip(attributed, meant, strict=True)
    ]


def _papers(
    filed: Sequence[Ref],
    telling: Sequence[Ref],
    attributed: Sequence[Ref],
    cited: Sequence[Ref],
    tasks: Tasks,
) -> list[Ref]:
    """Return the papers, by paper."""
    known = [
        regroup(tasks, function, len(telling), zip(parts, strict=True))
        for function, parts in (
            (filing.split_identifiers, filed),
            (filing.split_conflicts, filed),
            (attribution.split_summarised, attributed),
            (attribution.split_cited, cited),
        )
    ]
    return [
        tasks.run(paper_rows.describe_papers, *parts) for parts in zip(telling, *known, strict=True)
    ]
