"""The claims of docs/operations.md: units, schedules, stopping, pruning and notifications."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_UI_URL, temporary_settings
from prefect.states import Crashed, Failed

from shortscience.flows.notification import ADDRESSES, notify
from shortscience.pipeline.release.store import Store
from tests.conftest import PROJECT, RAW, Shortscience, differing
from tests.installation import UNITS, Inbox, Installation, wait_until
from tests.operation_faults import schedule


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_valid(tmp_path: Path) -> None:
    assert UNITS.keys() == {"shortscience-server.service", "shortscience-worker.service"}
    for name, unit in UNITS.items():
        assert "ExecStart=/srv/shortscience/.venv/bin/" in unit
        # Checked commands must exist, so they are replaced by this environment's.
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
        (out / "releases" / name / "manifest.json").write_text("{}")
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
def inbox() -> Iterator[Inbox]:
    with Inbox() as inbox:
        yield inbox


FLOW = SimpleNamespace(name="build-dataset")
RUN = FlowRun(flow_id=uuid4(), name="brave-fern")


def test_a_failed_run_sends_a_notification(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESSES, inbox.address)
    with temporary_settings({PREFECT_UI_URL: "http://prefect.example"}):
        notify(FLOW, RUN, Failed(message="The data did not pass validation."))
    (told,) = inbox.posted
    assert told["type"] == "failure"
    assert told["title"] == "build-dataset: run brave-fern Failed"
    reason, where = told["message"].split("\n")
    assert reason == "The data did not pass validation."
    assert where == f"Run {RUN.id}: http://prefect.example/runs/flow-run/{RUN.id}"


def test_an_interrupted_run_sends_no_notification(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESSES, inbox.address)
    notify(FLOW, RUN, Crashed(message="interrupted", data=KeyboardInterrupt()))
    assert not inbox.posted
    notify(FLOW, RUN, Crashed(message="killed"))
    assert len(inbox.posted) == 1


@pytest.mark.parametrize(
    ("addresses", "warnings"),
    [
        pytest.param("", 0, id="none"),
        pytest.param("{inbox}", 0, id="one that works"),
        pytest.param("json://127.0.0.1:9/nobody", 1, id="one where nobody listens"),
        pytest.param("no-address", 1, id="no address"),
        pytest.param("{inbox} no-address", 1, id="one of two that works"),
    ],
)
def test_a_failed_notification_is_only_a_warning(
    inbox: Inbox,
    addresses: str,
    warnings: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(ADDRESSES, addresses.format(inbox=inbox.address))
    notify(FLOW, RUN, Failed(message="x"))
    said = [record.message for record in caplog.records if record.name.startswith("prefect")]
    assert said == [f"Could not notify every address in {ADDRESSES}"] * warnings
    assert len(inbox.posted) == ("{inbox}" in addresses)


@pytest.mark.server
def test_a_schedule_starts_a_run(built: Path, tmp_path: Path, inbox: Inbox) -> None:
    build = {"raw": [str(RAW)], "out": str(tmp_path / "out"), "workers": 1}
    with Installation(tmp_path, inbox) as site:
        state = schedule(site, build).wait()
        assert state.is_completed(), state
        assert state.message
        assert state.message.startswith(f"Release {built.name}: 76 records read")
        assert not differing(built, tmp_path / "out" / "latest")
        assert not inbox.posted


@pytest.mark.server
@pytest.mark.long
def test_a_stopped_worker_ends_its_run(tmp_path: Path, inbox: Inbox) -> None:
    many = {"raw": [str(RAW)], "out": str(tmp_path / "out"), "workers": 1, "batch_bytes": 1}
    with Installation(tmp_path, inbox) as site:
        run = site.begin(many)
        wait_until(lambda: run.state.is_running())
        site.worker.stop()
        assert run.state.name == "Crashed"
        assert "The worker was stopped" in (run.state.message or "")
        assert site.slots() == 0
        assert not {"Running", "Pending"} & run.tasks().keys()
        (told,) = inbox.posted
        assert str(run.id) in told["message"]
        assert not (tmp_path / "out" / "latest").exists()
