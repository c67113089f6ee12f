"""The README's Prefect commands, run as documented: a real server, a real worker."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import BIN, PROJECT
from tests.hub.server import TOKEN, Hub, running_hub

pytestmark = [pytest.mark.server, pytest.mark.long]

SECTION = (PROJECT / "README.md").read_text().partition("## With Prefect")[2].partition("\n## ")[0]
EXPORTS, SERVER, DEPLOYMENT, RUN = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)


Terminals = tuple[int, Path, Path]
"""The server's port, Prefect's home, and the project's folder."""


class Terminal:
    """A shell in a copy of the project's folder, set up as in the README."""

    def __init__(self, commands: str, port: int, home: Path, project: Path) -> None:
        clean = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
        self.process = subprocess.Popen(
            ["bash", "-e", "-c", f"{EXPORTS}\n{commands}".replace("4200", str(port))],
            cwd=project,
            env=clean | {"PREFECT_HOME": str(home), "PREFECT_SERVER_API_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self) -> tuple[int, str]:
        """Wait for the end: (exit status, output)."""
        printed, _ = self.process.communicate(timeout=240)
        return self.process.returncode, printed

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_for(address: str) -> None:
    """Wait until a server responds at an address."""
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A stand-in for the Hugging Face Hub, used by every terminal."""
    with (
        running_hub(tmp_path_factory.mktemp("hub")) as hub,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("HF_ENDPOINT", hub.address)
        patch.setenv("HF_TOKEN", TOKEN)
        yield hub


@pytest.fixture(scope="module")
def terminals(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminals]:
    """A fresh Prefect home with the first two terminals open."""
    assert (BIN / "prefect") == PROJECT / ".venv" / "bin" / "prefect"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    home, project = (tmp_path_factory.mktemp(name) for name in ("prefect", "project"))
    (project / "data").mkdir()
    for name in (".venv", "prefect.yaml", "data/raw"):
        (project / name).symlink_to(PROJECT / name)
    with contextlib.ExitStack() as opened:
        for commands, sign in (
            (SERVER, "health"),
            (DEPLOYMENT, "deployments/name/publish-dataset/hub"),
        ):
            terminal = Terminal(commands, port, home, project)
            opened.callback(terminal.close)
            wait_for(f"http://127.0.0.1:{port}/api/{sign}")
        yield port, home, project


def test_a_run_ends_with_a_release(terminals: Terminals) -> None:
    status, printed = Terminal(RUN, *terminals).finish()
    assert status == 0, printed
    assert "finished successfully" in printed
    assert (terminals[2] / "data" / "processed" / "latest" / "manifest.json").exists()


def test_a_run_whose_data_fails_validation_ends_with_1(
    terminals: Terminals, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text("Welcome to ShortScience.org! |\n")
    build = json.dumps({"raw": [str(tmp_path)], "out": str(tmp_path / "out")})
    status, printed = Terminal(f"{RUN.strip()} --param build='{build}'", *terminals).finish()
    assert status == 1, printed
    assert "finished in state 'Failed'" in printed
    assert not (tmp_path / "out" / "latest").exists()


def test_the_latest_release_is_published(terminals: Terminals, hub: Hub) -> None:
    publish = json.dumps({"repo": "someone/shortscience"})
    command = f"prefect deployment run publish-dataset/hub --watch --param publish='{publish}'"
    status, printed = Terminal(command, *terminals).finish()
    assert status == 0, printed
    assert TOKEN not in printed
    latest = (terminals[2] / "data" / "processed" / "latest").resolve()
    assert hub.repos["someone/shortscience"].tags.keys() == {latest.name}


def test_the_queue_is_limited_and_the_schedule_switched_on_as_the_documents_say(
    terminals: Terminals,
) -> None:
    page = (PROJECT / "docs" / "operations.md").read_text()
    limit, listing, resume = (
        re.findall(rf"^prefect {name} .*$", page, re.MULTILINE)[0]
        for name in ("work-queue", "deployment schedule ls", "deployment schedule resume")
    )
    status, printed = Terminal(f"{limit}\nCOLUMNS=200 {listing}", *terminals).finish()
    assert status == 0, printed
    schedule_id = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", printed)[0]
    status, printed = Terminal(resume.replace("SCHEDULE_ID", schedule_id), *terminals).finish()
    assert status == 0, printed
