"""Publishing in a separate process, which can be killed."""

import tempfile
from pathlib import Path

import huggingface_hub.constants
from huggingface_hub import HfApi

from shortscience.pipeline.publishing.publish import Target, publish
from tests.hub.server import TOKEN


def publish_from(address: str, repo: str, release: Path, scratch: Path, *, xet: bool) -> None:
    """Publish a release to a hub, over Xet or LFS, with all temporary files in `scratch`."""
    tempfile.tempdir = str(scratch)
    huggingface_hub.constants.HF_HUB_DISABLE_XET = not xet
    publish(release, Target(repo), HfApi(endpoint=address, token=TOKEN))
