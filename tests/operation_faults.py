"""Faults that a permanent server and worker must handle, one after the other.

Each fault hits a run in the middle of its batches. Then the run must have a final state and no
unfinished task, its slot must be free, a notification must have been sent (or not), `latest` must
name the former release, and the next run must give the bytes of an undisturbed build and leave
nothing behind.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Cancelling

from shortscience.pipeline.publishing.contents import read_contents
from tests.conftest import RAW
from tests.installation import Inbox, Installation, Run, wait_until

COPIES = 8
BATCH_BYTES = 40_000
_BEGUN = {"Pending", "Running", "Cancelling", "Scheduled"}


class Fault(NamedTuple):
    """Something that happens to a run, and the run's final state."""

    name: str
    happen: Callable[[Installation, Run], None]
    ends: str
    told: bool
    reason: str


class Seen(NamedTuple):
    """What was observed after a fault: a row of the table."""

    fault: str
    state: str
    message: str
    told: int
    tasks: str


def stop_worker(site: Installation, _run: Run) -> None:
    """Stop the worker, as `systemctl restart` does."""
    site.worker.stop()
    site.start_worker()


def kill_worker(site: Installation, _run: Run) -> None:
    """Kill Prefect's worker alone, as the system does when memory runs out."""
    (child,) = (p for p in site.worker.processes() if "worker start" in " ".join(p.cmdline()))
    child.kill()
    site.worker.main.wait()
    site.worker.kill()
    site.start_worker()  # Restart=always


def lose_power(site: Installation, _run: Run) -> None:
    """Kill every process, and restart server and worker."""
    for service in (site.worker, site.server):
        service.kill()
    site.start_server()
    site.start_worker()


def cancel(site: Installation, run: Run) -> None:
    """Cancel the run, as the button does."""
    site.client.set_flow_run_state(run.id, Cancelling(), force=True)


def restart_server(site: Installation, _run: Run) -> None:
    """Restart the server during the run."""
    site.server.stop()
    site.start_server()


FAULTS = (
    Fault("the worker is stopped", stop_worker, "Crashed", True, "The worker was stopped"),
    # A run that notices before the worker is missed reports it itself.
    Fault("the worker is killed", kill_worker, "Crashed", True, ""),
    Fault("power is lost", lose_power, "Crashed", True, "the machine lost power"),
    Fault("the run is cancelled", cancel, "Cancelled", False, ""),
    Fault("the server restarts", restart_server, "Completed", False, "records read"),
)


class Site(NamedTuple):
    """An installation, dumps that take it some time, and the expected releases."""

    installation: Installation
    inbox: Inbox
    raw: Path
    former: Path
    whole: Path

    def parameters(self, out: Path) -> dict[str, Any]:
        """Return the parameters of a build with many batches."""
        return {"raw": [str(self.raw)], "out": str(out), "workers": 2, "batch_bytes": BATCH_BYTES}


def prepare(scratch: Path, installation: Installation, inbox: Inbox) -> Site:
    """Make dumps, and releases of the first one and of all of them."""
    raw = scratch / "raw"
    raw.mkdir(parents=True)
    for number in range(COPIES):
        for dump in sorted(RAW.iterdir()):
            (raw / f"{number}-{dump.name}").write_bytes(dump.read_bytes() + b"\n%d\n" % number)
    some = sorted(raw.iterdir())[0]
    for name, dumps in (("former", some), ("whole", raw)):
        installation.command(f"shortscience build {dumps} --out {scratch / name} --workers 2")
    former, whole = ((scratch / name / "latest").resolve() for name in ("former", "whole"))
    return Site(installation, inbox, raw, former, whole)


def happen(site: Site, fault: Fault, out: Path) -> Seen:
    """Let a fault hit a run; raise AssertionError if a guarantee is broken."""
    shutil.copytree(site.former, out / "releases" / site.former.name)
    (out / "latest").symlink_to(Path("releases") / site.former.name)
    told = len(site.inbox.posted)
    run = site.installation.begin(site.parameters(out))
    run.wait_until_busy()
    fault.happen(site.installation, run)
    state = run.wait()
    assert state.name == fault.ends, state
    assert fault.reason in (state.message or ""), state
    wait_until(lambda: site.installation.slots() == 0)
    wait_until(lambda: not _BEGUN & run.tasks().keys())
    wait_until(lambda: not _processes_of(run))
    done = fault.ends == "Completed"
    check_release(out, site.whole if done else site.former)
    posted = _posted(site, told, fault.told)
    for notice in posted:
        assert notice["type"] == "failure"
        assert str(run.id) in notice["message"]
        assert f"/runs/flow-run/{run.id}" in notice["message"]
    heal(site, out)
    tasks = ", ".join(f"{count} {name}" for name, count in sorted(run.tasks().items()))
    return Seen(fault.name, state.name or "", state.message or "", len(posted), tasks)


def _posted(site: Site, before: int, told: bool) -> list[dict[str, str]]:
    if told:
        wait_until(lambda: len(site.inbox.posted) > before)
    posted = site.inbox.posted[before:]
    assert len(posted) == int(told), posted
    return posted


def _processes_of(run: Run) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PREFECT__FLOW_RUN_ID") == str(run.id):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def heal(site: Site, out: Path) -> None:
    """Run again: the release must be as if undisturbed, with nothing else left behind."""
    state = site.installation.begin(site.parameters(out)).wait()
    assert state.is_completed(), state
    check_release(out, site.whole)
    assert not list((out / ".work").glob("release-*"))


def check_release(out: Path, expected: Path) -> None:
    """Raise AssertionError unless `latest` names a release with the expected bytes."""
    latest = out / "latest"
    assert read_contents(latest.resolve()).release_id == expected.name
    assert (latest / "manifest.json").read_bytes() == (expected / "manifest.json").read_bytes()


def two_runs(site: Site, out: Path) -> Seen:
    """Start two runs at once: the second must wait for the first, and find its release."""
    told = len(site.inbox.posted)
    runs = [site.installation.begin(site.parameters(out)) for _ in range(2)]
    first, second = sorted((run for run in runs if run.wait()), key=_start_of)
    assert first.state.is_completed()
    assert second.state.is_completed()
    assert "was there already" in (second.state.message or ""), second.state
    end, start = first.read().end_time, second.read().start_time
    assert end is not None
    assert start is not None
    assert end <= start
    assert site.installation.slots() == 0
    _posted(site, told, told=False)
    check_release(out, site.whole)
    return Seen("two runs at once", "Completed", second.state.message or "", 0, "")


def _start_of(run: Run) -> datetime:
    start = run.read().start_time
    assert start is not None
    return start


def refused_cluster(site: Site, out: Path) -> Seen:
    """Name a cluster that refuses: the run must fail with the reason and use no other."""
    told = len(site.inbox.posted)
    build = site.parameters(out) | {"engine": "ray"}
    run = site.installation.begin(build, RAY_ADDRESS="127.0.0.1:1")
    state = run.wait()
    assert state.is_failed(), state
    assert "127.0.0.1:1" in (state.message or ""), state
    assert not (out / "latest").exists()
    wait_until(lambda: site.installation.slots() == 0)
    posted = _posted(site, told, told=True)
    heal(site, out)
    return Seen("the cluster refuses", "Failed", state.message or "", len(posted), "")


def schedule(site: Installation, build: dict[str, Any]) -> Run:
    """Make a schedule some seconds ahead, and return the run that the server creates.

    The server only creates runs for future times, which it may miss when busy, so there are
    several; the first run counts. They are so far apart that few others start beside it.
    """
    deployment = site.client.read_deployment_by_name("build-dataset/local").id
    ahead = datetime.now(UTC) + timedelta(seconds=15)
    times = IntervalSchedule(interval=timedelta(seconds=60), anchor_date=ahead)
    (made,) = site.client.create_deployment_schedules(
        deployment, [(times, True)], parameters={"build": build}
    )

    def begun() -> Run | None:
        runs = site.client.read_flow_runs(limit=200)
        for run in runs:
            if run.auto_scheduled and run.state and run.state.type != StateType.SCHEDULED:
                return Run(site.client, run.id)
        return None

    try:
        return wait_until(begun)
    finally:
        site.client.delete_deployment_schedule(deployment, made.id)


def scheduled(site: Site, out: Path) -> Seen:
    """Let a schedule create a run: it must give a release and send no notification."""
    told = len(site.inbox.posted)
    state = schedule(site.installation, site.parameters(out)).wait()
    assert state.is_completed(), state
    check_release(out, site.whole)
    wait_until(lambda: site.installation.slots() == 0)
    _posted(site, told, told=False)
    return Seen("a schedule", "Completed", state.message or "", 0, "")


def operate(scratch: Path) -> Iterator[Seen]:
    """Let every fault happen, and yield the observations."""
    with Inbox() as inbox, Installation(scratch, inbox) as installation:
        site = prepare(scratch, installation, inbox)
        for number, fault in enumerate(FAULTS):
            yield happen(site, fault, scratch / f"out-{number}")
        for number, watch in enumerate((two_runs, refused_cluster, scheduled), len(FAULTS)):
            yield watch(site, scratch / f"out-{number}")
