"""An installation as in docs/operations.md, on a machine without systemd.

A server and a worker are started by the commands of the documented units, in the documented
environment, and ended as systemd would end them.
"""

import contextlib
import json
import os
import re
import shlex
import socket
import subprocess
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar
from uuid import UUID

import psutil
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State

from tests.conftest import PROJECT

Seen = TypeVar("Seen")

PAGE = (PROJECT / "docs" / "operations.md").read_text()
UNITS = dict(re.findall(r"`/etc/systemd/system/(\S+)`:\n\n```ini\n(.*?)```", PAGE, re.DOTALL))
ENVIRONMENT = re.findall(r"`/etc/shortscience.env`:\n\n```sh\n(.*?)```", PAGE, re.DOTALL)[0]
DEPLOYMENT = re.findall(r"```sh\n(prefect work-pool create .*?)```", PAGE, re.DOTALL)[0]
LONGEST_SECONDS = 600
"""A generous limit for busy machines; no test measures durations."""


def wait_until(see: Callable[[], Seen | None]) -> Seen:
    """Poll until there is a result, and return it."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        if seen := see():
            return seen
        time.sleep(1)
    raise TimeoutError


class Inbox:
    """A web hook on loopback that records what is posted to it."""

    def __init__(self) -> None:
        posted = self.posted = list[dict[str, str]]()

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = HTTPServer(("127.0.0.1", 0), Hook)
        self.address = f"json://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Service:
    """The command of a unit, with all its child processes."""

    def __init__(self, unit: str, environment: dict[str, str], log: Path) -> None:
        self._settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
        self._invocation = uuid.uuid4().hex  # systemd's name of each start of a unit
        self.log = log
        with log.open("ab") as output:
            self.main = subprocess.Popen(
                shlex.split(self._settings["ExecStart"]),
                cwd=self._settings["WorkingDirectory"],
                env={**environment, "INVOCATION_ID": self._invocation},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def processes(self) -> list[psutil.Process]:
        """Return all live processes of the unit."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                started = process.environ().get("INVOCATION_ID") == self._invocation
                if started and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def stop(self) -> None:
        """Do what `systemctl stop` does; raise TimeoutExpired if it would have to kill."""
        told = self.processes() if self._settings.get("KillMode") != "mixed" else [self.main]
        for process in told:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        self.main.wait(LONGEST_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill all processes at once, like a power loss."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.main.wait(LONGEST_SECONDS)


class Installation:
    """A server and a worker in their own folder, and the deployments of prefect.yaml."""

    def __init__(self, folder: Path, inbox: Inbox) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = int(listener.getsockname()[1])
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        clean = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
        own = {
            "PREFECT_API_URL": f"http://127.0.0.1:{self._port}/api",
            "PREFECT_HOME": str(folder / "prefect"),
            "SHORTSCIENCE_NOTIFY": inbox.address,
            "PATH": f"{PROJECT}/.venv/bin:{os.environ['PATH']}",
        }
        documented = dict(re.findall(r"^(\w+)=(.*)$", ENVIRONMENT, re.MULTILINE))
        self.environment = clean | documented | own
        self.api = own["PREFECT_API_URL"]
        self.client = SyncPrefectClient(self.api)

    def __enter__(self) -> Self:
        self.start_server()
        self.command(DEPLOYMENT)
        self.start_worker()
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.kill()
        self.server.kill()

    def command(self, commands: str, cwd: Path = PROJECT) -> str:
        """Return the output of shell commands; raise CalledProcessError if one fails."""
        return subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=cwd,
            env=self.environment | {"PREFECT_CLI_PROMPT": "false"},
            check=True,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
        ).stdout

    def start_server(self) -> None:
        """Start the server, and wait until it answers."""
        self.server = self._start("shortscience-server.service")

        def answers() -> bool:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.api}/health", timeout=5),
            ):
                return True
            return False

        wait_until(answers)

    def start_worker(self) -> None:
        """Start the worker."""
        self.worker = self._start("shortscience-worker.service")

    def _start(self, name: str) -> Service:
        here = UNITS[name].replace("/srv/shortscience", str(PROJECT))
        log = self._folder / f"{name}.log"
        return Service(here.replace("4200", str(self._port)), self.environment, log)

    def begin(self, build: dict[str, Any], **environment: str) -> "Run":
        """Start a run of the build."""
        deployment = self.client.read_deployment_by_name("build-dataset/local")
        run = self.client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"build": build},
            job_variables={"env": environment} if environment else None,
        )
        return Run(self.client, run.id)

    def slots(self) -> int:
        """Return the number of the deployment's taken slots."""
        limit = self.client.read_deployment_by_name("build-dataset/local").global_concurrency_limit
        return limit.active_slots if limit else 0


class Run(NamedTuple):
    """A run, as the server knows it."""

    client: SyncPrefectClient
    id: UUID

    def read(self) -> FlowRun:
        """Return the server's record of the run."""
        return self.client.read_flow_run(self.id)

    @property
    def state(self) -> State[Any]:
        """The state of the run."""
        state = self.read().state
        assert state is not None
        return state

    def tasks(self) -> Counter[str]:
        """Return the number of tasks by state."""
        its = FlowRunFilter(id=FlowRunFilterId(any_=[self.id]))
        found = self.client.read_task_runs(flow_run_filter=its, limit=200)
        return Counter(task.state_name or "" for task in found)

    def wait(self) -> State[Any]:
        """Wait for the end; return the final state."""
        wait_until(lambda: self.state.is_final())
        return self.state

    def wait_until_busy(self) -> None:
        """Wait until some batches are done; raise AssertionError if none are left."""
        wait_until(lambda: self.tasks()["Completed"] > 3 or self.state.is_final())
        assert self.state.is_running(), self.state
