"""The benchmarks run on small inputs; their numbers are for people to read."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from benchmarks import race
from benchmarks.duplicates_race import Truth, score
from benchmarks.pages import RECORDS_PER_PAGE, pages
from benchmarks.parsing_race import CONTESTANTS, PEERS
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.html_page import parse, recognise


class Printed(NamedTuple):
    """What a benchmark printed."""

    out: str
    err: str


class Run(Protocol):
    """Call a benchmark's `main` with arguments; return what it printed."""

    def __call__(self, module: str, *arguments: str | Path) -> Printed: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(module: str, *arguments: str | Path) -> Printed:
        monkeypatch.setattr(sys, "argv", [module, *map(str, arguments)])
        import_module(module).main()
        return Printed(*capsys.readouterr())

    return call


def test_the_benchmark_of_forms_scores_every_field_of_every_form(run: Run, shared: Path) -> None:
    done = run("benchmarks.forms", shared / "pages")
    rows = {
        cells[1].strip(): cells[2:-1]
        for line in done.out.splitlines()
        if len(cells := line.split("│")) > 5
    }
    assert {"html", "warc", "wet", "rss, full", "json"} <= rows.keys()
    # The export holds key and text, and tells nothing else.
    assert [cell.strip() for cell in rows["json"]] == [
        *("762/0", "0", "1/1", "762/0/0"),
        *("-",) * 7,
        *("762/0/0",) * 2,
    ]
    assert rows["html"][0].strip() == "266/0"


def test_the_benchmark_of_forms_names_missing_data(run: Run, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"manifest\.jsonl"):
        run("benchmarks.forms", tmp_path)


def test_the_race_times_every_contestant_on_the_same_pages(run: Run) -> None:
    if not PEERS.exists():
        with pytest.raises(SystemExit, match="make peers"):
            run("benchmarks.parsing_race", "--generate", "4", "--rounds", "1")
        return
    done = run("benchmarks.parsing_race", "--generate", "4", "--rounds", "1")
    assert "4 generated pages" in done.out
    for contestant in CONTESTANTS:
        assert contestant.name in done.out


def test_the_race_to_a_release_measures_every_contestant(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "race.svg"
    options = "--records", "200", "--rounds", "1", "--picture", picture
    if not PEERS.exists():
        with pytest.raises(SystemExit, match="make peers"):
            run("benchmarks.race", *options)
        return
    done = run("benchmarks.race", *options)
    assert "did not run" not in done.out
    for contestant in race.CONTESTANTS:
        assert f"\n{contestant.name} " in done.out
        assert f">{contestant.name}<" in picture.read_text()


def test_the_race_ranks_by_median_and_draws_reproducibly() -> None:
    ours, datatrove, *_ = race.CONTESTANTS
    results = {
        ours: [race.Result(seconds, 900) for seconds in (2.0, 9.0, 2.5)],
        datatrove: [race.Result(seconds, 300) for seconds in (50.0, 49.0, 90.0)],
    }
    found = race.medians(results)
    rows = [line.split() for line in race.table(found, 10_000)]
    assert rows[1][-6:] == ["2.50", "4,000", "250.0", "900", "1", "×"]
    assert rows[2][-6:] == ["50.00", "200", "5,000.0", "300", "20", "×"]
    drawn = [race.draw(race.chart(race.medians(results), 10_000, 3)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert ">5,000<" in drawn[0]


def test_the_benchmark_of_catalogues_finds_no_wrong_match(run: Run, shared: Path) -> None:
    done = run("benchmarks.catalogue", shared, "--records", "2000")
    assert "whole, against all others: 761 texts, 0 candidates" in done.out
    assert "cut, against all others: 698 texts, 0 candidates" in done.out
    assert f"at {Settings().catalogue.near_similarity}: right 88 of 88, wrong 0" in done.out
    lines = [line for line in done.out.splitlines() if line.startswith("at ")]
    assert all(line.endswith("wrong 0") for line in lines)


def test_generated_pages_have_the_expected_records() -> None:
    first, second = pages(2)
    found = [piece for piece in parse(first) if piece.kind == "record"]
    assert recognise(first)
    assert len(found) == RECORDS_PER_PAGE
    for piece in found:
        facts = piece.facts
        assert all((facts.bibtex_key, facts.title, facts.authors, facts.venue, facts.year))
        assert all((facts.author, facts.url)) and facts.votes is not None
    assert first != second
    assert list(pages(2)) == [first, second]


def test_the_structure_benchmark_prints_every_kind(run: Run, tmp_path: Path) -> None:
    pair = {"markdown": "# Kites\n\n* paper\n* glue", "flattened": "# Kites * paper * glue"}
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps(pair), encoding="utf-8")
    done = run("benchmarks.structure", pairs)
    for word in ("held-out", "heading", "list item", "display math", "all", "µs/record"):
        assert word in done.out


@pytest.mark.parametrize(
    ("removed", "recall", "precision"),
    [
        pytest.param({1, 2}, 1.0, 1.0, id="all but one"),
        pytest.param({0, 2}, 1.0, 1.0, id="whichever that is"),
        pytest.param({1}, 0.5, 1.0, id="one too few"),
        pytest.param({0, 1, 2}, 1.0, 2 / 3, id="one too many"),
        pytest.param({1, 2, 3}, 1.0, 2 / 3, id="one that has no copy"),
        pytest.param(set(), 0.0, 1.0, id="none"),
    ],
)
def test_a_search_is_scored_by_groups(removed: set[int], recall: float, precision: float) -> None:
    truth = Truth([0, 0, 0, 3], {0: "near"})
    assert score(frozenset(removed), truth) == ({"near": recall}, pytest.approx(precision))


def test_the_benchmark_of_scale_prints_every_part(run: Run) -> None:
    done = run("benchmarks.duplicates_scale", "--sizes", "100", "--corpora", "template of 60 words")
    assert "'near': 99" in done.err
    for part in ("sign", "candidates", "verification", "components"):
        assert part in done.out


def test_the_benchmark_of_citations_prints_every_kind(run: Run) -> None:
    done = run("benchmarks.citations", "--half", "dev")
    for kind in ("cite", "arxiv", "mention", "reference", "authors"):
        assert kind in done.out


def test_the_benchmark_of_rendering_prints_every_form(run: Run, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps({"markdown": "$x$", "flattened": "$x$"}), encoding="utf-8")
    done = run("benchmarks.rendering", str(pairs))
    assert done.out.count("equation") == 3


def test_the_benchmark_of_identities_finds_all_titles(run: Run) -> None:
    done = run("benchmarks.identities", "--sizes", "600:40", "600:80")
    rows = [line.split(" | ") for line in done.out.splitlines()[2:]]
    assert [row[1] for row in rows] == ["40", "80"]
    assert {row[3] for row in rows} == {"100.0%"}
