"""The contents of a release to publish: all its files, verified to have passed validation."""

import json
from dataclasses import dataclass
from pathlib import Path

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.errors import DamagedError, UnvalidatedError
from shortscience.pipeline.layout import MANIFEST
from shortscience.pipeline.release.manifest import read_manifest


@dataclass(frozen=True)
class Contents:
    """A verified release: its folder, its name, and its files relative to the folder."""

    release: Path
    release_id: str
    files: tuple[str, ...]


def read_contents(release: Path) -> Contents:
    """Check a release byte for byte and return its contents.

    Raises UnvalidatedError if its validation did not pass, and DamagedError if a file has changed
    since.
    """
    manifest = read_manifest(release)
    for name, entry in manifest["files"].items():
        path = release / name
        if not path.is_file() or sha256(path) != entry["sha256"]:
            raise DamagedError(
                f"{path} has changed since it was released; remove {release} and build it again."
            )
    report = json.loads((release / "validation.json").read_text(encoding="utf-8"))
    if not report["success"]:
        raise UnvalidatedError(
            f"{release} did not pass validation and is not published; see its validation.json,"
            " and build again."
        )
    return Contents(release, manifest["release_id"], (*sorted(manifest["files"]), MANIFEST))
