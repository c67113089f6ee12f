"""The functions of the library that read and write folders."""

import shutil
from pathlib import Path

import pytest

import shortscience
from shortscience.pipeline import build as build_module
from shortscience.pipeline.errors import NothingNewError
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.release.store import Store
from tests.conftest import RAW

DUMP = "[link]\nA summary that no release has had so far, of a paper on ferns. |\n"


@pytest.mark.parametrize("has_latest", [False, True])
def test_a_build_with_nothing_new_says_so(built: Path, tmp_path: Path, has_latest: bool) -> None:
    out = tmp_path / "out"
    if has_latest:
        shutil.copytree(built.parents[1], out, symlinks=True)
    with pytest.raises(NothingNewError, match=f"are in release {built.name} already"):
        shortscience.build(RAW, out=out, against=str(built), workers=1)


def test_the_release_that_was_built_is_opened(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(built.parents[1], out, symlinks=True)
    run = build_module.build_release

    def and_another_build(parameters: BuildParameters) -> build_module.BuildResult:
        result = run(parameters)
        Store(out).point_latest_to(built.name)
        return result

    monkeypatch.setattr(build_module, "build_release", and_another_build)
    dump = tmp_path / "new.txt"
    dump.write_text(DUMP)
    made = shortscience.build(dump, out=out, workers=1)
    assert made.release_id != built.name
    assert made.tables["summaries"] == 1
