"""How a release is made: the stages of a build, in order, and what each gets from those before.

This is the only place that composes them. The command and the library run it directly; the flow
runs it with an observer that makes a task of each step.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Thread

from shortscience.pipeline.duplicates import find
from shortscience.pipeline.duplicates.outcomes import Duplicates
from shortscience.pipeline.engines import Engine, Runner
from shortscience.pipeline.errors import ValidationError
from shortscience.pipeline.folders import keep_only
from shortscience.pipeline.observer import Observer
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.linking.title_index import title_folder
from shortscience.pipeline.papers.stage import Found, identify_records
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.data_docs import write_data_docs
from shortscience.pipeline.release.earlier import Earlier
from shortscience.pipeline.release.evidence import write_evidence
from shortscience.pipeline.release.notices import notices
from shortscience.pipeline.release.paper_evidence import write_paper_evidence
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.release.validation import Outcome, load_great_expectations, validate
from shortscience.pipeline.release.write import write_metadata
from shortscience.pipeline.release.yields import check_yields
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Batch, Shards, cut_batches, is_built, prune


def make_release(
    recipe: Recipe,
    store: Store,
    engine: Engine,
    observer: Observer,
    parameters: BuildParameters,
) -> None:
    """Make the release of a recipe in a store.

    Raises ValidationError when the data does not meet its expectations, and LostFormError when a
    form of dumps gives no records any more.
    """
    Thread(target=load_great_expectations).start()  # takes seconds, and is needed in the end
    settings = recipe.settings
    with store.staging() as staging:
        shards = process_batches(recipe, store, engine, observer, parameters.batch_bytes)
        copies = observer.step(
            "finding duplicates", find_copies, shards, recipe.earlier, settings, engine
        )
        bibliography = observer.step(
            "indexing bibliographies", index_bibliography, recipe, store.bibliography
        )
        papers = observer.step(
            "identifying papers", identify_papers, shards, copies, bibliography, settings, engine
        )
        inputs = recipe.inventory.distinct
        observer.step(
            "writing tables", write_tables, inputs, shards, copies.outcomes, papers, staging, engine
        )
        write_evidence(copies.evidence, store.evidence(recipe.release_id))
        write_paper_evidence(papers, store.release(recipe.release_id), engine.tasks)
        check_yields(staging, store.latest, parameters.allow_empty)
        outcome = observer.step("validating", validate, staging)
        require_success(outcome, recipe, store, staging, observer)
        observer.step("releasing", release, recipe, outcome, staging, store)
    prune(store.shards, shards)


def process_batches(
    recipe: Recipe, store: Store, engine: Engine, observer: Observer, batch_bytes: int
) -> Shards:
    """Read, clean, extract and sign all records, batch by batch, several at once."""
    batches = cut_batches(recipe.inventory.distinct, batch_bytes)
    missing = [batch for batch in batches if not is_built(batch, recipe.settings, store.shards)]
    with engine.runner(len(missing)) as run:
        process = partial(
            process_batch,
            missing=frozenset(missing),
            settings=recipe.settings,
            folder=store.shards,
            run=run,
        )
        observer.each("cleaning and extracting", process, batches)
    return Shards.of(batches, recipe.settings, store.shards)


def process_batch(
    batch: Batch, *, missing: frozenset[Batch], settings: Settings, folder: Path, run: Runner
) -> bool:
    """Build the shards of one batch, unless an earlier build left them: then return False."""
    return batch in missing and run(batch, settings, folder)


def find_copies(
    shards: Shards, earlier: Path | None, settings: Settings, engine: Engine
) -> Duplicates:
    """Find the records that carry the same summary."""
    return find.find_copies(shards, Earlier(earlier) if earlier else None, settings, engine)


def index_bibliography(recipe: Recipe, cache: Path) -> list[Index]:
    """Index the bibliography files that are not indexed yet; forget those of other files."""
    indexes = [index_file(item.path, item.source_id, cache) for item in recipe.bibliography]
    if indexes:
        used = [*(index.folder for index in indexes), title_folder(indexes, cache)]
        keep_only(cache, {folder.name for folder in used})
    return indexes


def identify_papers(
    shards: Shards,
    copies: Duplicates,
    bibliography: Sequence[Index],
    settings: Settings,
    engine: Engine,
) -> Found:
    """Find out which papers are summarised and cited."""
    n_parts = engine.n_parts(len(copies.outcomes))
    return identify_records(
        shards, copies.outcomes, bibliography, settings.papers, n_parts, engine.tasks
    )


def require_success(
    outcome: Outcome, recipe: Recipe, store: Store, staging: Path, observer: Observer
) -> None:
    """Write the pages of a validation; raise ValidationError if something did not pass."""
    index = write_data_docs(outcome, store.validation(recipe.release_id))
    lines = [f"- {failure}" for failure in outcome.failed] or ["Every expectation was met."]
    observer.show("validation", "\n".join(["# Validation", *lines]))
    if outcome.failed:
        about_inputs = notices(staging, recipe.inventory.problems)
        raise ValidationError(outcome.failed, str(index), about_inputs)


def release(recipe: Recipe, outcome: Outcome, staging: Path, store: Store) -> None:
    """Describe the tables, and make the staged folder a release."""
    write_metadata(recipe, outcome, staging)
    store.commit(staging, recipe.release_id)
