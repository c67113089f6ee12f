"""Workers that are killed: it costs time, and nothing else."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from flows import workers
from pipeline.errors import WorkerError
from pipeline.settings import Settings
from pipeline.shards import Batch, Shards, build_shards, cut_batches
from pipeline.sources.inputs import take_inventory
from tests.conftest import BIN, NO_SPOOL, RAW

SETTINGS = Settings()


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Return the sample dumps as one batch."""
    return cut_batches(take_inventory([str(RAW)], NO_SPOOL).distinct)[0]


def die_once(batch: Batch, settings: Settings, folder: Path) -> bool:
    """Build shards in the second life of a worker; the first ends as the system would end it."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return build_shards(batch, settings, folder)


def die(batch: Batch, settings: Settings, folder: Path) -> bool:
    """Never build any."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return False


def test_a_killed_worker_is_replaced_and_its_batch_done_again(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "build_shards", die_once)
    with workers.runner(2) as run:
        assert run(batch, SETTINGS, tmp_path)
    records = Shards.of([batch], SETTINGS, tmp_path).scan("records").collect()
    assert records.height > 0


def test_a_batch_whose_workers_are_always_killed_is_named(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "build_shards", die)
    with workers.runner(2) as run, pytest.raises(WorkerError) as caught:
        run(batch, SETTINGS, tmp_path)
    assert batch.inputs[0].name in str(caught.value)
    assert "fewer --workers" in str(caught.value)


def test_nothing_outlives_a_build_that_is_killed(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number, dump in enumerate(sorted(RAW.iterdir()) * 40):
        (raw / f"{number}.txt").write_bytes(dump.read_bytes() + b" %d" % number)
    command = [BIN / "shortscience", "build", raw, "--out", tmp_path / "out", "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as build:
        children = wait_for_children(build.pid, 3)  # the server, and two workers
        build.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


def wait_for_children(pid: int, count: int) -> list[psutil.Process]:
    """Return the processes that a process has started, once there are so many."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = psutil.Process(pid).children(recursive=True)
        if len(children) >= count:
            return children
        time.sleep(0.1)
    raise TimeoutError
