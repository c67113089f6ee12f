"""The build: raw dumps in, one validated release out.

This module decides what needs doing, which takes a fraction of a second, and switches `latest` at
the end. The steps that make a release are in `stages`, which is imported only when there is a
release to make.
"""

import os
from pathlib import Path
from typing import Any, TypedDict

from shortscience.pipeline import engines
from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.errors import NothingNewError, full_disk_named
from shortscience.pipeline.garbage import uncollected
from shortscience.pipeline.object_store import is_url, put
from shortscience.pipeline.observer import Observer
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.manifest import read_manifest
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.validator import validator
from shortscience.pipeline.stock import take_stock


class BuildResult(TypedDict):
    """The result of a build.

    `tables` maps each table, and `records` each status, to a row count. `former` is the folder of
    the previous latest release, if there was another one and it is still there. If an earlier
    release already holds all records, nothing is released and `release_id` is null.
    """

    release_id: str | None
    release: str | None
    unchanged: bool
    tables: dict[str, int]
    records: dict[str, int]
    notices: list[str]
    pruned: list[str]
    former: str | None


def build(parameters: BuildParameters, observer: Observer | None = None) -> BuildResult:
    """Build a release from raw dumps, unless it exists already or would hold nothing new.

    Raises a ShortScienceError whose message says what to do. On any failure, `latest` stays where
    it is.
    """
    try:
        return build_release(parameters, observer)
    except NothingNewError as nothing:
        return _no_release(nothing)


def build_release(parameters: BuildParameters, observer: Observer | None = None) -> BuildResult:
    """Build as `build` does, but raise NothingNewError if there is nothing new to release."""
    observer = observer or Observer()
    store = Store(parameters.folder)
    with full_disk_named(parameters.folder), store.locked():
        recipe = observer.step_with_retries("reading inputs", take_stock, parameters)
        former = _former(store, recipe.release_id)
        unchanged = store.has(recipe.release_id)
        if not unchanged:
            _make(recipe, parameters, store, observer)
        store.point_latest_to(recipe.release_id)
        release = store.release(recipe.release_id)
        if is_url(parameters.out):
            put(release, recipe.release_id, parameters.out)
        if former:
            observer.replaced(former, release)
        pruned = store.keep_newest(parameters.keep) if parameters.keep else []
        return _result(
            recipe, release, parameters.out, former=former, unchanged=unchanged, pruned=pruned
        )


def _former(store: Store, release_id: str) -> Path | None:
    """Return the folder of the latest release, if there is another one than that of this build."""
    former = store.latest.resolve()
    return former if former.exists() and former.name != release_id else None


def _make(recipe: Recipe, parameters: BuildParameters, store: Store, observer: Observer) -> None:
    n_batches = len(cut_batches(recipe.inventory.distinct, parameters.batch_bytes))
    with (
        store.staging() as scratch,
        validator() as validate,
        engines.running(parameters.engine, parameters.workers, scratch) as engine,
    ):
        # Processes start first: their imports take longest, and run while this process imports.
        # Where batches keep all cores busy, the validator starts behind them, when one is free.
        # With the shards of an earlier build, few batches may be missing.
        is_first = not store.shards.exists()
        if is_first:
            engine.start(n_batches)
        if not is_first or min(n_batches, parameters.workers) < (os.cpu_count() or 1):
            validate.start()
        with uncollected():
            from shortscience.pipeline.stages import make_release
        make_release(recipe, store, engine, observer, validate, parameters)


def _no_release(nothing: NothingNewError) -> BuildResult:
    return BuildResult(
        release_id=None,
        release=None,
        unchanged=True,
        tables={},
        records={"rejected": nothing.n_records},
        notices=[str(nothing)],
        pruned=[],
        former=None,
    )


def _result(
    recipe: Recipe,
    release: Path,
    out: str,
    *,
    former: Path | None,
    unchanged: bool,
    pruned: list[str],
) -> BuildResult:
    manifest: dict[str, Any] = read_manifest(release)
    return BuildResult(
        release_id=recipe.release_id,
        release=f"{out}/releases/{recipe.release_id}" if is_url(out) else str(release),
        unchanged=unchanged,
        tables=manifest["tables"],
        records=manifest["records"],
        notices=manifest["notices"],
        pruned=pruned,
        former=str(former) if former and former.name not in pruned else None,
    )
