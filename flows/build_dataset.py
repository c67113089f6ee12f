"""The flow `build-dataset`: the build, with each of its steps as a task of Prefect."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from prefect.tasks import Task

from shortscience.flows.notification import notify
from shortscience.pipeline.build import BuildResult, build
from shortscience.pipeline.observer import (
    ATTEMPTS,
    SECONDS_BETWEEN_ATTEMPTS,
    Observer,
    may_pass,
)
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.diff_text import to_markdown

Item = TypeVar("Item")
Result = TypeVar("Result")

_RETRIED: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # what a step reuses it finds by names that hash all its input
    "retries": ATTEMPTS - 1,
    "retry_delay_seconds": SECONDS_BETWEEN_ATTEMPTS,
    "retry_condition_fn": lambda _task, _run, state: may_pass(state.result(raise_on_failure=False)),
}


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
    result = run_build(build)
    if result["former"]:
        # The release is made: whether the difference can be shown decides nothing any more.
        show_difference(Path(result["former"]), build.folder / "latest", return_state=True)
    show_result(result)
    return result


def run_build(parameters: BuildParameters) -> BuildResult:
    """Run the build with an observer that makes a task of each step."""
    return build(parameters, PrefectObserver())


class PrefectObserver(Observer):
    """Runs each step of a build as a task of the current flow run."""

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
        self.progress(stage, 0, 1)
        result: Result = step(*arguments)
        self.progress(stage, 1, 1)
        return result

    def each(
        self,
        stage: str,
        function: Callable[[Item], object],
        items: Sequence[Item],
        at_once: int,  # noqa: ARG002 - the engine lets tasks wait
    ) -> None:
        """Run a task for each item."""
        artifact = create_progress_artifact(0.0, key="batches", description="Batches processed")
        futures = [process_batch.submit(function, item) for item in items]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            self.progress(stage, done, len(futures))
            if done == len(futures) or done % 8 == 0:
                update_progress_artifact(artifact, 100 * done / len(futures))  # type: ignore[arg-type]

    def show(self, key: str, page: str) -> None:
        """Keep a page as an artifact of the run."""
        create_markdown_artifact(page, key=key)


@task(task_run_name="{batch}", **_RETRIED)
def process_batch(process: Callable[[Any], object], batch: Any) -> State[None]:
    """Process one batch; the state says whether it was there already."""
    return Completed(name="Completed" if process(batch) else "Cached")


@task(cache_policy=NO_CACHE)
def show_difference(former: Path, release: Path) -> None:
    """Say in an artifact what is new since the former release."""
    create_markdown_artifact(to_markdown(compare(former, release)), key="difference")


def show_result(result: BuildResult) -> None:
    """Say what the release holds, in a table artifact and in the log."""
    rows = [{"table": name, "rows": count} for name, count in result["tables"].items()]
    create_table_artifact(rows, key="release", description=f"Release {result['release_id']}")
    logger = get_run_logger()
    for notice in result["notices"]:
        logger.warning(notice)
    for former in result["pruned"]:
        logger.info("Release %s was removed: newer ones are kept", former)
    logger.info("Release %s is at %s", result["release_id"], result["release"])
