"""Writing a release into a staging folder, in the order of the files' dependencies."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shortscience.pipeline.layout import MANIFEST
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.card import dataset_card
from shortscience.pipeline.release.croissant import croissant
from shortscience.pipeline.release.manifest import CARD, build_manifest, to_json
from shortscience.pipeline.release.notices import notices
from shortscience.pipeline.release.parquet import count_rows, scan_table
from shortscience.pipeline.release.pictures import write_pictures
from shortscience.pipeline.release.validation import SuiteResults
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.sources.inputs import Problem


def write_descriptions(recipe: Recipe, staging: Path) -> None:
    """Write the card, its pictures and the Croissant metadata of the tables."""
    rows = {name: count_rows(staging, name) for name in TABLES}
    write_pictures(staging)
    described = recipe.release_id, recipe.settings.release
    # Both read all tables, in code that releases the GIL.
    with ThreadPoolExecutor(2) as pool:
        card = pool.submit(dataset_card, staging, rows, *described)
        metadata = pool.submit(croissant, staging, *described)
    (staging / CARD).write_text(card.result(), encoding="utf-8")
    (staging / "croissant.json").write_text(to_json(metadata.result()), encoding="utf-8")


def write_results(
    recipe: Recipe, results: SuiteResults, problems: Sequence[Problem], staging: Path
) -> None:
    """Write the results of the validation and, last of all files, the manifest.

    `problems` are unusable pieces of the inputs.
    """
    (staging / "validation.json").write_text(to_json(results.report), encoding="utf-8")
    forms = scan_table(staging, "sources").select("source_id", "form").collect()
    by_status = scan_table(staging, "records").group_by("status").len().sort("status").collect()
    manifest = build_manifest(
        recipe,
        staging,
        forms=dict(forms.iter_rows()),
        rows={name: count_rows(staging, name) for name in TABLES},
        records=dict(by_status.iter_rows()),
        problems=problems,
        notices=notices(staging, problems, recipe.inventory.files),
    )
    (staging / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
