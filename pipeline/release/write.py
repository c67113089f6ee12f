"""Writing a release into a staging folder, in the order in which its files depend on each other."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.release.card import dataset_card
from shortscience.pipeline.release.croissant import croissant
from shortscience.pipeline.release.manifest import CARD, MANIFEST, Recipe, build_manifest, to_json
from shortscience.pipeline.release.parquet import count_rows, scan_table, write_table
from shortscience.pipeline.release.pictures import write_pictures
from shortscience.pipeline.release.tables import build_tables
from shortscience.pipeline.release.validation import Outcome
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.inputs import Input


def write_tables(
    inputs: Sequence[Input], shards: Shards, identified: Identified, staging: Path
) -> None:
    """Write the Parquet files by this process, which fetches what was found.

    Several are written at once: each is compressed by one thread.
    """
    tables = build_tables(inputs, shards, identified, staging)
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        list(
            pool.map(lambda table: write_table(tables[table.name], table, staging), TABLES.values())
        )


def write_metadata(recipe: Recipe, outcome: Outcome, staging: Path) -> dict[str, int]:
    """Write everything beside the Parquet files; return the number of rows per table."""
    rows = {name: count_rows(staging, name) for name in TABLES}
    write_pictures(staging)
    forms = scan_table(staging, "sources").select("source_id", "form").collect()
    told = recipe.release_id, recipe.settings.release
    # Both read all tables, by code that lets other threads run.
    with ThreadPoolExecutor(2) as pool:
        card = pool.submit(dataset_card, staging, rows, *told)
        described = pool.submit(croissant, staging, *told)
    for name, content in (
        ("validation.json", to_json(outcome.report)),
        (CARD, card.result()),
        ("croissant.json", to_json(described.result())),
    ):
        (staging / name).write_text(content, encoding="utf-8")
    manifest = build_manifest(recipe, dict(forms.iter_rows()), rows, staging)
    (staging / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
    return rows
