"""The output folder: releases, and `latest`, which always points to a complete, validated one.

releases/<release_id>/      appears by one rename once everything is written and validated
latest -> releases/<id>     switched by one rename
validation/<release_id>/    the page of the last validation, passed or failed
duplicates/<release_id>/    the verified pairs of copies
papers/<release_id>/        the evidence for papers, and candidates for summaries without one
.work/                      shards, fetched dumps, bibliography indexes, unpacked archives,
                            staging folders, the lock: safe to delete while no build runs
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from shortscience.pipeline.errors import BusyError, DamagedError, UsageError
from shortscience.pipeline.folders import check_writable
from shortscience.pipeline.layout import LATEST, MANIFEST
from shortscience.pipeline.release.manifest import read_manifest

_DAMAGED = "damaged-"
_LOCK_SECONDS = 1.0
"""How long a build waits for the lock, which another command may briefly hold to check it."""


class Store:
    """An output folder. Raises OutputError if it is unusable."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.releases = root / "releases"
        self.latest = root / LATEST
        self.work = root / ".work"
        self.shards = self.work / "shards"
        self.bibliography = self.work / "bibliography"
        self.spool = self.work / "spool"
        self.fetched = self.work / "fetched"
        check_writable(root)

    def release(self, release_id: str) -> Path:
        """Return the folder of a release, which may not exist."""
        return self.releases / release_id

    def validation(self, release_id: str) -> Path:
        """Return the folder of the validation page of a release, passed or failed."""
        return self.root / "validation" / release_id

    @property
    def written(self) -> frozenset[Path]:
        """What builds write, as real paths: none of it is an input."""
        names = "releases", LATEST, "validation", "duplicates", "papers"
        return frozenset((self.root / name).resolve() for name in names)

    def has(self, release_id: str) -> bool:
        """Whether a release exists, with all its files in their recorded sizes.

        A damaged or unreadable one stays until its replacement is complete.
        """
        release = self.release(release_id)
        try:
            files = read_manifest(release)["files"]
            return all(
                (release / name).stat().st_size == entry["bytes"] for name, entry in files.items()
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for one build; BusyError if another build holds the lock."""
        self.work.mkdir(parents=True, exist_ok=True)
        with self._lock(_LOCK_SECONDS):
            try:
                self._sweep()
                yield
            finally:
                shutil.rmtree(self.spool, ignore_errors=True)

    def check_free(self) -> None:
        """Raise BusyError if a build holds the lock, before any work is started."""
        if self.work.exists():
            with self._lock(0):
                pass

    @contextlib.contextmanager
    def _lock(self, seconds: float) -> Iterator[None]:
        lock = FileLock(self.work / "lock")
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise BusyError(
                f"Another build is writing to {self.root}; wait for it or name another --out."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _sweep(self) -> None:
        """Remove the leftovers of killed builds; call only with the lock held."""
        shutil.rmtree(self.spool, ignore_errors=True)
        for damaged in self.work.glob(f"{_DAMAGED}*"):
            replaced = self.release(damaged.name.removeprefix(_DAMAGED))
            if replaced.exists():
                shutil.rmtree(damaged, ignore_errors=True)
            else:
                damaged.rename(replaced)
        for path in self.work.glob("release-*"):
            shutil.rmtree(path, ignore_errors=True)
        (self.work / LATEST).unlink(missing_ok=True)

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """Provide an empty folder, removed at the end unless it became a release."""
        path = Path(tempfile.mkdtemp(prefix="release-", dir=self.work))
        path.chmod(0o755)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def commit(self, staged: Path, release_id: str) -> Path:
        """Make a staged folder a release by one rename, after syncing it to disk.

        A damaged release of that id is moved aside first and removed afterwards.
        """
        for path in sorted(staged.rglob("*"), reverse=True):
            _sync(path)
        _sync(staged)
        self.releases.mkdir(exist_ok=True)
        target = self.release(release_id)
        damaged = self.work / f"{_DAMAGED}{release_id}"
        if target.exists():
            target.rename(damaged)
        staged.rename(target)
        _sync(self.releases)
        shutil.rmtree(damaged, ignore_errors=True)
        return target

    def point_latest_to(self, release_id: str) -> None:
        """Point `latest` to a release by one rename."""
        link = self.work / LATEST
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / release_id)
        link.replace(self.latest)
        _sync(self.root)

    def keep_newest(self, count: int) -> list[str]:
        """Keep the `count` newest releases, of which the one `latest` points to is always one.

        Returns the ids of the removed releases, oldest first. A release and its evidence are
        removed by renames. Age is the time of writing, as ids are hashes.
        """
        latest = self.latest.resolve().name
        aged = sorted(
            (
                path
                for path in self.releases.iterdir()
                if path.name != latest and (path / MANIFEST).exists()
            ),
            key=lambda path: (path.stat().st_mtime_ns, path.name),
        )
        gone = aged[: max(0, len(aged) - (count - 1))]
        for release in gone:
            doomed = self.work / f"release-{release.name}"
            release.rename(doomed)
            beside = copy_evidence_folder(release), paper_evidence_folder(release)
            for path in (doomed, self.validation(release.name), *beside):
                shutil.rmtree(path, ignore_errors=True)
        return [path.name for path in gone]


def copy_evidence_folder(release: Path) -> Path:
    """Return the folder of the verified pairs of copies of a release, which may not exist."""
    return release.parent.parent / "duplicates" / release.name


def paper_evidence_folder(release: Path) -> Path:
    """Return the folder of the evidence for a release's papers, which may not exist."""
    return release.parent.parent / "papers" / release.name


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_dataset(path: Path) -> Path:
    """Return the release that a DATASET argument names; UsageError if there is none."""
    release = path.resolve()
    if not (release / MANIFEST).exists():
        if (release / LATEST / MANIFEST).exists():
            raise UsageError(f"{path} holds releases; name one of them, such as {path / LATEST}.")
        raise UsageError(f"{path} is not a release; build one with `shortscience build`.")
    try:
        read_manifest(release)
    except ValueError as error:
        raise DamagedError(f"{release / MANIFEST} is damaged; build again.") from error
    return release
