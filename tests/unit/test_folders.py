"""Folders are complete or not there."""

from pathlib import Path

import pytest

from shortscience.pipeline.folders import appearing, keep_only


def test_a_folder_appears_when_all_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "target"
    with appearing(target) as staging:
        (staging / "file").write_text("content")
        assert not target.exists()
    assert (target / "file").read_text() == "content"
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_nothing_appears_where_the_writer_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), appearing(tmp_path / "target") as staging:
        (staging / "file").write_text("half")
        raise OSError("full")
    assert not list(tmp_path.iterdir())


def test_who_comes_first_stays(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with appearing(target) as slower:
        with appearing(target) as faster:
            (faster / "file").write_text("first")
        (slower / "file").write_text("second")
    assert (target / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_name_that_cannot_be_taken_is_told(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with pytest.raises(OSError, match="target"), appearing(target) as staging:
        staging.rmdir()


def test_only_what_has_a_name_is_kept(tmp_path: Path) -> None:
    for name in ("kept", "gone", ".unfinished-x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "kept.json").touch()
    (tmp_path / "gone.json").touch()
    keep_only(tmp_path, {"kept", "kept.json"})
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "kept.json"}


def test_a_folder_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    keep_only(tmp_path / "nowhere", {"kept"})
    assert not list(tmp_path.iterdir())
