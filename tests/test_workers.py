"""Killed workers cost time, and nothing else."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import polars as pl
import psutil
import pytest

from shortscience.pipeline import shards, version
from shortscience.pipeline.batches import Batch, cut_batches
from shortscience.pipeline.engines import local
from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.layers import TEXT_FRAMES
from shortscience.pipeline.processes import Workers
from shortscience.pipeline.release.parquet import count_rows, read_table, table_files
from shortscience.pipeline.release.validator import validator
from shortscience.pipeline.report.slices import SLICE_ROWS
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import BIN, NO_SPOOL, RAW, Shortscience
from tests.installation import wait_until

SETTINGS = Settings()


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Return the sample dumps as one batch."""
    return cut_batches(take_inventory([str(RAW)], NO_SPOOL).distinct)[0]


def die_once(batch: Batch, settings: Settings, folder: Path) -> None:
    """Die as if killed by the system in a worker's first life; build shards in its second."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    build_shards(batch, settings, folder)


def die(batch: Batch, settings: Settings, folder: Path) -> None:
    """Always die."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def starve(batch: Batch, settings: Settings, folder: Path) -> None:
    """Build shards without any memory left: the system refuses every further page."""
    taken = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (taken, resource.RLIM_INFINITY))
    build_shards(batch, settings, folder)


def starve_once(batch: Batch, settings: Settings, folder: Path) -> None:
    """Starve in a worker's first life; build shards in its second."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "starved"
    if mark.exists():
        build_shards(batch, settings, folder)
    else:
        mark.touch()
        starve(batch, settings, folder)


def test_workers_do_not_run_the_script_that_starts_them(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from shortscience.pipeline.processes import Workers\n"
        "print('started', flush=True)\n"
        "workers = Workers(2)\n"
        "workers.start()\n"
        "print(workers.submit(abs, -3).result())\n"
        "workers.stop()\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["started", "3"]


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_process_that_is_ended_while_a_worker_starts_says_nothing_of_it(
    tmp_path: Path, number: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing.util as util, os, signal, sys\n"
        "from shortscience.pipeline.processes import Workers\n"
        "start = util.spawnv_passfds\n"
        "def start_and_signal(path, arguments, files):\n"
        "    child = start(path, arguments, files)\n"
        "    if '--multiprocessing-fork' in arguments:\n"
        f"        os.kill(os.getpid(), signal.{number})\n"
        "    return child\n"
        "util.spawnv_passfds = start_and_signal\n"
        f"signal.signal(signal.{number}, lambda *_: sys.exit(7))\n"
        "workers = Workers(1)\n"
        "try:\n"
        "    workers.start()\n"
        "finally:\n"
        "    workers.stop()\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (7, "", "")


def test_workers_still_end_on_request(tmp_path: Path) -> None:
    workers = Workers(1)
    os.kill(workers.submit(os.getpid).result(), signal.SIGTERM)
    with pytest.raises(BrokenProcessPool):
        workers.submit(time.sleep, 60).result()
    workers.stop()


def test_a_killed_worker_is_replaced_and_its_batch_rerun(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "build_shards", die_once)
    with LocalEngine(2, tmp_path).runner(2) as run:
        run(batch, SETTINGS, tmp_path)
    records = Shards.of([batch], SETTINGS, tmp_path).scan("records").collect()
    assert records.height > 0


def test_a_batch_whose_workers_are_always_killed_is_reported(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "build_shards", die)
    with LocalEngine(2, tmp_path).runner(2) as run, pytest.raises(WorkerError) as caught:
        run(batch, SETTINGS, tmp_path)
    assert batch.inputs[0].name in str(caught.value)
    assert "fewer --workers" in str(caught.value)


def test_a_worker_whose_memory_runs_out_is_replaced(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "build_shards", starve_once)
    with LocalEngine(2, tmp_path).runner(2) as run:
        run(batch, SETTINGS, tmp_path / "starved")
    build_shards(batch, SETTINGS, tmp_path / "fed")
    starved, fed = (Shards.of([batch], SETTINGS, tmp_path / name) for name in ("starved", "fed"))
    for name in TEXT_FRAMES:
        assert starved.files(name)[0].read_bytes() == fed.files(name)[0].read_bytes()


def parsed_for_keys(batch: Batch) -> int:
    """Return how many modules are parsed to name the shards of a batch."""
    before = version._imports.cache_info().misses
    shards.layer_keys(batch, SETTINGS)
    return version._imports.cache_info().misses - before


def test_workers_parse_the_code_before_memory_can_run_out(batch: Batch) -> None:
    workers = Workers(1, local._prepare)
    assert workers.submit(parsed_for_keys, batch).result() == 0
    workers.stop()


@pytest.mark.long
def test_a_batch_that_always_exceeds_memory_is_reported(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "build_shards", starve)
    with LocalEngine(2, tmp_path).runner(2) as run, pytest.raises(WorkerError) as caught:
        run(batch, SETTINGS, tmp_path)
    assert batch.inputs[0].name in str(caught.value)
    assert "run out of memory" in str(caught.value)
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".unfinished-")]


def test_the_second_of_two_concurrent_builds_fails_with_a_message(
    shortscience: Shortscience, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [BIN / "shortscience", "build", RAW, "--out", out, "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        while not (out / ".work" / "lock").exists() and first.poll() is None:
            time.sleep(0.01)
        start = time.monotonic()
        second = shortscience("build", RAW, "--out", out)
        seconds = time.monotonic() - start
        is_first_at_work = first.poll() is None
        _, errors = first.communicate(timeout=300)
    assert second.returncode == 1
    assert second.stderr.startswith(f"shortscience: Another build is writing to {out}; wait")
    assert is_first_at_work, f"the second took {seconds} s to say so"
    assert first.returncode == 0, errors


@pytest.mark.parametrize(
    ("ended_by", "status", "says"),
    [
        pytest.param(signal.SIGKILL, -signal.SIGKILL, "", id="killed"),
        pytest.param(signal.SIGTERM, 143, "build` was ended by SIGTERM", id="terminated"),
        pytest.param(signal.SIGINT, 130, "Interrupted; nothing is half done", id="interrupted"),
    ],
)
def test_nothing_outlives_a_build_that_is_ended(
    tmp_path: Path, ended_by: signal.Signals, status: int, says: str
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number, dump in enumerate(sorted(RAW.iterdir()) * 40):
        (raw / f"{number}.txt").write_bytes(dump.read_bytes() + b" %d" % number)
    command = [BIN / "shortscience", "build", raw, "--out", tmp_path / "out", "--workers", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as build:
        children = wait_for_children(build.pid, 2)
        build.send_signal(ended_by)
        _, errors = build.communicate(timeout=120)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert build.returncode == status, errors
    assert says in errors
    if says:
        assert len(errors.strip().splitlines()) == 1


@pytest.fixture(scope="module")
def long_release(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose summaries are so many that several processes write its report."""
    release = tmp_path_factory.mktemp("long") / "release"
    shutil.copytree(built, release)
    times = 4 * SLICE_ROWS // count_rows(built, "summaries")
    numbers = pl.DataFrame({"number": range(1_000, 1_000 + times)})
    for name in ("summaries", "records"):
        (path,) = table_files(release, name)
        kept = pl.read_parquet(path).join(
            read_table(built, "summaries", ["record_id"]), on="record_id", how="semi"
        )
        many = kept.join(numbers, how="cross").with_columns(
            pl.format("{}{}", "number", pl.col(key).str.slice(4)).alias(key)
            for key in ("summary_id", "record_id")
        )
        many.drop("number").sort(TABLES[name].key).write_parquet(path)
    return release


@pytest.mark.parametrize(
    ("end", "status", "says"),
    [
        pytest.param(
            lambda pid: os.kill(pid, signal.SIGKILL), -signal.SIGKILL, "", id="the parent killed"
        ),
        pytest.param(
            lambda pid: os.killpg(pid, signal.SIGINT),
            130,
            "Interrupted;",
            id="all interrupted",
            marks=pytest.mark.long,
        ),
        pytest.param(
            lambda pid: psutil.Process(pid).children()[-1].kill(),
            1,
            "with fewer --workers",
            id="a worker killed",
            marks=pytest.mark.long,
        ),
    ],
)
def test_nothing_outlives_a_report_that_is_ended(
    long_release: Path, tmp_path: Path, end: Callable[[int], None], status: int, says: str
) -> None:
    out = tmp_path / "report"
    command = [BIN / "shortscience", "report", long_release, "--out", out, "--workers", "2"]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as report:
        while report.poll() is None and not list(tmp_path.glob(".report-*/report/data/pages/*")):
            time.sleep(0.1)
        children = psutil.Process(report.pid).children(recursive=True)
        end(report.pid)
        _, errors = report.communicate(timeout=120)
    _, alive = psutil.wait_procs(children, timeout=20)
    for process in alive:
        process.kill()
    assert len(children) >= 2
    assert not alive
    assert report.returncode == status, errors
    assert says in errors
    if says:
        assert len(errors.strip().splitlines()) == 1
    assert not out.exists()


def wait_for_children(pid: int, count: int) -> list[psutil.Process]:
    """Return a process's children, once there are `count`."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = psutil.Process(pid).children(recursive=True)
        if len(children) >= count:
            return children
        time.sleep(0.1)
    raise TimeoutError


def test_a_validator_that_was_killed_before_it_is_needed_is_started_again(built: Path) -> None:
    with validator() as validate:
        validate.start()
        for process in psutil.Process().children():
            if "spawn_main" in " ".join(process.cmdline()):
                process.kill()
                process.wait()
        wait_until(lambda: validate._process._pool._broken)
        validate.start()
        assert not validate(built).failed
