"""The flow `publish-dataset`: send one release to the Hugging Face Hub in one commit."""

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from shortscience.flows.notification import notify
from shortscience.pipeline.parameters import PublishParameters
from shortscience.pipeline.publishing.publish import (
    Publication,
    Target,
    connect,
    plan_publication,
    publish,
)
from shortscience.pipeline.release.store import open_dataset


@flow(name="publish-dataset", log_prints=False, on_failure=[notify], on_crashed=[notify])
def publish_dataset(publish: PublishParameters) -> dict[str, Any]:
    """Publish a release that passed validation, unless it is published already."""
    done = send(publish)
    show(done, dry_run=publish.dry_run)
    return done.to_dict()


@task(cache_policy=NO_CACHE)
def send(parameters: PublishParameters) -> Publication:
    """Make the commit and its tag; transient failures are retried inside."""
    target = Target(**parameters.model_dump(exclude={"dataset", "dry_run"}))
    act = plan_publication if parameters.dry_run else publish
    return act(open_dataset(Path(parameters.dataset)), target, connect())


def show(done: Publication, *, dry_run: bool) -> None:
    """Show what changed or, after a dry run, what would change, in an artifact and in the log."""
    plan = done.plan
    rows = [
        f"| {what} | `{path}` |"
        for what in ("added", "changed", "deleted")
        for path in getattr(plan, what)
    ]
    where = done.pull_request or (f"{done.url}/commit/{done.commit}" if done.commit else done.url)
    title = f"Release {done.release_id}{' (a dry run: nothing was sent)' if dry_run else ''}"
    heading = [f"# {title}", f"<{where}>", "| what | file |\n| --- | --- |"]
    page = "\n\n".join(heading) + "\n" + "\n".join(rows)
    create_markdown_artifact(page, key="publication")
    get_run_logger().info("%s: %s", title, where)
