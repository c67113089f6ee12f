"""The home folder in paths, which a shell expands only for its own commands."""

import os
from pathlib import Path


def with_home(path: str | Path) -> str:
    """Replace a leading `~` by the home folder; URLs and everything else stay as they are."""
    return os.path.expanduser(path)  # noqa: PTH111 - a Path alters URLs
