"""The flow `build-dataset`: the build, with each of its steps as a Prefect task."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from shortscience.flows.ending import end_tasks
from shortscience.flows.notification import notify
from shortscience.pipeline.build import BuildResult
from shortscience.pipeline.build import build as run_build
from shortscience.pipeline.counting import counted
from shortscience.pipeline.errors import is_transient
from shortscience.pipeline.layers import LAYERS
from shortscience.pipeline.observer import (
    ATTEMPTS,
    SECONDS_BETWEEN_ATTEMPTS,
    Observer,
)
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.diff_text import to_markdown

_MAX_NOTICES = 20
_SECONDS_ASLEEP = 0.2

Item = TypeVar("Item")
Result = TypeVar("Result")

_RETRIED: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # steps find earlier results themselves, by the hash of their input
    "retries": ATTEMPTS - 1,
    "retry_delay_seconds": SECONDS_BETWEEN_ATTEMPTS,
    "retry_condition_fn": lambda _task, _run, state: is_transient(
        state.result(raise_on_failure=False)
    ),
}


@flow(
    name="build-dataset",
    task_runner=ThreadPoolTaskRunner(max_workers=64),  # type: ignore[arg-type]
    log_prints=False,
    on_failure=[notify],
    on_crashed=[end_tasks, notify],
)
def build_dataset(build: BuildParameters = BuildParameters()) -> BuildResult:  # noqa: B008 - shown as the default on Prefect's pages
    """Build a release from raw dumps, unless it exists already.

    Raises ValidationError if the data fails its expectations; `latest` stays where it is.
    """
    observer = PrefectObserver()
    result = run_build(build, observer)
    if result["release_id"]:
        show_result(result, observer.seconds)
    # Return the result in the state, which is what the caller gets.
    return cast(BuildResult, Completed(data=result, message=sum_up(result)))


class PrefectObserver(Observer):
    """Runs each step of a build as a task of the current flow run.

    `seconds` maps each finished stage to its duration.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def step(self, stage: str, function: Callable[..., Result], /, *arguments: object) -> Result:
        """Run one step as a task, named after its function."""
        return self._run_task(stage, Task(function, cache_policy=NO_CACHE), arguments)

    def step_with_retries(
        self, stage: str, function: Callable[..., Result], /, *arguments: object
    ) -> Result:
        """Run one step as a task that Prefect retries."""
        return self._run_task(stage, Task(function, **_RETRIED), arguments)

    def _run_task(
        self, stage: str, step: Callable[..., Result], arguments: tuple[object, ...]
    ) -> Result:
        with self._timed(stage):
            return step(*arguments)

    def each(
        self,
        stage: str,
        function: Callable[[Item], Sequence[str]],
        items: Sequence[Item],
        at_once: int,
    ) -> None:
        """Run a task per item, up to `at_once` concurrently."""
        artifact = create_progress_artifact(0.0, key="batches", description="Batches processed")
        made: Counter[str] = Counter()
        with self._timed(stage):
            for done, layers in enumerate(_process_batches(function, items, at_once), 1):
                made[describe_made(layers)] += 1
                if done == len(items) or done % 8 == 0:
                    update_progress_artifact(artifact, 100 * done / len(items))  # type: ignore[arg-type]
        for what, batches in sorted(made.items()):
            get_run_logger().info("%s batches: %s", f"{batches:,}", what)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
        get_run_logger().info("%s took %.1f s", stage.capitalize(), self.seconds[stage])

    def replaced(self, former: Path, release: Path) -> None:
        """Show what changed."""
        # The release is complete, so a failure to show the difference must not fail the run.
        show_difference(former, release, return_state=True)

    def show(self, key: str, page: str) -> None:
        """Keep a page as an artifact of the run."""
        create_markdown_artifact(page, key=key)


def _process_batches(
    function: Callable[[Item], Sequence[str]], batches: Sequence[Item], at_once: int
) -> Iterator[Sequence[str]]:
    """Yield the layers made of each batch; start no further batch after a failure."""
    ended: SimpleQueue[PrefectFuture[Any]] = SimpleQueue()
    for number, batch in enumerate(batches, 1):
        if number > at_once:
            yield _next(ended).result()
        name = f"batch {number} of {len(batches)}: {batch}"
        process_batch.submit(function, batch, name).add_done_callback(ended.put)
    for _ in batches[:at_once]:
        yield _next(ended).result()


def _next(queue: "SimpleQueue[Result]") -> Result:
    """Wait for the next result, letting this thread be interrupted meanwhile."""
    while True:
        with suppress(Empty):
            return queue.get(timeout=_SECONDS_ASLEEP)


@task(task_run_name="{name}", **_RETRIED)
def process_batch(
    process: Callable[[Any], Sequence[str]],
    batch: Any,
    name: str,  # noqa: ARG001 - the task run's
) -> State[Sequence[str]]:
    """Process one batch; the state says which of its layers existed already."""
    made = process(batch)
    return Completed(name="Completed" if made else "Cached", message=describe_made(made), data=made)


def describe_made(layers: Sequence[str]) -> str:
    """Describe which layers of a batch were made, and which existed already."""
    reused = [layer for layer in LAYERS if layer not in layers]
    parts = [("made", layers), ("reused", reused)]
    return "; ".join(f"{what} {', '.join(names)}" for what, names in parts if names)


@task(cache_policy=NO_CACHE)
def show_difference(former: Path, release: Path) -> None:
    """Show the changes since the former release in an artifact."""
    create_markdown_artifact(to_markdown(compare(former, release)), key="difference")


def show_result(result: BuildResult, seconds: Mapping[str, float]) -> None:
    """Show the contents and costs of a release in table artifacts and in the log."""
    rows = [{"table": name, "rows": count} for name, count in result["tables"].items()]
    create_table_artifact(rows, key="release", description=sum_up(result))
    n_records = sum(result["records"].values())
    stages = [
        {"stage": stage, "seconds": round(took, 2), "records/s": round(n_records / took)}
        for stage, took in seconds.items()
    ]
    create_table_artifact(
        stages, key="stages", description=f"Stages, of {counted(n_records, 'record')}"
    )
    logger = get_run_logger()
    for notice in result["notices"][:_MAX_NOTICES]:
        logger.warning(notice)
    if more := len(result["notices"][_MAX_NOTICES:]):
        told = counted(more, "more notice")
        logger.warning("%s; see the tables sources and records", told)
    for former in result["pruned"]:
        logger.info("Release %s was removed (keep)", former)
    for table, count in result["tables"].items():
        logger.info("%s: %s", table, counted(count, "row"))
    for row in stages:
        logger.info("%(stage)s: %(seconds)s s, %(records/s)s records/s", row)
    logger.info("%s It is at %s", sum_up(result), result["release"])


def sum_up(result: BuildResult) -> str:
    """Describe a build's result in a sentence."""
    if result["release_id"] is None:
        return " ".join(result["notices"])
    counts = result["records"]
    numbers = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    unchanged = " was there already" if result["unchanged"] else ""
    return (
        f"Release {result['release_id']}{unchanged}: {counted(sum(counts.values()), 'record')} read"
        f" ({numbers}), {counted(len(result['notices']), 'notice')}."
    )
