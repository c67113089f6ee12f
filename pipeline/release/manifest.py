"""The manifest of a release: its inputs, settings, code and contents."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.layout import MANIFEST
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.card_parts import parse_card
from shortscience.pipeline.sources.inputs import Input, Problem

CARD = "README.md"


def to_json(value: object) -> str:
    """Format JSON as in all files of a release: indented, with a final newline."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def build_manifest(
    recipe: Recipe,
    release: Path,
    *,
    forms: Mapping[str, str | None],
    rows: Mapping[str, int],
    records: Mapping[str, int],
    problems: Sequence[Problem],
    notices: Sequence[str],
) -> dict[str, Any]:
    """Describe a release whose other files are all written.

    `forms` maps sources to forms, `rows` tables to row counts, `records` statuses to record counts;
    `problems` are unusable pieces of the inputs, and `notices` sentences for a person.
    """
    return {
        "release_id": recipe.release_id,
        "pipeline_version": recipe.pipeline_version,
        "libraries": recipe.libraries,
        "settings": recipe.settings.model_dump(),
        "inputs": [
            {**_describe(item), "form": forms.get(item.source_id)}
            for item in sorted(recipe.inventory.inputs, key=lambda item: item.name)
        ],
        "not_read": [{"name": problem.name, "reason": problem.reason} for problem in problems],
        "bibliography": [_describe(item) for item in recipe.bibliography],
        "catalogues": [_describe(item) for item in recipe.catalogues],
        "earlier_release": recipe.earlier_release,
        "tables": dict(rows),
        "records": dict(records),
        "notices": list(notices),
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
