"""A private Prefect server for one command, so that nobody has to start one.

Prefect can start a temporary server by itself, but does so one step after the other and imports the
whole server into the client as well: 8 seconds each time, 13 at the first. Here the server starts
in the background while the client is still importing, with what a single run does not need switched
off, and the client only ever talks to it over HTTP on loopback.

What a run writes into the server's database nobody can read later: each server gets a copy of an
empty one, in a temporary folder that goes with it. So nothing grows from build to build, and builds
at the same time have nothing in common but that empty database.

At import, this module imports nothing of Prefect: the environment has to be set before.
"""

import contextlib
import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from shortscience.pipeline.errors import ShortScienceError

_START_TIMEOUT_SECONDS = 180.0  # the first start on a machine creates the database
_POLL_SECONDS = 0.05
_DRAIN_TIMEOUT_SECONDS = 5.0

_SERVER_MODULE = "shortscience.flows.server_process"
_SILENT = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
_SERVER = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
}


class OrchestratorError(ShortScienceError):
    """The private server did not start, or failed."""


@contextlib.contextmanager
def private_server(*, verbose: bool = False) -> Iterator["PrivateServer | None"]:
    """Start a server in the background and point this process at it.

    Where PREFECT_API_URL is set, that server is used and none is started: the value is then None.
    """
    os.environ.update(_SILENT)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")
    if not verbose:
        logging.getLogger("EventsWorker").setLevel(logging.CRITICAL)
    if os.environ.get("PREFECT_API_URL"):
        yield None
        return
    with tempfile.TemporaryDirectory(
        prefix="shortscience-prefect-", ignore_cleanup_errors=True
    ) as home:
        server = PrivateServer(_cache(), Path(home))
        os.environ.update(PREFECT_API_URL=server.url, PREFECT_HOME=home)
        try:
            yield server
        finally:
            server.stop()


class PrivateServer:
    """A Prefect server on a port of its own, which writes to `home`.

    `cache` holds the empty database, and the log.
    """

    def __init__(self, cache: Path, home: Path) -> None:
        self._empty = cache / "empty.db"
        self._log = cache / "server.log"
        self._database = home / "prefect.db"
        if self._empty.exists():
            shutil.copyfile(self._empty, self._database)
        # Handing over the bound socket leaves no moment in which another process could take it.
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "shortscience.flows.server_process",
                        str(listener.fileno()),
                        home,
                    ],
                    env={**os.environ, **_SERVER, "PREFECT_HOME": str(home)},
                    pass_fds=[listener.fileno()],
                    stdin=subprocess.PIPE,  # by its end, the server sees that of this process
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # an interrupt is for the command, which stops it
                )

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Wait for the server, then run what follows against it.

        Heartbeats are off: they tell a server whose client has died, and this one dies with it.
        They would cost up to a second at the end of the run.
        """
        self._wait()
        from prefect.events.worker import EventsWorker
        from prefect.exceptions import PrefectHTTPStatusError
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            try:
                yield
            except PrefectHTTPStatusError as error:
                folder = self._database.parents[1]
                free = shutil.disk_usage(folder).free >> 20
                raise OrchestratorError(
                    f"Prefect's server failed ({error.response.status_code}); it needs some MiB of"
                    f" space in {folder}, which has {free} left: make space, or set TMPDIR to a"
                    " folder on another disk, and build again, which goes on from here."
                ) from error
            finally:
                # What is not sent before the server stops is tried again for seconds, in vain.
                EventsWorker.drain_all(timeout=_DRAIN_TIMEOUT_SECONDS)

    def _wait(self) -> None:
        """Return when the server answers. Raises OrchestratorError if it never does."""
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            # The version is what a client asks first, and the first answer is slow.
            with (
                contextlib.suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"{self.url}/admin/version", timeout=30) as answer,  # noqa: S310
            ):
                if answer.status == 200:
                    self._keep_empty()
                    return
            time.sleep(_POLL_SECONDS)
        self._empty.unlink(missing_ok=True)  # be it damaged: the next server makes a new one
        raise OrchestratorError(
            f"Prefect's server did not start; its log is {self._log}. Or set PREFECT_API_URL to a"
            " server that is running."
        )

    def _keep_empty(self) -> None:
        """Copy the database, which has all its tables and no run yet, for the servers to come."""
        if self._empty.exists():
            return
        copy = self._database.with_name(self._empty.name)
        with (
            contextlib.closing(sqlite3.connect(self._database)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        made = self._empty.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):  # a full disk costs the next server some seconds
            shutil.copyfile(copy, made)
            made.replace(self._empty)

    def stop(self) -> None:
        """Stop the server; by force if it does not within some seconds."""
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _cache() -> Path:
    """Return the folder of what servers share, one per version of Prefect and user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"prefect-{version('prefect')}"
    for folder in (
        cache / "shortscience",
        Path(tempfile.gettempdir()) / f"shortscience-{os.getuid()}",
    ):
        with contextlib.suppress(OSError):
            (folder / name).mkdir(parents=True, exist_ok=True)
            return folder / name
    raise OrchestratorError(
        f"{cache} cannot be written to; set XDG_CACHE_HOME to a folder that can."
    )
