"""The flow `build-dataset`: raw dumps in, one validated release out."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import polars as pl
from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import as_completed
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner

from shortscience.flows.notification import notify
from shortscience.pipeline import engines
from shortscience.pipeline.duplicates.find import Duplicates
from shortscience.pipeline.errors import ValidationError
from shortscience.pipeline.folders import keep_only
from shortscience.pipeline.object_store import fetch, is_url, put
from shortscience.pipeline.object_store import prune as prune_fetched
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.linking.title_index import title_folder
from shortscience.pipeline.papers.stage import Identified
from shortscience.pipeline.papers.stage import identify as identify_records
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.progress import report
from shortscience.pipeline.release.data_docs import write_data_docs
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.diff_text import to_markdown
from shortscience.pipeline.release.earlier import Earlier
from shortscience.pipeline.release.evidence import write_evidence
from shortscience.pipeline.release.manifest import Recipe, identify_files, read_manifest
from shortscience.pipeline.release.notices import notices
from shortscience.pipeline.release.paper_evidence import write_paper_evidence
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.release.store import Store, open_dataset
from shortscience.pipeline.release.validation import Outcome, validate
from shortscience.pipeline.release.write import write_metadata
from shortscience.pipeline.release.yields import check_yields
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Batch, Shards, cut_batches, prune
from shortscience.pipeline.sources.inputs import take_inventory


class BuildResult(TypedDict):
    """What a build answers."""

    release_id: str
    release: str
    unchanged: bool
    tables: dict[str, int]
    records: dict[str, int]
    notices: list[str]
    pruned: list[str]


@flow(
    name="build-dataset",
    task_runner=ThreadPoolTaskRunner(max_workers=64),  # type: ignore[arg-type]
    log_prints=False,
    on_failure=[notify],
    on_crashed=[notify],
)
def build_dataset(build: BuildParameters = BuildParameters()) -> BuildResult:  # noqa: B008 - shown as the default on Prefect's pages
    """Build a release from raw dumps; do nothing if it is there already.

    Raises ValidationError when the data does not meet its expectations: `latest` stays where it is.
    """
    store = Store(build.folder)
    with store.locked():
        earlier = Earlier(open_dataset(Path(build.against))) if build.against else None
        recipe = take_stock(build, earlier)
        unchanged = store.has(recipe.release_id)
        if not unchanged:
            with (
                store.staging() as scratch,
                engines.start(build.engine, build.workers, scratch) as engine,
                store.staging() as staging,
            ):
                shards = process_batches(recipe, build, store, engine)
                duplicates = deduplicate(shards, earlier, recipe.settings, engine)
                build_release(recipe, shards, duplicates, staging, store, build.allow_empty, engine)
            prune(store.shards, shards)
        former = store.latest.resolve() if store.latest.exists() else None
        store.point_latest_to(recipe.release_id)
        if former and not unchanged:
            # The release is made: whether the difference can be told decides nothing any more.
            tell_difference(former, store.release(recipe.release_id), return_state=True)
        if is_url(build.out):
            put(store.release(recipe.release_id), recipe.release_id, build.out)
        pruned = store.keep_newest(build.keep) if build.keep else []
        return summarise(recipe, store, build.out, unchanged=unchanged, pruned=pruned)


@task(
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=lambda *a: _may_pass(a[2]),
)
def take_stock(build: BuildParameters, earlier: Earlier | None) -> Recipe:
    """Find and hash the inputs: all that decides the release."""
    report("reading inputs", 0)
    store = Store(build.folder)
    urls = {name for name in build.raw if is_url(name)}
    prune_fetched(store.fetched, urls)
    raw = [str(fetch(name, store.fetched)) if name in urls else name for name in build.raw]
    inventory = take_inventory(raw, store.spool)
    bibliography = identify_files([Path(name) for name in build.bibliography])
    report("reading inputs", 1)
    return Recipe(inventory, bibliography, build.settings, earlier.release_id if earlier else None)


def process_batches(
    recipe: Recipe, build: BuildParameters, store: Store, engine: engines.Engine
) -> Shards:
    """Clean, extract and sign all records, batch by batch, several at once."""
    batches = cut_batches(recipe.inventory.distinct, build.batch_bytes)
    artifact = create_progress_artifact(0.0, key="batches", description="Batches processed")
    report("cleaning and extracting", 0, len(batches))
    with engine.runner(len(batches)) as run:
        futures = [
            process_batch.submit(batch, recipe.settings, store.shards, run) for batch in batches
        ]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            report("cleaning and extracting", done, len(batches))
            if done == len(batches) or done % 8 == 0:
                update_progress_artifact(artifact, 100 * done / len(batches))  # type: ignore[arg-type]
    return Shards.of(batches, recipe.settings, store.shards)


def _may_pass(state: State[Any]) -> bool:
    """Whether what failed may work a moment later: a disk or a network that did not answer."""
    error = state.result(raise_on_failure=False)
    lasting = {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EROFS, errno.EDQUOT}
    return isinstance(error, OSError) and error.errno not in lasting


@task(
    task_run_name="batch of {batch.n_bytes} bytes",
    cache_policy=NO_CACHE,  # a shard's name is the cache key, and the shard is the result
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=lambda _task, _run, state: _may_pass(state),
)
def process_batch(
    batch: Batch, settings: Settings, folder: Path, run: engines.Runner
) -> State[None]:
    """Build the shards of one batch that are not there from an earlier build."""
    computed = run(batch, settings, folder)
    return Completed(name="Completed" if computed else "Cached")


def build_release(
    recipe: Recipe,
    shards: Shards,
    duplicates: Duplicates,
    staging: Path,
    store: Store,
    allow_empty: Sequence[str],
    engine: engines.Engine,
) -> None:
    """Identify papers, then write, validate and commit the release."""
    bibliography = index_bibliography(recipe, store.bibliography)
    found = identify(shards, duplicates.verdicts, bibliography, recipe.settings, engine)
    write(recipe, shards, found, staging, engine)
    write_evidence(duplicates.evidence, store.evidence(recipe.release_id))
    write_paper_evidence(found, store.release(recipe.release_id), engine.tasks)
    check_yields(staging, store.latest, allow_empty)
    outcome = check(staging)
    index = write_data_docs(outcome, store.validation(recipe.release_id))
    _show_outcome(outcome)
    if outcome.failed:
        about_inputs = notices(staging, recipe.inventory.problems)
        raise ValidationError(outcome.failed, str(index), about_inputs)
    report("releasing", 0)
    write_metadata(recipe, outcome, staging)
    store.commit(staging, recipe.release_id)
    report("releasing", 1)


@task(cache_policy=NO_CACHE)
def deduplicate(
    shards: Shards,
    earlier: Earlier | None,
    settings: Settings,
    engine: engines.Engine,
) -> Duplicates:
    """Find the records that carry one summary."""
    report("finding duplicates", 0)
    found = engine.find_duplicates(shards, earlier, settings)
    report("finding duplicates", 1)
    return found


@task(cache_policy=NO_CACHE)
def index_bibliography(recipe: Recipe, cache: Path) -> list[Index]:
    """Index the bibliography files that are not indexed yet."""
    report("indexing bibliographies", 0)
    indexes = [index_file(item.path, item.source_id, cache) for item in recipe.bibliography]
    if indexes:
        used = [*(index.folder for index in indexes), title_folder(indexes, cache)]
        keep_only(cache, {folder.name for folder in used})
    report("indexing bibliographies", 1)
    return indexes


@task(cache_policy=NO_CACHE)
def identify(
    shards: Shards,
    verdicts: pl.DataFrame,
    bibliography: Sequence[Index],
    settings: Settings,
    engine: engines.Engine,
) -> Identified:
    """Find out which papers are summarised and cited, and what summaries may be about."""
    report("identifying papers", 0)
    tasks, n_parts = engine.tasks, engine.n_parts(len(verdicts))
    found = identify_records(
        shards, verdicts, bibliography, settings.papers, n_parts=n_parts, tasks=tasks
    )
    report("identifying papers", 1)
    return found


@task(cache_policy=NO_CACHE)
def write(
    recipe: Recipe,
    shards: Shards,
    found: Identified,
    staging: Path,
    engine: engines.Engine,
) -> None:
    """Assemble the tables and write them as Parquet."""
    report("writing tables", 0)
    engine.write_tables(recipe.inventory.distinct, shards, found, staging)
    report("writing tables", 1)


@task(cache_policy=NO_CACHE)
def check(staging: Path) -> Outcome:
    """Run every expectation on the files as written."""
    report("validating", 0)
    outcome = validate(staging)
    report("validating", 1)
    return outcome


@task(cache_policy=NO_CACHE)
def tell_difference(former: Path, release: Path) -> None:
    """Say in an artifact what is new since the former release."""
    page = to_markdown(compare(former, release))
    create_markdown_artifact(page, key="difference")


def _show_outcome(outcome: Outcome) -> None:
    lines = [f"- {failure}" for failure in outcome.failed] or ["Every expectation was met."]
    create_markdown_artifact("\n".join(["# Validation", *lines]), key="validation")


def summarise(
    recipe: Recipe, store: Store, out: str, *, unchanged: bool, pruned: list[str]
) -> BuildResult:
    """Say what the release holds, in a table artifact and as the flow's result."""
    release = store.release(recipe.release_id)
    manifest = read_manifest(release)
    fates = scan_table(release, "records").group_by("status").len()
    result = BuildResult(
        release_id=recipe.release_id,
        release=f"{out}/releases/{recipe.release_id}" if is_url(out) else str(release),
        unchanged=unchanged,
        tables=manifest["tables"],
        records=dict(sorted(fates.collect().iter_rows())),
        notices=notices(release, recipe.inventory.problems),
        pruned=pruned,
    )
    rows: Sequence[dict[str, Any]] = [
        {"table": name, "rows": count} for name, count in result["tables"].items()
    ]
    create_table_artifact(list(rows), key="release", description=f"Release {recipe.release_id}")
    logger = get_run_logger()
    for notice in result["notices"]:
        logger.warning(notice)
    for former in pruned:
        logger.info("Release %s was removed: newer ones are kept", former)
    logger.info("Release %s is at %s", recipe.release_id, result["release"])
    return result
