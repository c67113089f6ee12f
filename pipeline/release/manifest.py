"""The manifest of a release: what it was made from, by what, and what it holds."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shortscience.pipeline.release.card_parts import parse_card
from shortscience.pipeline.release.suites import suites_digest
from shortscience.pipeline.settings import Settings, digest
from shortscience.pipeline.sources.inputs import Input, Inventory
from shortscience.pipeline.version import library_versions, pipeline_version

CARD = "README.md"
MANIFEST = "manifest.json"
RELEASE_ID_DIGITS = 16


@dataclass(frozen=True)
class Recipe:
    """All that decides the bytes of a release."""

    inventory: Inventory
    bibliography: tuple[Input, ...]
    settings: Settings
    earlier_release: str | None = None

    @property
    def release_id(self) -> str:
        """Name the release: the same recipe has the same name, whatever order it was given in."""
        return digest(
            pipeline_version(),
            suites_digest(),
            self.settings,
            *(f"{item.name}\n{item.source_id}" for item in self.inventory.inputs),
            *map(str, self.inventory.problems),
            "bibliography",
            *(item.source_id for item in self.bibliography),
            *(("earlier", self.earlier_release) if self.earlier_release else ()),
        )[:RELEASE_ID_DIGITS]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as it lies on the disk, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_json(value: object) -> str:
    """Write JSON as every file of a release has it: indented, with a final newline."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def build_manifest(
    recipe: Recipe, forms: Mapping[str, str | None], rows: Mapping[str, int], release: Path
) -> dict[str, Any]:
    """Describe a release whose other files are all written."""
    return {
        "release_id": recipe.release_id,
        "pipeline_version": pipeline_version(),
        "libraries": library_versions(),
        "settings": recipe.settings.model_dump(),
        "inputs": [
            {**_describe(item), "form": forms.get(item.source_id)}
            for item in sorted(recipe.inventory.inputs, key=lambda item: item.name)
        ],
        "not_read": [
            {"name": problem.name, "reason": problem.reason}
            for problem in recipe.inventory.problems
        ],
        "bibliography": [_describe(item) for item in recipe.bibliography],
        "earlier_release": recipe.earlier_release,
        "tables": dict(rows),
        "card": parse_card((release / CARD).read_text(encoding="utf-8")).digests(),
        "files": {
            path.relative_to(release).as_posix(): {
                "sha256": sha256(path),
                "bytes": path.stat().st_size,
            }
            for path in sorted(release.rglob("*"))
            if path.is_file()
        },
    }


def _describe(item: Input) -> dict[str, Any]:
    return {"name": item.name, "sha256": item.source_id, "bytes": item.n_bytes}


def read_manifest(release: Path) -> dict[str, Any]:
    """Read the manifest of a release."""
    manifest: dict[str, Any] = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def identify_files(paths: Sequence[Path]) -> tuple[Input, ...]:
    """Hash bibliography files, in the order given: it decides which one is believed."""
    return tuple(Input(path, path.name, sha256(path), path.stat().st_size) for path in paths)
