"""Identifying papers in parts gives the same result as all at once."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.extraction.extract import CITATION_SCHEMA
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.frames import FACTS
from shortscience.pipeline.papers.linking.link import LINK_SCHEMA
from shortscience.pipeline.papers.stage import Identified as IdentifiedParts
from shortscience.pipeline.papers.stage import identify_papers
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.tasks import AtOnce, Tasks
from tests.conftest import NO_SPOOL, RAW
from tests.processing import InParts
from tests.unit.identified import Identified, identify
from tests.unit.test_papers import KITES, PREPRINT, SILK, STORM, library, write_lines

CITATIONS = {**CITATION_SCHEMA, "summary_id": pl.String()}
PEOPLE = (["Ada Roy", "Bo Kim"], ["Jo Li"], ["Jo Li", "Cy Day"], ["A. Roy"])
TITLES = (STORM, SILK, STORM.upper(), "Kitelet: gliders for a light breeze", "Short")
ARXIV = ("1901.00001", "1902.00002", "1903.00003")
KEYS = ("conf/kites/RoyK19", "conf/silk/LiD15", "conf/none/X1", "10.1000/kite.1")


@pytest.fixture(scope="module")
def bibliography(tmp_path_factory: pytest.TempPathFactory) -> list[Index]:
    """Two files that know some papers, and contradict each other about others."""
    folder = tmp_path_factory.mktemp("bibliography")
    dblp = write_lines(
        folder / "dblp",
        KITES,
        KITES
        | {"key": "conf/silk/LiD15", "doi": "10.1000/silk", "title": SILK, "authors": "J. Li"},
        KITES | {"key": "conf/kites/Roy12", "doi": None, "authors": "Jo Li and Cy Day"},
    )
    wrong = {"arxiv_id": ARXIV[1], "doi": "10.1000/kite.1", "title": SILK, "authors": "Jo Li"}
    arxiv = write_lines(folder / "arxiv", PREPRINT, PREPRINT | wrong)
    return [index_file(path, path.name, folder / "cache") for path in (dblp, arxiv)]


class Said:
    """Random results of the previous stages for some summaries."""

    def __init__(self, seed: int, n_summaries: int) -> None:
        draw = Random(seed)
        ids = [f"{number:04x}" for number in draw.sample(range(1 << 16), n_summaries)]
        self.facts = pl.DataFrame([fact(draw, key) for key in ids], schema=FACTS).sort("summary_id")
        rows = [citation(draw, key, place) for key in ids for place in range(draw.randrange(5))]
        self.citations = pl.DataFrame(rows, schema=CITATIONS)
        link = {"place": 0, "name": "dblp:conf/silk/LiD15", "probability": 0.99}
        linked = [{"summary_id": key, **link} for key in ids if draw.random() < 0.2]
        self.links = pl.DataFrame(linked, schema=LINK_SCHEMA)

    def identify(
        self, bibliography: Sequence[Index], n_parts: int = 1, tasks: Tasks | None = None
    ) -> Identified:
        said = self.facts, self.citations, bibliography, self.links
        return identify(*said, n_parts=n_parts, tasks=tasks)


def fact(draw: Random, summary_id: str) -> dict[str, object]:
    key = draw.choice((None, None, *KEYS, *(f"journals/corr/{number}" for number in ARXIV)))
    return {
        "summary_id": summary_id,
        "told_by": draw.choice(("page", "copy")) if key else None,
        "bibtex_key": key,
        "title": draw.choice((None, None, *TITLES)),
        "authors": draw.choice((None, *PEOPLE)),
        "paper_url": draw.choice((None, None, f"https://arxiv.org/abs/{draw.choice(ARXIV)}")),
        "year": draw.choice((None, 2019)),
        "author": draw.choice((None, "mo", "li")),
    }


def citation(draw: Random, summary_id: str, place: int) -> dict[str, object]:
    kind, key, title, authors = draw.choice(
        [
            ("arxiv", draw.choice(ARXIV), None, None),
            ("cite", draw.choice(KEYS), None, None),
            ("reference", "1", draw.choice(TITLES), draw.choice(PEOPLE)),
            ("mention", None, "Kitelet", None),
        ]
    )
    return {
        "summary_id": summary_id,
        "kind": kind,
        "key": key,
        "title": title,
        "authors": authors,
        "start": 10 + 300 * place,
        "end": 20 + 300 * place,
        "confidence": 0.9,
        "labelled": draw.random() < 0.3,
        "subject": False,
        "identified": None,
        "own": draw.random() < 0.1,
    }


def assert_same(one: Identified, other: Identified) -> None:
    order = ["summary_id", "start"]
    assert one.papers.equals(other.papers)
    assert one.summaries.equals(other.summaries)
    assert one.citations.sort(order).equals(other.citations.sort(order))
    assert one.evidence.equals(other.evidence)


@settings(max_examples=15)
@given(st.integers(0, 1_000), st.integers(0, 40), st.integers(2, 9), st.sampled_from([0, 2]))
def test_the_number_of_parts_does_not_affect_the_result(
    bibliography: list[Index], seed: int, n_summaries: int, n_parts: int, n_files: int
) -> None:
    said = Said(seed, n_summaries)
    known = bibliography[:n_files]
    assert_same(said.identify(known), said.identify(known, n_parts))


def test_the_random_summaries_cover_every_kind_of_evidence(bibliography: list[Index]) -> None:
    found = [Said(seed, 6).identify(bibliography) for seed in range(20)]
    papers = pl.concat([part.papers for part in found])
    known = {"page", "copy", "identifier", "bibliography", "linked", "nothing"}
    assert set(papers["identified_by"]) == known
    assert papers["conflicts"].list.len().max()
    resolved = pl.concat([part.citations for part in found]).drop_nulls("cited_paper_id")
    assert set(resolved["kind"]) == {"arxiv", "cite", "reference", "mention"}
    assert {"page", "dblp", "arxiv"} == set(found[0].evidence["source"])


def test_tasks_are_deterministic(bibliography: list[Index]) -> None:
    class Doubting(AtOnce):
        """An engine that runs each task twice, as if its first result were lost."""

        def run(self, function, *arguments):
            once, again = function(*arguments), function(*arguments)
            assert _plain(once) == _plain(again), function
            return once

        def split(self, function, n_parts, *arguments):
            once, again = function(n_parts, *arguments), function(n_parts, *arguments)
            assert _plain(once) == _plain(again), function
            return once

    Said(1, 60).identify(bibliography, 3, Doubting())


ORDERED = {"source", "component", "rank", "summary_ids"}
"""Columns of row numbers that other frames refer to."""


def _plain(answer: object) -> object:
    """Return what must not change: numbered rows in order, others as a set."""
    if isinstance(answer, pl.DataFrame):
        rows = answer.rows()
        return rows if ORDERED & set(answer.columns) else sorted(map(repr, rows))
    if isinstance(answer, list | tuple):
        return [_plain(part) for part in answer]
    return repr(answer)


def test_the_number_of_parts_does_not_decide_between_references_with_one_identifier(
    tmp_path: Path,
) -> None:
    """Of two papers that claim one arXiv id, one has it, in whatever order they are met."""
    draw = Random(5)
    words = ["".join(draw.choices("abcdefghijklmnop", k=7)) for _ in range(3_000)]
    entries = [
        f"{authors} (2014). {' '.join(draw.sample(words, 8)).capitalize()}."
        for _ in range(24)
        for authors in ("Smith, J., & Brown, L.", "Jones, K., & Green, P.")
    ]
    listed = [
        f"{entry}{address}"
        for number, entry in enumerate(entries)
        for address in (f" https://arxiv.org/abs/1401.{1000 + number // 2}", "")
    ]
    export = [
        {"transcript": f"{' '.join(draw.sample(words, 60))}\n\n## References\n\n1. {entry}\n"}
        for entry in listed
    ]
    (tmp_path / "export.json").write_text(json.dumps(export))
    one, several = (
        pl.concat(found.citations.fetch()).sort("summary_id", "start")
        for found in in_parts(tmp_path, tmp_path / "export.json", [], (1, 5))
    )
    assert one["cited_paper_id"].n_unique() > 24
    assert several.equals(one)


def in_parts(
    folder: Path, raw: Path, bibliography: list[Index], numbers: Sequence[int]
) -> list[IdentifiedParts]:
    """Identify the papers of a raw dump, in each of some numbers of parts."""
    chosen = Settings()
    batches = cut_batches(take_inventory([str(raw)], NO_SPOOL).distinct, batch_bytes=1 << 14)
    for batch in batches:
        build_shards(batch, chosen, folder / "shards")
    shards = Shards.of(batches, chosen, folder / "shards")
    outcomes = find_copies(shards, None, chosen, InParts(1)).outcomes
    return [
        identify_papers(shards, outcomes, bibliography, [], chosen, InParts(n_parts))
        for n_parts in numbers
    ]


def test_the_number_of_parts_does_not_affect_links(tmp_path: Path) -> None:
    known = [index_file(library(tmp_path), "library", tmp_path / "cache")]
    one, several = in_parts(tmp_path, RAW, known, (1, 3))
    links = one.links.collect().sort("summary_id", "place")
    assert len(links)
    assert several.links.collect().sort("summary_id", "place").equals(links)
    assert several.papers.collect().sort("paper_id").equals(one.papers.collect().sort("paper_id"))
