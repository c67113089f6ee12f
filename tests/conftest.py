"""Fixtures shared by several test modules."""

import contextlib
import filecmp
import functools
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from shortscience.commands.main import main
from shortscience.pipeline import build
from shortscience.pipeline.release.validator import Validator, validator

# Before Prefect is imported anywhere: tests must not use the network.
os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}

# The storage's client reads this once; do not wait between its attempts.
os.environ |= {"HF_XET_CLIENT_RETRY_BASE_DELAY": "10ms", "HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": "1"}

# The same examples each time, and no deadlines: an example's duration depends on the machine's load
# more than on the code.
settings.register_profile("repeatable", settings.default, deadline=None, derandomize=True)
settings.load_profile("repeatable")

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
RAW = PROJECT / "data" / "raw"
BIN = Path(sys.executable).parent
NO_SPOOL = Path("/dev/null/spool")
"""For inventories without compressed archives: unpacking one there fails."""

SCRATCH = Path(tempfile.gettempdir())

Shortscience = Callable[..., subprocess.CompletedProcess[str]]


def _shortscience(
    *arguments: str | Path, cwd: Path = PROJECT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, without a terminal, but in this process."""
    out, err = io.StringIO(), io.StringIO()
    on_termination = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if "PREFECT" in name]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["shortscience", *map(str, arguments)])
        patch.chdir(cwd)
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            signal.signal(signal.SIGTERM, on_termination)
    return subprocess.CompletedProcess([*arguments], status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def shortscience() -> Shortscience:
    """The command; its builds share one validation process."""
    return _shortscience


@pytest.fixture(scope="session")
def shortscience_process() -> Shortscience:
    """The command in a separate process, for libraries that read the environment only once."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
        return subprocess.run(
            [str(BIN / "shortscience"), *map(str, arguments)],
            cwd=PROJECT,
            env=inherited | environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture(scope="session", autouse=True)
def one_validator() -> Iterator[None]:
    """Share one validation process, which takes seconds to start, among all builds."""
    with contextlib.ExitStack() as opened, pytest.MonkeyPatch.context() as patch:

        @functools.cache
        def shared() -> Validator:
            return opened.enter_context(validator())

        patch.setattr(build, "validator", lambda: contextlib.nullcontext(shared()))
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample dumps, built by the command with defaults; do not write to it.

    All processes that run tests share it.
    """
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    out = shared / "processed"
    with FileLock(shared / "processed.lock"):
        if not (out / "latest").exists():
            done = _shortscience("build", RAW, "--out", out)
            assert done.returncode == 0, done.stderr
    return (out / "latest").resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps beside the project."""
    if not SHARED.exists():
        pytest.skip("the real dumps in ../shared are not on this machine")
    return SHARED


def differing(one: Path, other: Path) -> list[str]:
    """Return the files that are not byte for byte the same in two folders."""
    names = sorted(
        {p.relative_to(d).as_posix() for d in (one, other) for p in d.rglob("*") if p.is_file()}
    )
    _, mismatch, errors = filecmp.cmpfiles(one, other, names, shallow=False)
    return mismatch + errors
