"""What docs/operations.md says: units that are valid, pruning, and a hook that reaches people."""

import json
import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from prefect.states import Failed

from shortscience.flows.notification import ADDRESSES, notify
from shortscience.pipeline.release.store import Store
from tests.conftest import PROJECT, RAW, Shortscience

PAGE = (PROJECT / "docs" / "operations.md").read_text()
UNITS = dict(re.findall(r"`/etc/systemd/system/(\S+)`:\n\n```ini\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_valid(tmp_path: Path) -> None:
    assert UNITS.keys() == {"shortscience-server.service", "shortscience-worker.service"}
    for name, unit in UNITS.items():
        assert "/srv/shortscience/.venv/bin/prefect" in unit
        # What is checked has to exist: the commands are those of this environment.
        here = unit.replace("/srv/shortscience", str(PROJECT)).replace("User=shortscience\n", "")
        (tmp_path / name).write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def make_releases(out: Path, ages: dict[str, int], latest: str) -> Store:
    """Make folders that look like releases, so many seconds old."""
    for name, seconds in ages.items():
        for kind in ("releases", "validation", "duplicates"):
            (out / kind / name).mkdir(parents=True)
        os.utime(out / "releases" / name, (1e9 - seconds, 1e9 - seconds))
    (out / "latest").symlink_to(Path("releases") / latest)
    return Store(out)


@pytest.mark.parametrize(
    ("keep", "latest", "stay"),
    [
        pytest.param(1, "c", {"c"}, id="only the latest"),
        pytest.param(2, "c", {"b", "c"}, id="the latest and the newest other"),
        pytest.param(1, "a", {"a"}, id="the latest is the oldest, after a roll back"),
        pytest.param(2, "a", {"a", "c"}, id="an old latest and the newest"),
        pytest.param(3, "b", {"a", "b", "c"}, id="just enough"),
        pytest.param(9, "b", {"a", "b", "c"}, id="more than there are"),
    ],
)
def test_pruning_keeps_the_latest_and_the_newest(
    tmp_path: Path, keep: int, latest: str, stay: set[str]
) -> None:
    store = make_releases(tmp_path, {"a": 300, "b": 200, "c": 100}, latest)
    with store.locked():
        gone = store.keep_newest(keep)
    assert set(gone) == {"a", "b", "c"} - stay
    for kind in ("releases", "validation", "duplicates"):
        assert {path.name for path in (tmp_path / kind).iterdir()} == stay
    assert (tmp_path / "latest").exists()
    assert not list(store.work.glob("release-*"))


def test_a_build_prunes_after_it_has_succeeded(shortscience: Shortscience, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make_releases(out, {"0" * 16: 100, "1" * 16: 50}, latest="1" * 16)
    (out / "latest").unlink()
    done = shortscience("build", sorted(RAW.iterdir())[0], "--out", out, "--keep", "2", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["pruned"] == ["0" * 16]
    assert {path.name for path in (out / "releases").iterdir()} == {
        "1" * 16,
        result["release_id"],
    }


@pytest.fixture
def inbox() -> SimpleNamespace:
    """A web hook on loopback, and what was posted to it."""
    posted: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(posted=posted, address=f"json://127.0.0.1:{server.server_port}/hook")
    server.shutdown()
    server.server_close()


FLOW, RUN = SimpleNamespace(name="build-dataset"), SimpleNamespace(name="brave-fern")


def test_a_failed_run_is_told(inbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESSES, inbox.address)
    notify(FLOW, RUN, Failed(message="The data did not pass validation."))
    (told,) = inbox.posted
    assert told["title"] == "build-dataset: run brave-fern Failed"
    assert told["message"] == "The data did not pass validation."


@pytest.mark.parametrize("address", ["", "json://127.0.0.1:9/nobody", "no address"])
def test_what_cannot_be_told_harms_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESSES, address)
    notify(FLOW, RUN, Failed(message="x"))
