"""Floors under how well real papers are identified, where the real bibliographies are at hand."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import linking, papers
from benchmarks.linking import Verdicts, groups, judged, read_cases, shipped
from shortscience.pipeline.papers.linking.text_index import text_index
from shortscience.pipeline.settings import PaperSettings

pytestmark = pytest.mark.long
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


def test_links_of_the_held_out_half_are_right(shared: Path, cache: Path) -> None:
    bibliography = linking.indexes(shared, cache)
    index = text_index(bibliography)
    present, absent = groups(read_cases(shared, index, ["held-out"]), index, bibliography)
    assert np.mean([group.right.any() for group in present]) >= 0.7
    found, none = judged(present, shipped()), judged(absent, shipped())
    assert found.right.mean() >= 0.5
    links = _links(found)
    assert links.right.mean() >= 0.95
    assert links.right.sum() >= 0.25 * len(present)
    assert len(_links(none).right) <= 0.04 * len(absent)


def _links(verdicts: Verdicts) -> Verdicts:
    return verdicts.of(verdicts.probability >= THRESHOLD)
