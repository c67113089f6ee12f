"""What several test modules share."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Before Prefect is imported anywhere: nothing here may reach out to the net.
os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
RAW = PROJECT / "data" / "raw"
BIN = Path(sys.executable).parent
NO_SPOOL = Path("/dev/null/spool")
"""For inventories without compressed archives: unpacking one there fails."""

SCRATCH = Path(tempfile.gettempdir())

Shortscience = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shortscience() -> Shortscience:
    """Run the command as a user does: in a process of its own, without a terminal."""

    def run(*arguments: str | Path, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
        return subprocess.run(
            [str(BIN / "shortscience"), *map(str, arguments)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def built(shortscience: Shortscience, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample dumps, built by the command; do not write to it."""
    out = tmp_path_factory.mktemp("processed")
    done = shortscience("build", RAW, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["release"])


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps beside the project."""
    if not SHARED.exists():
        pytest.skip("the real dumps in ../shared are not on this machine")
    return SHARED
