"""`shortscience publish`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shortscience.commands import arguments

if TYPE_CHECKING:
    from shortscience.pipeline.publishing.publish import Publication


@click.command(
    epilog="""\b
Examples:
  shortscience publish --repo you/shortscience --dry-run   what would change
  shortscience publish --repo you/shortscience --private   the latest release, for you alone
  shortscience publish old/releases/3f2a91c08d1e5b77 --repo you/shortscience
                                                           a former release: roll back
""",
)
@arguments.dataset
@click.option("--repo", required=True, metavar="OWNER/NAME", help="The dataset repository.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--tag", metavar="T", help="Name of the version.  [default: the release's id]")
@click.option(
    "--create-pr",
    "--pull-request",
    "create_pr",
    is_flag=True,
    help="Open a pull request instead of committing to the main branch.",
)
@click.option("--private", is_flag=True, help="Make the repository private.")
@click.option(
    "--gated",
    type=click.Choice(["auto", "manual"]),
    help="Require readers to request access, granted automatically or manually.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def publish(
    dataset: Path,
    repo: str,
    dry_run: bool,
    tag: str | None,
    create_pr: bool,
    private: bool,
    gated: str | None,
    as_json: bool,
) -> None:
    """Publish a release to a dataset repository of Hugging Face, in one commit.

    DATASET is a release that passed validation. The token comes from HF_TOKEN or `hf auth login`.
    Unchanged files are not sent again, obsolete ones are deleted in the same commit, and parts of
    the card that were edited on the Hub stay. After a failure or interruption, run it again: the
    repository never shows half a release.
    """
    from shortscience.pipeline.publishing.publish import Target, connect, plan_publication
    from shortscience.pipeline.publishing.publish import publish as send
    from shortscience.pipeline.release.store import open_dataset

    target = Target(repo, tag, create_pr, private, gated)  # type: ignore[arg-type]
    act = plan_publication if dry_run else send
    done = act(open_dataset(dataset), target, connect())
    click.echo(json.dumps(done.to_dict()) if as_json else _describe(done, dry_run=dry_run))


def _describe(done: "Publication", *, dry_run: bool) -> str:
    plan = done.plan
    lines = [
        *(f"     add  {path}" for path in plan.added),
        *(f"  change  {path}" for path in plan.changed),
        *(f"  delete  {path}" for path in plan.deleted),
        *(f"    keep  {part or 'the introduction'} in README.md" for part in plan.kept_in_card),
        *(f"     tag  {tag}" for tag in [plan.tag] if tag),
        *("     set  private" for _ in [0] if plan.private),
        *(f"     set  gated ({gated})" for gated in [plan.gated] if gated),
    ]
    return "\n".join([*lines, _outcome(done, dry_run=dry_run)])


def _outcome(done: "Publication", *, dry_run: bool) -> str:
    if dry_run and done.plan.needs_nothing:
        return f"Release {done.release_id} is at {done.url} already; nothing would change."
    if dry_run:
        unseen = (
            f"{done.url} cannot be seen: it is not there yet, or it is private and no token that"
            " may read it was given; then less may differ than is listed.\n"
        )
        outcome = f"Release {done.release_id} was not sent to {done.url}: this was a dry run."
        return outcome if done.plan.head else unseen + outcome
    if done.pull_request:
        return f"Release {done.release_id} is a pull request: {done.pull_request}"
    if done.commit is None:
        return f"Release {done.release_id} is at {done.url} already; no commit was made."
    return f"Release {done.release_id} is at {done.url} (commit {done.commit[:7]})"
