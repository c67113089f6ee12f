"""How `shortscience build` interprets its arguments."""

import shlex
from pathlib import Path

import pytest

from shortscience.commands.build import build


@pytest.mark.parametrize(
    ("line", "bibliography", "raw"),
    [
        pytest.param("--bibliography a.bib", ["a.bib"], [], id="one file"),
        pytest.param("raw --bibliography a.bib b.bib", ["a.bib", "b.bib"], ["raw"], id="two"),
        pytest.param(
            "--bibliography a.bib --bibliography b.bib raw",
            ["a.bib", "b.bib"],
            ["raw"],
            id="repeated, before a folder",
        ),
        pytest.param(
            "--bibliography a.bib b.bib --keep 2 a.bib",
            ["a.bib", "b.bib"],
            ["a.bib"],
            id="a file after another option is a dump",
        ),
        pytest.param("--bibliography=a.bib b.bib", ["a.bib"], ["b.bib"], id="with an equals sign"),
        pytest.param("a.bib b.bib", [], ["a.bib", "b.bib"], id="dumps alone"),
    ],
)
def test_all_files_behind_the_option_are_bibliographies(
    line: str,
    bibliography: list[str],
    raw: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    for name in ("a.bib", "b.bib"):
        (tmp_path / name).touch()
    parsed = build.make_context("build", shlex.split(line)).params
    assert [*parsed["bibliography"]] == bibliography
    assert [*parsed["raw"]] == raw


@pytest.mark.parametrize(
    ("line", "catalogue", "bibliography"),
    [
        pytest.param("--catalogue a b", ["a", "b"], [], id="several"),
        pytest.param("--catalogue a --bibliography b", ["a"], ["b"], id="before bibliographies"),
        pytest.param("--bibliography b a --catalogue a b", ["a", "b"], ["b", "a"], id="after"),
    ],
)
def test_all_files_behind_the_option_are_catalogues(
    line: str,
    catalogue: list[str],
    bibliography: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).touch()
    parsed = build.make_context("build", shlex.split(line)).params
    assert [*parsed["catalogue"]] == catalogue
    assert [*parsed["bibliography"]] == bibliography
