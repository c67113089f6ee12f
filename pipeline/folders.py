"""Folders for output, which appear only when complete, and caches of only what is in use."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from shortscience.pipeline.errors import OutputError


def check_writable(folder: Path) -> None:
    """Raise OutputError unless a folder, which may not exist, can be written to."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise OutputError(f"{nearest} is a file; name a folder for the output.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(f"{nearest} cannot be written to; check its permissions.")


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Provide an empty folder that is renamed to `target` once the caller has filled it.

    If another process was faster, its folder stays: names are derived from what decides the
    content, so both are equal. If the caller fails, nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.parent) as scratch:
        staging = Path(scratch) / target.name
        staging.mkdir()
        yield staging
        try:
            staging.rename(target)
        except OSError:
            if not target.exists():
                raise


@contextmanager
def reappearing(target: Path) -> Iterator[Path]:
    """Remove a folder, and provide another one that appears in its place as `appearing` does."""
    shutil.rmtree(target, ignore_errors=True)
    with appearing(target) as staging:
        yield staging


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Remove everything from a folder except these names, including leftovers of killed writers."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name in names:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
