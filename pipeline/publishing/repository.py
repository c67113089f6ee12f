"""A dataset repository on the Hub: its state at one moment, and the calls that change it."""

import json
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError
from huggingface_hub.utils.sha import git_hash

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.layout import MANIFEST

Gated = Literal["auto", "manual"]
_OPEN = ("open", "draft")


@dataclass(frozen=True)
class StoredFile:
    """A file in a repository: large files have a SHA-256, small ones git's blob id."""

    blob_id: str | None
    sha256: str | None

    def equals(self, data: Path | bytes) -> bool:
        """Whether a file, or its bytes, have the same content."""
        if self.sha256 is None:
            return git_hash(data if isinstance(data, bytes) else data.read_bytes()) == self.blob_id
        return isinstance(data, Path) and sha256(data) == self.sha256


@dataclass(frozen=True)
class State:
    """The main branch of a repository and its tags; `head` is None if there is no repository."""

    head: str | None = None
    private: bool = False
    gated: str | Literal[False] = False
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Repository:
    """One dataset repository, over a client that knows the token."""

    def __init__(self, api: HfApi, name: str) -> None:
        self.name = name
        self._api = api
        self._which: dict[str, Any] = {"repo_id": name, "repo_type": "dataset"}

    @property
    def url(self) -> str:
        """The repository's page on the Hub."""
        return f"{self._api.endpoint}/datasets/{self.name}"

    def look(self) -> State:
        """Return the present state; a repository without read access looks missing."""
        try:
            info = self._api.dataset_info(self.name, files_metadata=True)
            refs = self._api.list_repo_refs(**self._which)
        except RepositoryNotFoundError:
            return State()
        files = {
            item.rfilename: StoredFile(item.blob_id, item.lfs.sha256 if item.lfs else None)
            for item in info.siblings or ()
        }
        tags = {tag.name: tag.target_commit for tag in refs.tags}
        return State(info.sha, bool(info.private), info.gated or False, files, tags)

    def read(self, path: str, revision: str) -> bytes:
        """Return the bytes of a file, without caching them."""
        with tempfile.TemporaryDirectory(prefix="shortscience-hub-") as cache:
            found = self._api.hf_hub_download(
                **self._which, filename=path, revision=revision, cache_dir=cache
            )
            return Path(found).read_bytes()

    def download(self, paths: Collection[str], revision: str, folder: Path) -> None:
        """Download files into a folder, under the same paths."""
        self._api.snapshot_download(
            **self._which, revision=revision, local_dir=folder, allow_patterns=sorted(paths)
        )

    def read_manifest(self, state: State) -> dict[str, Any]:
        """Return the manifest of the published release; empty if there is none."""
        return self.read_manifest_at(state.head) if state.head and MANIFEST in state.files else {}

    def read_manifest_at(self, revision: str) -> dict[str, Any]:
        """Return the manifest at a revision; empty if there is none."""
        try:
            manifest: dict[str, Any] = json.loads(self.read(MANIFEST, revision))
        except (EntryNotFoundError, ValueError):
            return {}
        return manifest

    def create(self, *, private: bool) -> str:
        """Create the repository if it does not exist; return its head."""
        self._api.create_repo(**self._which, private=private, exist_ok=True)
        return str(self._api.dataset_info(self.name).sha)

    def change_settings(self, *, private: bool | None, gated: Gated | None) -> None:
        """Make the repository private, or gated, or both."""
        self._api.update_repo_settings(**self._which, private=private, gated=gated)

    def commit(
        self,
        additions: Mapping[str, Path | bytes],
        deletions: Sequence[str],
        *,
        message: str,
        parent: str,
        create_pr: bool,
    ) -> CommitInfo:
        """Make one commit; it fails if the branch has moved from `parent`."""
        made: CommitInfo = self._api.create_commit(
            **self._which,
            operations=[
                *(CommitOperationAdd(path, data) for path, data in additions.items()),
                *(CommitOperationDelete(path) for path in deletions),
            ],
            commit_message=message,
            parent_commit=parent,
            create_pr=create_pr,
        )
        return made

    def tag(self, name: str, commit: str) -> None:
        """Name a commit."""
        self._api.create_tag(**self._which, tag=name, revision=commit, exist_ok=True)

    def open_pull_request(self, title: str) -> str | None:
        """Return the address of the open pull request with a title, if there is one."""
        for found in self._api.get_repo_discussions(
            **self._which, discussion_type="pull_request", discussion_status="all"
        ):
            if found.title == title and found.status in _OPEN:
                return found.url
        return None
