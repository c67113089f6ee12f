"""Folders are complete or absent."""

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


def test_nothing_appears_if_the_writer_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), appearing(tmp_path / "target") as staging:
        (staging / "file").write_text("half")
        raise OSError("full")
    assert not list(tmp_path.iterdir())


def test_the_first_of_two_writers_wins(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with appearing(target) as slower:
        with appearing(target) as faster:
            (faster / "file").write_text("first")
        (slower / "file").write_text("second")
    assert (target / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_failed_rename_is_raised(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with pytest.raises(OSError, match="target"), appearing(target) as staging:
        staging.rmdir()


def test_only_named_entries_are_kept(tmp_path: Path) -> None:
    for name in ("kept", "gone", ".unfinished-x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "kept.json").touch()
    (tmp_path / "gone.json").touch()
    keep_only(tmp_path, {"kept", "kept.json"})
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "kept.json"}


def test_a_missing_folder_has_nothing_to_remove(tmp_path: Path) -> None:
    keep_only(tmp_path / "nowhere", {"kept"})
    assert not list(tmp_path.iterdir())
