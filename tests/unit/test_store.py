"""The output folder keeps what it has until a replacement is complete."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shortscience.pipeline.release.store import Store

RELEASE_ID = "0123456789abcdef"
FILES = {"README.md": b"a card", "data/papers/train-00000-of-00001.parquet": b"a table"}


def stage(folder: Path, mark: str = "whole") -> Path:
    """Write the files of a release into a folder."""
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    files = {name: {"bytes": len(content)} for name, content in FILES.items()}
    (folder / "manifest.json").write_text(json.dumps({"files": files, "mark": mark}))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one release, which is the latest."""
    store = Store(tmp_path / "processed")
    with store.locked(), store.staging() as staging:
        store.commit(stage(staging), RELEASE_ID)
        store.point_latest_to(RELEASE_ID)
    return store


def mark(store: Store) -> str:
    """Return which of several releases `latest` points to."""
    return str(json.loads((store.latest / "manifest.json").read_text())["mark"])


def test_an_intact_release_exists(store: Store) -> None:
    assert store.has(RELEASE_ID)
    assert not store.has("fedcba9876543210")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda release: (release / "manifest.json").unlink(),
    "half a manifest": lambda release: (release / "manifest.json").write_text('{"files": {'),
    "a manifest of another kind": lambda release: (release / "manifest.json").write_text("[1]"),
    "a table cut short": lambda release: next(release.rglob("*.parquet")).write_bytes(b"a"),
    "a table gone": lambda release: next(release.rglob("*.parquet")).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_release_stays_until_it_is_replaced(
    store: Store, damage: Callable[[Path], object]
) -> None:
    release = store.release(RELEASE_ID)
    damage(release)
    left = sorted(path.name for path in release.rglob("*"))
    assert not store.has(RELEASE_ID)
    assert sorted(path.name for path in release.rglob("*")) == left
    with store.locked(), store.staging() as staging:
        store.commit(stage(staging, "successor"), RELEASE_ID)
    assert store.has(RELEASE_ID)
    assert mark(store) == "successor"
    assert not list(store.work.glob("damaged-*"))


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("read", ["read_text", "stat"])
def test_a_failed_read_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, read: str, number: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, read, fail)
        assert not store.has(RELEASE_ID)
    assert store.has(RELEASE_ID)
    assert mark(store) == "whole"


def test_the_next_build_finishes_an_interrupted_replacement(store: Store) -> None:
    store.release(RELEASE_ID).rename(store.work / f"damaged-{RELEASE_ID}")
    with store.locked():
        assert mark(store) == "whole"
    (store.work / f"damaged-{RELEASE_ID}").mkdir()
    with store.locked():
        assert store.has(RELEASE_ID)
    assert not list(store.work.glob("damaged-*"))


def test_only_releases_are_counted_and_removed(store: Store) -> None:
    for name in ("one", "two", "three"):
        with store.staging() as staging:
            (staging / "manifest.json").write_text("{}")
            store.commit(staging, name)
        store.point_latest_to(name)
    (store.releases / ".DS_Store").touch()
    (store.releases / "notes").mkdir()
    assert store.keep_newest(2) == [RELEASE_ID, "one"]
    left = {path.name for path in store.releases.iterdir()}
    assert left == {"two", "three", ".DS_Store", "notes"}
