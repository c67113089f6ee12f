"""How `shortscience build` interprets its arguments."""

import shlex
from pathlib import Path

import pytest

from shortscience.commands.build import build


@pytest.mark.parametrize(
    ("line", "raw", "bibliography", "catalogue"),
    [
        pytest.param("a b", ["a", "b"], [], [], id="dumps alone"),
        pytest.param("--bibliography a", [], ["a"], [], id="one file"),
        pytest.param("raw --bibliography a b", ["raw"], ["a", "b"], [], id="several files"),
        pytest.param(
            "--bibliography a --bibliography b raw", ["raw"], ["a", "b"], [], id="repeated"
        ),
        pytest.param(
            "--bibliography a b --keep 2 a", ["a"], ["a", "b"], [], id="then another option"
        ),
        pytest.param("--bibliography=a b", ["b"], ["a"], [], id="an equals sign"),
        pytest.param("--catalogue a b", [], [], ["a", "b"], id="catalogues"),
        pytest.param("--catalogue a --bibliography b", [], ["b"], ["a"], id="one of each"),
        pytest.param(
            "--bibliography b a --catalogue a b", [], ["b", "a"], ["a", "b"], id="two of each"
        ),
    ],
)
def test_an_option_takes_all_files_that_follow(
    line: str,
    raw: list[str],
    bibliography: list[str],
    catalogue: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).touch()
    parsed = build.make_context("build", shlex.split(line)).params
    taken = {name: [*parsed[name]] for name in ("raw", "bibliography", "catalogue")}
    assert taken == {"raw": raw, "bibliography": bibliography, "catalogue": catalogue}
