"""Downloading a published release, to be read like a local one."""

import re
from pathlib import Path

from huggingface_hub import HfApi

from shortscience.pipeline.errors import PublishError
from shortscience.pipeline.layout import MANIFEST
from shortscience.pipeline.publishing.failures import understand
from shortscience.pipeline.publishing.publish import connect
from shortscience.pipeline.release.store import open_dataset

_PUBLISHED = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)@(?P<revision>\S+)")


def fetch_release(name: str) -> Path:
    """Return the folder of a release named by a path or as `owner/name@revision`.

    Raises UsageError if it does not exist, and PublishError if the download fails.
    """
    published = _PUBLISHED.fullmatch(name)
    if published is None or Path(name).exists():
        return open_dataset(Path(name))
    return open_dataset(_fetch(published["repo"], published["revision"], connect()))


def _fetch(repo: str, revision: str, api: HfApi) -> Path:
    """Download the tables and the manifest of a revision into the client's cache."""
    try:
        return Path(
            api.snapshot_download(
                repo,
                repo_type="dataset",
                revision=revision,
                allow_patterns=[MANIFEST, "data/*"],
            )
        )
    except Exception as error:
        failure = understand(error, f"{repo}@{revision}")
        if failure is None:
            raise
        raise PublishError(f"{repo}@{revision} was not fetched: {failure.why}.") from None
