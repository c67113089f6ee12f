"""Folders that are complete or not there, and that hold nothing but what is needed."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Provide an empty folder, which gets its name when all is in it.

    Where somebody else was faster, theirs stays: names are derived from what decides the content,
    so that both are the same. Nothing is left when the caller fails.
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


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Remove all that is in a folder but what has these names, and what killed writers left."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name in names:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
