"""Publishing a release: read the repository, plan the differences, apply them in one commit.

Each attempt starts by reading the repository, so it sees what an interrupted one achieved: after a
commit whose response was lost, no file differs and only the tag is missing.
"""

import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi, get_token
from huggingface_hub.utils import logging as hub_logging
from huggingface_hub.utils.tqdm import disable_progress_bars

from shortscience.pipeline.errors import PublishError, UsageError
from shortscience.pipeline.parameters import REPOSITORY
from shortscience.pipeline.publishing.card_merge import hand_edited, merge_cards
from shortscience.pipeline.publishing.contents import Contents, read_contents
from shortscience.pipeline.publishing.failures import Failure, understand
from shortscience.pipeline.publishing.news import HEADING, News, is_generated, with_news
from shortscience.pipeline.publishing.repository import Gated, Repository, State
from shortscience.pipeline.release.card_parts import parse_card
from shortscience.pipeline.release.manifest import CARD

_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Pauses between attempts. The client itself retries safe calls up to five times."""
_LONGEST_WAIT_SECONDS = 300.0
"""If the Hub asks for a longer pause, the user is told to come back."""
T = TypeVar("T")
_DATA = "data/"
"""Holds tables only, as readers take every file in a table's folder."""


@dataclass(frozen=True)
class Target:
    """Where to publish, and how. Raises UsageError if `repo` names no repository."""

    repo: str
    tag: str | None = None
    """None names the tag after the release."""
    create_pr: bool = False
    private: bool = False
    gated: Gated | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(REPOSITORY, self.repo):
            raise UsageError(f"{self.repo} is not the name of a repository; give it as OWNER/NAME.")


@dataclass(frozen=True)
class Plan:
    """The differences between a release and the repository; paths in the repository, sorted."""

    head: str | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    kept_in_card: tuple[str, ...]
    tag: str | None
    """The tag to create; None if it exists, or if a pull request comes first."""
    private: bool
    gated: Gated | None
    card: bytes
    published: str | None
    """The release that the repository holds now."""

    @property
    def needs_commit(self) -> bool:
        """Whether a file differs."""
        return bool(self.added or self.changed or self.deleted)

    @property
    def needs_nothing(self) -> bool:
        """Whether there is nothing to send or to set."""
        return not (self.needs_commit or self.tag or self.private or self.gated)


@dataclass(frozen=True)
class Publication:
    """The plan and its result: `commit` is None if nothing differed or nothing was sent."""

    release_id: str
    repo: str
    url: str
    plan: Plan
    commit: str | None = None
    pull_request: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the publication as JSON values."""
        shown = (
            *("head", "added", "changed", "deleted", "kept_in_card", "tag"),
            *("private", "gated", "published"),
        )
        return {
            "release_id": self.release_id,
            "repo": self.repo,
            "url": self.url,
            "commit": self.commit,
            "pull_request": self.pull_request,
            "plan": {name: getattr(self.plan, name) for name in shown},
        }


def connect() -> HfApi:
    """Return a client with the token from HF_TOKEN or `hf auth login`."""
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    if not sys.stderr.isatty():
        disable_progress_bars()
    return HfApi(token=get_token(), library_name="shortscience-dataset")


def plan_publication(release: Path, target: Target, api: HfApi) -> Publication:
    """Return what publishing would do, changing nothing."""
    contents = read_contents(release)
    repository = Repository(api, target.repo)
    news = News(contents, repository)
    plan = _persist(lambda: _plan(contents, target, repository, news), repository)
    return Publication(contents.release_id, target.repo, repository.url, plan)


def publish(release: Path, target: Target, api: HfApi) -> Publication:
    """Send a release in one commit and tag it, skipping what is already done.

    Raises PublishError if the Hub refuses, or keeps failing through all attempts.
    """
    contents = read_contents(release)
    if not api.token:
        raise UsageError("No Hugging Face token was found; run `hf auth login` or set HF_TOKEN.")
    repository = Repository(api, target.repo)
    news = News(contents, repository)
    began_with = _persist(lambda: _plan(contents, target, repository, news), repository).published

    def attempt() -> Publication:
        plan = _plan(contents, target, repository, news)
        if plan.published not in {began_with, contents.release_id}:
            raise PublishError(
                f"Release {plan.published} was published to {target.repo} in the meantime;"
                " review it, then publish again to replace it."
            )
        return _carry_out(plan, contents, target, repository)

    return _persist(attempt, repository)


def _plan(contents: Contents, target: Target, repository: Repository, news: News) -> Plan:
    """Compare a release with the present state of the repository."""
    state = repository.look()
    there = repository.read_manifest(state)
    card, kept = _card(contents, state, there, repository, news)
    stale = {path for path in state.files if path.startswith(_DATA)} | {*there.get("files", ())}
    return Plan(
        head=state.head,
        added=tuple(path for path in contents.files if path not in state.files),
        changed=tuple(
            path
            for path in contents.files
            if path in state.files
            and not state.files[path].equals(card if path == CARD else contents.release / path)
        ),
        deleted=tuple(sorted(stale & state.files.keys() - {*contents.files})),
        kept_in_card=kept,
        tag=_missing_tag(contents, target, state, repository),
        private=target.private and not state.private,
        gated=target.gated if target.gated != state.gated else None,
        card=card,
        published=there.get("release_id"),
    )


def _card(
    contents: Contents,
    state: State,
    manifest: Mapping[str, Any],
    repository: Repository,
    news: News,
) -> tuple[bytes, tuple[str, ...]]:
    """Return the card to publish, and the names of its parts that people wrote on the Hub."""
    own = (contents.release / CARD).read_bytes()
    if state.head is None or CARD not in state.files:
        return own, ()
    try:
        there = parse_card(repository.read(CARD, state.head).decode("utf-8", "replace"))
    except ValueError as error:
        raise PublishError(
            f"The card at {repository.url} cannot be read ({error}); correct it there."
        ) from None
    new, section = parse_card(own.decode()), news.section(state, manifest, there)
    if section is not None:
        new = with_news(new, section)
    generated = manifest.get("card", {})
    if is_generated(there.sections.get(HEADING, "")):
        generated = generated | {HEADING: there.digests()[HEADING]}
    merged = merge_cards(new, there, generated)
    return merged.to_markdown().encode(), tuple(hand_edited(there, generated))


def _missing_tag(
    contents: Contents, target: Target, state: State, repository: Repository
) -> str | None:
    """Return the tag to create, if any; raise UsageError if it names another release."""
    tag = target.tag or contents.release_id
    if tag not in state.tags:
        return None if target.create_pr else tag
    if repository.read_manifest_at(state.tags[tag]).get("release_id") != contents.release_id:
        raise UsageError(
            f"The tag {tag} of {target.repo} names another release; choose another --tag."
        )
    return None


def _carry_out(
    plan: Plan, contents: Contents, target: Target, repository: Repository
) -> Publication:
    """Apply a plan: settings first, so that nothing becomes visible too early."""
    head = plan.head or repository.create(private=target.private)
    if (plan.head and plan.private) or plan.gated:
        repository.change_settings(private=plan.private or None, gated=plan.gated)
    done = Publication(contents.release_id, target.repo, repository.url, plan)
    if plan.needs_commit and target.create_pr:
        known = repository.open_pull_request(_title(contents))
        if known:
            return replace(done, pull_request=known)
    if plan.needs_commit:
        made = repository.commit(
            {
                path: plan.card if path == CARD else contents.release / path
                for path in (*plan.added, *plan.changed)
            },
            plan.deleted,
            message=_title(contents),
            parent=head,
            create_pr=target.create_pr,
        )
        done = replace(done, commit=made.oid, pull_request=made.pr_url)
        head = made.oid
    if plan.tag:
        repository.tag(plan.tag, head)
    return done


def _title(contents: Contents) -> str:
    return f"Release {contents.release_id}"


def _persist(attempt: Callable[[], T], repository: Repository) -> T:
    """Attempt until success, a permanent failure or too many transient ones."""
    for pause in (*_PAUSES_SECONDS, None):
        try:
            return attempt()
        except Exception as error:
            failure = understand(error, repository.name)
            if failure is None:
                raise
            waits = max(pause or 0.0, failure.wait_seconds)
            if pause is None or not failure.transient or waits > _LONGEST_WAIT_SECONDS:
                # The chain of causes contains signed addresses, which must not reach a log.
                raise _give_up(failure) from None
        time.sleep(waits)
    raise AssertionError  # the last pause is None


def _give_up(failure: Failure) -> PublishError:
    later = f"in {failure.wait_seconds:.0f} seconds" if failure.wait_seconds else "later"
    again = f"; publish again {later}" if failure.transient else ""
    return PublishError(f"The release was not published: {failure.why}{again}.")
