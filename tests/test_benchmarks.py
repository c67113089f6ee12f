"""The benchmarks still run, on little; their numbers are for people to read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import race
from benchmarks.duplicates_race import Truth, score
from benchmarks.pages import RECORDS_PER_PAGE, pages
from benchmarks.parsing_race import CONTESTANTS, PEERS
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.html_page import parse, recognise
from tests.conftest import PROJECT


def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_benchmark_of_forms_judges_every_field_of_every_form(shared: Path) -> None:
    done = run("benchmarks.forms", shared / "pages")
    assert done.returncode == 0, done.stderr
    rows = {
        cells[1].strip(): cells[2:-1]
        for line in done.stdout.splitlines()
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


def test_the_benchmark_of_forms_says_what_it_needs(tmp_path: Path) -> None:
    done = run("benchmarks.forms", tmp_path)
    assert done.returncode == 1
    assert "manifest.jsonl" in done.stderr


def test_the_race_times_every_contestant_on_the_same_pages() -> None:
    done = run("benchmarks.parsing_race", "--generate", "4", "--rounds", "1")
    if not PEERS.exists():
        assert done.returncode == 1
        assert "make peers" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert "4 generated pages" in done.stdout
    for contestant in CONTESTANTS:
        assert contestant.name in done.stdout


def test_the_race_to_a_release_measures_every_contestant(tmp_path: Path) -> None:
    picture = tmp_path / "race.svg"
    options = "--records", "200", "--rounds", "1", "--picture", picture
    done = run("benchmarks.race", *options)
    if not PEERS.exists():
        assert done.returncode == 1
        assert "make peers" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert "did not run" not in done.stdout
    for contestant in race.CONTESTANTS:
        assert f"\n{contestant.name} " in done.stdout
        assert f">{contestant.name}<" in picture.read_text()


def test_the_race_is_won_by_medians_and_drawn_alike_for_the_same_figures() -> None:
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


def test_the_benchmark_of_catalogues_takes_no_text_for_another(shared: Path) -> None:
    done = run("benchmarks.catalogue", shared, "--records", "2000")
    assert done.returncode == 0, done.stderr
    assert "whole, against all others: 761 texts, 0 candidates" in done.stdout
    assert "cut, against all others: 698 texts, 0 candidates" in done.stdout
    assert f"at {Settings().catalogue.near_similarity}: right 88 of 88, wrong 0" in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("at ")]
    assert all(line.endswith("wrong 0") for line in lines)


def test_the_benchmark_of_crawls_prints_the_memory_of_both_steps() -> None:
    done = run("benchmarks.crawl_memory", "--sizes", "1")
    assert done.returncode == 0, done.stderr
    assert [step in done.stdout for step in ("inventory", "shards")] == [True, True]


def test_generated_pages_hold_the_records_that_they_should() -> None:
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


def test_the_structure_benchmark_prints_every_kind(tmp_path: Path) -> None:
    pair = {"markdown": "# Kites\n\n* paper\n* glue", "flattened": "# Kites * paper * glue"}
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps(pair), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.structure", str(pairs)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for word in ("held-out", "heading", "list item", "display math", "all", "µs/record"):
        assert word in done.stdout


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


def test_the_benchmark_of_scale_prints_every_part() -> None:
    done = run("benchmarks.duplicates_scale", "--sizes", "100", "--corpora", "template of 60 words")
    assert done.returncode == 0, done.stderr
    assert "'near': 99" in done.stderr
    for part in ("sign", "candidates", "verification", "clusters"):
        assert part in done.stdout


def test_the_benchmark_of_differences_finds_every_changed_row() -> None:
    done = run("benchmarks.diff_scale", "--sizes", "300")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("| 300 | 3 |")


def test_the_benchmark_of_citations_prints_every_kind() -> None:
    done = run("benchmarks.citations", "--half", "dev")
    assert done.returncode == 0, done.stderr
    for kind in ("cite", "arxiv", "mention", "reference", "authors"):
        assert kind in done.stdout


def test_the_benchmark_of_rendering_prints_every_form(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps({"markdown": "$x$", "flattened": "$x$"}), encoding="utf-8")
    done = run("benchmarks.rendering", str(pairs))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("equation") == 3


def test_the_benchmark_of_identities_finds_all_titles() -> None:
    done = run("benchmarks.identities", "--sizes", "600:40", "600:80")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines()[2:]]
    assert [row[1] for row in rows] == ["40", "80"]
    assert {row[3] for row in rows} == {"100.0%"}
