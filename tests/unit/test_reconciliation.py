"""Which names are one paper's: united by evidence, never through a wrong claim."""

import itertools
import random
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.papers.components import edges, label
from shortscience.pipeline.papers.descriptions import (
    NAMESAKES,
    OTHER_AUTHORS,
    OTHER_TITLE,
    Description,
    contradict,
    shared_authors,
    title_name,
)
from shortscience.pipeline.papers.frames import CLAIMS, SOURCES
from shortscience.pipeline.papers.reconciliation import TWO_PREPRINTS, Groups, reconcile
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

STORM, SILK = "How to fly a kite in a storm", "Silk worms and their keepers"


class Said(NamedTuple):
    """A source's claims about one paper; its own key is the first name."""

    names: tuple[str, ...]
    title: str | None = None
    authors: tuple[str, ...] | None = None


def described(said: Said) -> Description:
    return Description(said.title, said.authors or ())


def reconciled(said: Sequence[Said], seed: int = 0) -> Groups:
    """Reconcile sources, with their claims in random order."""
    claims = [
        (number, name, place == 0)
        for number, item in enumerate(said)
        for place, name in enumerate(item.names)
    ] + [
        (number, name, False)
        for number, item in enumerate(said)
        if (name := title_name(item.title, alone=not item.authors))
    ]
    random.Random(seed).shuffle(claims)
    claimed = pl.DataFrame(claims, schema=CLAIMS, orient="row")
    labels = label(edges(claimed), n_sources=len(said))
    sources = pl.DataFrame(
        {"title": [item.title for item in said], "authors": [item.authors for item in said]},
        schema={name: SOURCES[name] for name in ("title", "authors")},
    ).with_columns(labels["component"], rank=pl.int_range(pl.len()))
    of_sources = sources.select("component", source="rank")
    return reconcile(sources, claimed.join(of_sources, on="source").rename({"source": "rank"}))


def united(said: Sequence[Said], seed: int = 0) -> tuple[set[frozenset[str]], list[str]]:
    """Return the groups of names, and the reasons of all conflicts."""
    found = reconciled(said, seed)
    groups = found.names.group_by("group").agg("name")["name"].to_list()
    return set(map(frozenset, groups)), found.conflicts["reason"].to_list()


def groups(*names: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in names}


@pytest.mark.parametrize("case", cases("reconciliation", "papers"))
def test_papers(case) -> None:
    said = [
        Said(
            tuple(item["names"].split()), item.get("title"), tuple(item.get("authors", ())) or None
        )
        for item in case["sources"]
    ]
    found, conflicts = united(said)
    assert found == groups(*case["papers"])
    assert sorted(conflicts) == sorted(case["conflicts"])


def test_all_reasons_have_a_case() -> None:
    told = {
        reason
        for case in cases("reconciliation", "papers")
        for reason in case.values[0]["conflicts"]
    }
    assert told == {OTHER_AUTHORS, OTHER_TITLE, TWO_PREPRINTS}


@pytest.mark.parametrize("case", cases("reconciliation", "descriptions"))
def test_descriptions_of_one_paper_do_not_contradict_each_other(case) -> None:
    one, other = (Description(item["title"], tuple(item["authors"])) for item in case["pair"])
    assert contradict(one, other) == contradict(other, one) == case["reason_against"]


def test_a_title_of_very_many_papers_takes_no_time() -> None:
    chairs = "Message from the programme chairs"
    said = [
        Said((f"dblp:conf/k/{place}",), chairs, (f"Name{place} Surname{place}",))
        for place in range(3_000)
    ]
    found, conflicts = united(said)
    assert len(found) == len(said)
    assert not conflicts
    assert len(said) > 10 * NAMESAKES


people = st.sampled_from(["Ada Roy", "Bo Kim", "Jo Li", "Cy Day"])
names = st.sampled_from(["dblp:a", "dblp:b", "doi:a", "doi:b", "arxiv:a", "arxiv:b", "neurips:a"])
sources = st.builds(
    Said,
    st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from([None, STORM, SILK]),
    st.none() | st.lists(people, min_size=1, max_size=2, unique=True).map(tuple),
)


@given(st.lists(sources, min_size=1, max_size=6), st.integers(0, 9))
@settings(max_examples=150)
def test_no_paper_contradicts_itself(said: list[Said], seed: int) -> None:
    found, conflicts = united(said)
    assert (found, sorted(conflicts)) == (united(said, seed)[0], sorted(united(said, seed)[1]))
    assert set().union(*found) == {name for item in said for name in item.names}
    assert sum(map(len, found)) == len(set().union(*found)), "each name is of one paper"
    for group in found:
        assert sum(name.startswith("arxiv:") for name in group) <= 1


@given(st.lists(sources, min_size=2, max_size=6))
@settings(max_examples=150)
def test_contradicting_sources_are_never_one_paper(said: list[Said]) -> None:
    """A title without authors may contradict the title of a paper that was renamed."""
    papers = reconciled(said).sources.sort("rank")["group"].to_list()
    for paper in set(papers):
        of_paper = [
            described(item) for item, group in zip(said, papers, strict=True) if group == paper
        ]
        signed = [item for item in of_paper if item.authors]
        for one, other in itertools.combinations(signed, 2):
            assert contradict(one, other) is None
        for item in of_paper:
            assert not signed or any(contradict(item, known) is None for known in signed)
            assert signed or all(contradict(item, known) is None for known in of_paper)


@given(st.permutations(["Ada B. Roy", "Bo Kim", "Jo Li"]))
@settings(max_examples=10)
def test_the_order_of_authors_does_not_matter(order: list[str]) -> None:
    assert shared_authors(order, ["Roy, Ada", "B. Kim", "J. Li"]) == 1.0


def test_a_paper_whose_authors_are_spelled_in_many_ways_takes_linear_time() -> None:
    def listed(count: int) -> list[Said]:
        # The first name contradicts itself, so that the component is rebuilt.
        firsts = ("D. P. Kingma", "Kingma, Diederik P.")
        people = (f"Co{place} Author{place}" for place in range(count))
        return [Said((), STORM, (firsts[place == 0], co)) for place, co in enumerate(people)]

    assert is_linear(reconciled, listed(100), listed(100 * LONGER))
