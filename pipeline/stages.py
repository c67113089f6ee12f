"""The stages of a build, in order, and what each gets from those before.

Only this module composes them. The command line and the library run it directly; the flow runs it
with an observer that makes each step a task.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl

from shortscience.pipeline.admission import refusals
from shortscience.pipeline.batches import Batch, cut_batches
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.duplicates.outcomes import EARLIER, Duplicates
from shortscience.pipeline.engines import Engine, Runner
from shortscience.pipeline.errors import NoRecordsError, NothingNewError, ValidationError
from shortscience.pipeline.folders import keep_only
from shortscience.pipeline.observer import Observer
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.catalogue.file import read_catalogue
from shortscience.pipeline.papers.linking.text_index import index_folder
from shortscience.pipeline.papers.stage import identify_papers
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.copy_evidence import write_copy_evidence
from shortscience.pipeline.release.earlier import Earlier
from shortscience.pipeline.release.notices import notices
from shortscience.pipeline.release.paper_evidence import write_paper_evidence
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.release.validation import SuiteResults
from shortscience.pipeline.release.validator import Validator
from shortscience.pipeline.release.write import write_descriptions, write_results
from shortscience.pipeline.release.yields import check_yields
from shortscience.pipeline.report.validation import write_validation
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, missing_layers, prune
from shortscience.pipeline.sources.inputs import Problem


def make_release(
    recipe: Recipe,
    store: Store,
    engine: Engine,
    observer: Observer,
    validate: Validator,
    parameters: BuildParameters,
) -> None:
    """Make the release of a recipe in a store; `validate` runs the suites on its tables.

    Raises UsageError if a catalogue cannot be read, ValidationError if the data fails its
    expectations, LostFormError if a form of dumps stopped giving records, NoRecordsError if nothing
    was found, and NothingNewError if an earlier release has everything.
    """
    settings = recipe.settings
    catalogues = tuple(read_catalogue(item.path) for item in recipe.catalogues)
    earlier = Earlier(recipe.earlier) if recipe.earlier else None
    with store.staging() as staging:
        shards = process_batches(recipe, store, engine, observer, parameters.batch_bytes)
        validate.start()
        copies = observer.step("finding duplicates", find_copies, shards, earlier, settings, engine)
        outcomes = copies.outcomes
        require_something_new(recipe, shards, copies)
        bibliography = observer.step(
            "indexing bibliographies", index_bibliography, recipe, store.bibliography
        )
        papers = observer.step(
            "identifying papers",
            identify_papers,
            shards,
            outcomes,
            bibliography,
            catalogues,
            settings,
            engine,
        )
        inputs = recipe.inventory.distinct
        observer.step(
            "writing tables", write_tables, inputs, shards, outcomes, papers, staging, engine
        )
        check_yields(staging, store.latest, parameters.allow_empty)
        problems = all_problems(recipe, shards, bibliography)
        with ThreadPoolExecutor(1) as pool:
            # The suites run in a process of their own; meanwhile, this one describes the tables.
            described = pool.submit(write_descriptions, recipe, staging)
            results = observer.step("validating", validate, staging)
            require_success(results, problems, recipe, store, staging, observer)
            described.result()
        write_copy_evidence(copies.evidence, store.release(recipe.release_id))
        write_paper_evidence(papers, store.release(recipe.release_id))
        observer.step("releasing", release, recipe, results, problems, staging, store)
    prune(store.shards, shards)


def process_batches(
    recipe: Recipe, store: Store, engine: Engine, observer: Observer, batch_bytes: int
) -> Shards:
    """Read, clean, extract and sign all records, several batches at once."""
    batches = cut_batches(recipe.inventory.distinct, batch_bytes)
    missing = {batch: missing_layers(batch, recipe.settings, store.shards) for batch in batches}
    n_missing = sum(map(bool, missing.values()))
    with engine.runner(n_missing) as run:
        process = partial(
            process_batch,
            missing=missing,
            settings=recipe.settings,
            folder=store.shards,
            run=run,
        )
        at_once = max(1, min(engine.batches_at_once, n_missing))
        # Small batches last, so that workers end at about the same time.
        by_size = sorted(batches, key=lambda batch: batch.n_bytes, reverse=True)
        observer.each("cleaning and extracting", process, by_size, at_once)
    return Shards.of(batches, recipe.settings, store.shards)


def process_batch(
    batch: Batch,
    *,
    missing: Mapping[Batch, Sequence[str]],
    settings: Settings,
    folder: Path,
    run: Runner,
) -> Sequence[str]:
    """Build the missing shards of one batch; return their layers."""
    layers = missing[batch]
    if layers:
        run(batch, settings, folder)
    return layers


def require_something_new(recipe: Recipe, shards: Shards, copies: Duplicates) -> None:
    """Raise NoRecordsError if nothing was found, NothingNewError if all records are known."""
    if not len(copies.outcomes):
        rejected = shards.scan("records").select(pl.col("reason").drop_nulls().unique().sort())
        names = sorted(item.name for item in recipe.inventory.inputs)
        raise NoRecordsError(names, rejected.head(3).collect()["reason"].to_list())
    if (copies.outcomes["status"] == EARLIER).all():
        raise NothingNewError(len(copies.outcomes), recipe.earlier_release)


def index_bibliography(recipe: Recipe, cache: Path) -> list[Index]:
    """Index new bibliography files, and remove the indexes of files no longer in use."""
    indexes = [index_file(item.path, item.source_id, cache) for item in recipe.bibliography]
    if indexes:
        used = [*(index.folder for index in indexes), index_folder(indexes)]
        keep_only(cache, {folder.name for folder in used})
    return indexes


def all_problems(
    recipe: Recipe, shards: Shards, bibliography: Sequence[Index]
) -> tuple[Problem, ...]:
    """Return the unusable pieces of inputs and bibliographies, and facts that fit no column."""
    inventory = recipe.inventory
    names = {item.source_id: item.name for item in inventory.distinct}
    refused = refusals(shards.scan("refused").collect(), names, inventory.files)
    unread = (problem for index in bibliography for problem in index.problems)
    return (*inventory.problems, *refused, *unread)


def require_success(
    results: SuiteResults,
    problems: Sequence[Problem],
    recipe: Recipe,
    store: Store,
    staging: Path,
    observer: Observer,
) -> None:
    """Write the pages of a validation; raise ValidationError if an expectation failed."""
    index = write_validation(results.report, staging, store.validation(recipe.release_id))
    lines = [f"- {failure}" for failure in results.failed] or ["Every expectation was met."]
    observer.show("validation", "\n".join(["# Validation", *lines]))
    if results.failed:
        about_inputs = notices(staging, problems, recipe.inventory.files)
        raise ValidationError(results.failed, str(index), about_inputs)


def release(
    recipe: Recipe,
    results: SuiteResults,
    problems: Sequence[Problem],
    staging: Path,
    store: Store,
) -> None:
    """Write what was found, and make the staged folder a release."""
    write_results(recipe, results, problems, staging)
    store.commit(staging, recipe.release_id)
