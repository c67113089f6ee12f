"""Lower bounds on the identification of real papers, if the real bibliographies are present."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks import papers
from benchmarks.linking import Bench, prepare, read_cases
from benchmarks.linking_abstracts import told
from benchmarks.papers import indexes
from shortscience.pipeline.papers.linking.link import Linker
from shortscience.pipeline.papers.linking.title_index import title_index
from shortscience.pipeline.papers.linking.weights import Background
from shortscience.pipeline.settings import PaperSettings

THRESHOLD = PaperSettings().link_threshold


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the indexes."""
    return tmp_path_factory.mktemp("indexes")


@pytest.mark.parametrize(("with_address", "titled"), [(False, 251), (True, 289)])
def test_every_listed_paper_gets_its_title(
    shared: Path, cache: Path, with_address: bool, titled: int
) -> None:
    listed, others = papers.judge(shared, cache, with_address=with_address)
    assert listed.papers == 289
    assert listed.titled == titled
    assert listed.wrong == others.wrong == []


@pytest.fixture(scope="module")
def bench(shared: Path, cache: Path) -> Bench:
    """The held-out half, without anything that names a summary's own paper."""
    bibliography = indexes(shared, cache)
    index = title_index(bibliography, cache)
    cases = read_cases(shared, index, hidden=True)
    texts = pl.Series([case.text for case in cases])
    linker = Linker(index, Background.of(index, [texts]))
    return prepare(cases, linker, index, bibliography, ["held-out"])


def test_links_are_right(bench: Bench) -> None:
    links = [found for found in bench.verdicts() if found.probability >= THRESHOLD]
    assert len(links) >= 5
    assert sum(found.right for found in links) >= 0.98 * len(links)


@pytest.mark.long
def test_abstracts_bring_more_right_titles_to_the_first_place(shared: Path, tmp_path: Path) -> None:
    bibliography = indexes(shared, tmp_path)
    bare = title_index(bibliography, tmp_path)
    by_abstracts = told(shared, "held-out", bare, bibliography, tmp_path)
    by_titles = by_abstracts.weighed(0)
    first = [
        sum(verdict.right for verdict in of.second.verdicts()) for of in (by_titles, by_abstracts)
    ]
    assert first[1] >= first[0] + 1
    absent = by_abstracts.absent.verdicts(absent=True)
    assert sum(verdict.probability >= THRESHOLD for verdict in absent) <= 0.01 * len(absent)


def test_papers_in_no_bibliography_stay_unlinked(bench: Bench) -> None:
    found = bench.verdicts(absent=True)
    assert sum(verdict.probability >= THRESHOLD for verdict in found) <= 0.01 * len(found)


def test_the_right_title_is_a_candidate(bench: Bench) -> None:
    reached = bench.pairs.filter("right")["row"].n_unique()
    assert reached >= 0.58 * len(bench.cases)


def test_the_right_title_comes_first(bench: Bench) -> None:
    assert sum(found.right for found in bench.verdicts()) >= 0.32 * len(bench.cases)
