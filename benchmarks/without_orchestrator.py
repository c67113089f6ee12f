"""The build without Prefect: the same stages, in one process, for comparison."""

import sys
from pathlib import Path
from threading import Thread

from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.papers.stage import identify
from shortscience.pipeline.release.data_docs import write_data_docs
from shortscience.pipeline.release.manifest import Recipe
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.validation import load_great_expectations, validate
from shortscience.pipeline.release.write import write_metadata
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards, cut_batches
from shortscience.pipeline.sources.inputs import take_inventory


def build(raw: str, out: Path) -> Path:
    """Build a release and return its folder."""
    Thread(target=load_great_expectations).start()
    settings = Settings()
    store = Store(out)
    with store.locked(), store.staging() as scratch, store.staging() as staging:
        engine = LocalEngine(1, scratch)
        recipe = Recipe(take_inventory([raw], store.spool), (), settings)
        batches = cut_batches(recipe.inventory.distinct)
        for batch in batches:
            build_shards(batch, settings, store.shards)
        shards = Shards.of(batches, settings, store.shards)
        verdicts = engine.find_duplicates(shards, None, settings).verdicts
        n_parts = engine.n_parts(len(verdicts))
        papers = identify(
            shards, verdicts, [], settings.papers, n_parts=n_parts, tasks=engine.tasks
        )
        engine.write_tables(recipe.inventory.distinct, shards, papers, staging)
        outcome = validate(staging)
        write_data_docs(outcome, store.validation(recipe.release_id))
        write_metadata(recipe, outcome, staging)
        release = store.commit(staging, recipe.release_id)
        store.point_latest_to(recipe.release_id)
        return release


if __name__ == "__main__":
    build(sys.argv[1], Path(sys.argv[2]))
