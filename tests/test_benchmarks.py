"""How benchmarks measure, score, and write their tables; their numbers are for people to read."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import copies, language, linking, race, stages, steps, structure_model
from benchmarks.corpus import Corpus, Truth, text_frames, write_corpus
from benchmarks.measuring import (
    Clock,
    Contestant,
    FailedError,
    Measured,
    Result,
    measure,
    median,
    run,
)
from benchmarks.options import Options
from benchmarks.page import PAGE, stamp, table, with_table
from benchmarks.tables import TABLES, Table
from tests import clocked

BLANK = "# Page\n\nProse.\n\n<!-- table one -->\nold\n<!-- end one -->\n\nMore.\n"


def python(code: str, *, times_itself: bool = False) -> Contestant:
    return Contestant("some Python", (sys.executable, "-c", code), times_itself)


def test_a_step_is_measured_in_a_fresh_process_while_its_clock_runs(tmp_path: Path) -> None:
    little, much = measure(clocked.idle, tmp_path), measure(clocked.busy, tmp_path)
    assert (tmp_path / "done").exists()
    assert little.cpu_seconds < much.cpu_seconds
    assert much.peak_mib > clocked.SIZE / 2**20


def test_a_program_is_measured_with_all_that_it_starts() -> None:
    child = "import time; held = bytearray(60_000_000); sum(held); time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    measured = run(python(parent), {}).measured
    assert measured.peak_mib > 55
    assert measured.cpu_seconds > 0
    assert measured.seconds > 1


def test_a_program_that_times_itself_is_believed_and_gets_a_folder_of_its_own() -> None:
    code = "import json; print('log'); print(json.dumps(dict(seconds=7, removed=[1])))"
    result = run(python(code, times_itself=True), {})
    assert result.measured.seconds == 7
    assert result.said["removed"] == [1]
    command = (sys.executable, "-c", "import os, sys; assert os.listdir(sys.argv[1]) == []")
    run(Contestant("with a folder", (*command, "{scratch}")), {})


def test_a_program_that_fails_is_named_with_what_it_said_last() -> None:
    with pytest.raises(FailedError, match="some Python failed: no such thing"):
        run(python("import sys; sys.exit('first\\nno such thing')"), {})


def test_medians_are_of_times_and_the_peak_is_the_largest() -> None:
    rounds = [Result(Measured(s, 2 * s, 100 - s), {"first": s}) for s in (2.0, 9.0, 3.0)]
    assert median(rounds) == Result(Measured(3.0, 6.0, 98.0), {"first": 2.0})


def test_a_table_is_aligned_with_its_numbers_on_the_right() -> None:
    assert list(table(("name", "n"), [("a", "1,000"), ("long name", "2")])) == [
        "| name      |     n |",
        "| --------- | ----: |",
        "| a         | 1,000 |",
        "| long name |     2 |",
    ]


def test_a_table_replaces_the_former_one_and_nothing_else() -> None:
    page = with_table(BLANK, "one", ["new", "lines"])
    assert page == BLANK.replace("old", "new\nlines")
    assert with_table(page, "one", ["old"]) == BLANK


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("no place", id="none"),
        pytest.param("<!-- table one -->", id="no end"),
        pytest.param("<!-- end one --> <!-- table one -->", id="end before the beginning"),
    ],
)
def test_a_page_without_a_place_for_a_table_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="<!-- table one -->"):
        with_table(page, "one", [])


def test_the_page_has_a_place_for_every_table_and_no_other() -> None:
    page = PAGE.read_text()
    assert re.findall("<!-- table (.+) -->", page) == list(TABLES)
    for name in TABLES:
        assert "old" in with_table(page, name, ["old"])


def test_each_table_tells_when_and_where_it_was_measured() -> None:
    pattern = r"Measured on \d{4}-\d\d-\d\d at (commit \w+|an unknown commit)( with changes)?: "
    assert re.match(pattern + r"\d+ cores \(.+\), \d+ GiB, Python 3\.\d+\.\d+, .+\.$", stamp())


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page with a place for `one`; there are tables `one`, `two` (takes long), and `three`."""
    monkeypatch.setattr(command, "TABLES", tables := {})
    tables["one"] = Table(lambda options: iter([f"{options.records}"]))
    tables["two"] = Table(lambda options: iter(["never"]), is_long=True)
    tables["three"] = Table(lambda options: iter(["never"]), needs_shared=True)
    path = tmp_path / "page.md"
    path.write_text(BLANK)
    return path


def test_a_named_table_is_printed_and_written(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["one", "--records", "3", "4"], page) == 0
    assert "(3, 4)" in capsys.readouterr().out
    assert re.search(r"Measured on .*\n\n\(3, 4\)\n<!-- end one -->", page.read_text())


def test_a_table_may_be_printed_alone(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["one", "--print"], page) == 0
    assert "()" in capsys.readouterr().out
    assert page.read_text() == BLANK


def test_without_names_long_tables_are_left_out_and_a_lack_is_told(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--shared", "/dev/null/none"], page) == 1
    printed = capsys.readouterr()
    assert "three was left out: /dev/null/none does not exist" in printed.err
    assert "never" not in printed.out
    assert "()" in page.read_text()


def test_an_unknown_table_is_refused(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["four"], page)
    assert "There is no table four; there are one, two, three." in capsys.readouterr().err


def test_equal_arguments_give_equal_dumps_whose_texts_are_those_of_the_summaries(
    tmp_path: Path,
) -> None:
    truths = [write_corpus(tmp_path / name, 30, seed=5) for name in ("one", "two")]
    assert truths[0] == truths[1]
    (dump,) = ((tmp_path / name / "00000.txt").read_text() for name in ("one",))
    assert dump == (tmp_path / "two" / "00000.txt").read_text()
    summaries = list(Corpus(30, 5).summaries())
    assert all(f"[link]\n{summary.text}" in dump for summary in summaries)
    frames = list(text_frames(summaries, 4))
    assert [len(frame) for frame in frames] == [8, 8, 8, 6]
    assert [int(n) for frame in frames for n in frame["id"]] == list(range(30))


def test_the_stages_up_to_the_tables_run_and_find_what_was_planted(tmp_path: Path) -> None:
    """Validation takes seconds to start: the long test of the table includes it."""
    truth = write_corpus(tmp_path / "raw", 40)
    names = [stage.name for stage in stages.STAGES]
    for stage in stages.STAGES[: names.index("validation")]:
        clock = Clock()
        stage.step(tmp_path, clock)
        assert clock.read().seconds > 0, stage.name
    found = steps.count_found(tmp_path)
    assert found["records"] == truth.records
    assert (tmp_path / "staging").exists()


def test_parts_of_a_stage_do_not_add_to_the_total() -> None:
    whole, part, other = (
        stages.Row(stages.Stage(name, steps.inventory, depth), Measured(seconds, seconds, mib))
        for name, depth, seconds, mib in (("a", 0, 6, 5), ("b", 1, 5, 7), ("c", 0, 2, 9))
    )
    rows = [line.split("|")[1:] for line in stages.lines([whole, part, other], 1_000)]
    assert [cell.strip() for cell in rows[3]][:4] == ["· b", "5.00", "5.00", "200"]
    assert [cell.strip() for cell in rows[5]][:7] == [
        *("total", "8.00", "8.00", "125", "8000.0", "9", "100.0%")
    ]


def test_what_was_planted_is_told_beside_what_was_found() -> None:
    told = stages.verdict(Truth(records=9, near=2), {"records": 9, "near": 1}, ["a is unique"])
    assert told == "Found of what was planted: records 9 of 9, near 1 of 2. Not met: a is unique."


def test_the_race_tells_times_as_multiples_of_ours() -> None:
    found = {
        "this project": Result(Measured(2.5, 4, 900), {}),
        "datatrove": Result(Measured(50, 90, 300), {}),
    }
    ours, theirs = race.race_rows(found, 10_000)
    assert ours == ("this project", "10,000", "2.5", "4.0", "4,000", "250", "900", "1.0 ×")
    assert theirs == ("datatrove", "10,000", "50.0", "90.0", "200", "5,000", "300", "20.0 ×")


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
    truth = copies.Truth([0, 0, 0, 3], {0: "near"})
    assert copies.score(removed, truth) == ({"near": recall}, pytest.approx(precision))


def test_a_detector_is_scored_by_what_is_right_wrong_and_undecided() -> None:
    sets = {"one": [language.Text("a", "en")] * 4, "two": [language.Text("b", "de")]}
    said = {"languages": ["en", "de", "und", "en", "de"]}
    found = {
        "this project": Result(Measured(0.5, 1, 1), said),
        "other": Result(Measured(1, 1, 1), said),
    }
    row = [cell.strip() for cell in list(language.lines(sets, found))[3].split("|")[1:-1]]
    assert row == ["other", "0.500 0.250", "1.000 0.000", "200,000", "2.0 ×"]


_CHANCES, _RIGHT = np.array([0.25, 0.28, 0.95]), np.array([False, True, True])


@pytest.mark.parametrize(
    ("lines", "heading", "row"),
    [
        pytest.param(
            linking.report(*(linking.Verdicts(_CHANCES, _RIGHT, np.ones(3)),) * 2, 0.8),
            ["predicted", "cases", "mean", "observed"],
            ["0.1-0.3", "4.0", "0.265", "0.500"],
            id="links",
        ),
        pytest.param(
            structure_model.Judged(_CHANCES, _RIGHT).report(),
            ["predicted", "places", "mean", "observed"],
            ["0.2-0.3", "2", "0.265", "0.500"],
            id="paragraphs",
        ),
    ],
)
def test_predicted_and_observed_frequencies_are_side_by_side(
    lines: Iterator[str], heading: list[str], row: list[str]
) -> None:
    cells = [line.split() for line in lines]
    assert row in cells[cells.index(heading) :]


@pytest.mark.long
@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_made_of_few_records(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if missing := TABLES[name].missing(Options()):
        pytest.skip(missing)
    assert command.main([name, "--records", "500", "--print"]) == 0
    printed = capsys.readouterr().out
    assert "Measured on" in printed
    assert "\n| " in printed or "\n```text\n" in printed
