"""Builds on a Ray cluster of two machines, each with its own processes and memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from ray import cluster_utils

from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.engines.ray_cluster import RayEngine, connected
from shortscience.pipeline.errors import WorkerError
from shortscience.pipeline.papers.bibliography.index import index_file
from shortscience.pipeline.papers.stage import identify_papers
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import BIN, NO_SPOOL, RAW, Shortscience, differing
from tests.processing import InParts
from tests.unit.test_find_copies import corpus, in_parts
from tests.unit.test_papers import library

_MEMORY = 80 << 20  # bytes of results that a machine holds before it spills
_TIMEOUT = 300  # seconds


@pytest.fixture(scope="module")
def cluster() -> Iterator[cluster_utils.Cluster]:
    """Start two machines as processes of this one; the first is the head."""
    started = cluster_utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": _MEMORY}
    )
    started.add_node(num_cpus=1, object_store_memory=_MEMORY)
    try:
        yield started
    finally:
        started.shutdown()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return dumps that take a cluster some time: the samples, repeated."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(5):
        for dump in sorted(RAW.iterdir()):
            (folder / f"{number}-{dump.name}").write_bytes(dump.read_bytes() + b"\n%d\n" % number)
    return folder


def build(
    cluster: cluster_utils.Cluster, raw: Path, out: Path, **environment: str
) -> subprocess.Popen[str]:
    """Start a build on the cluster."""
    return subprocess.Popen(
        [BIN / "shortscience", "build", raw, "--out", out, "--engine", "ray"],
        env={**os.environ, "RAY_ADDRESS": cluster.address, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_tasks(name: str, build: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the workers that are running a task, once there are any."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline and build.poll() is None:
        title = f"ray::{name}"
        found = [p for p in psutil.process_iter(["cmdline"]) if title in (p.info["cmdline"] or [])]
        if found:
            return found
        time.sleep(0.01)
    raise TimeoutError(build.communicate())


def test_a_cluster_gives_the_same_bytes(
    cluster: cluster_utils.Cluster, built: Path, tmp_path: Path
) -> None:
    with build(cluster, RAW, tmp_path) as running:
        _, errors = running.communicate(timeout=_TIMEOUT)
    assert running.returncode == 0, errors
    assert not differing(built, tmp_path / "latest")


@pytest.mark.long
def test_a_killed_worker_does_not_affect_the_release(
    cluster: cluster_utils.Cluster, many: Path, shortscience: Shortscience, tmp_path: Path
) -> None:
    done = shortscience("build", many, "--out", tmp_path / "local")
    assert done.returncode == 0, done.stderr
    with build(cluster, many, tmp_path / "ray") as running:
        wait_for_tasks("_build_shards", running)[0].send_signal(signal.SIGKILL)
        answer, errors = running.communicate(timeout=_TIMEOUT)
    assert running.returncode == 0, errors
    assert "died" not in answer
    assert not differing(tmp_path / "local" / "latest", tmp_path / "ray" / "latest")


@pytest.mark.long
def test_a_machine_without_network_does_not_affect_the_release(built: Path, tmp_path: Path) -> None:
    seldom = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 1000}
    strict = {"health_check_timeout_ms": 1000, "health_check_failure_threshold": 3}
    machines = cluster_utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "_system_config": seldom | strict}
    )
    for _ in range(2):
        machines.add_node(num_cpus=1, object_store_memory=_MEMORY)
    frozen: list[psutil.Process] = []
    asking = {f"RAY_grpc_client_keepalive_{name}_ms": "2000" for name in ("time", "timeout")}
    try:
        with build(machines, RAW, tmp_path, **asking) as running:
            machine = wait_for_tasks("_build_shards", running)[0].parent()
            assert machine is not None
            # Its connections stay open without an answer, as when a cable is pulled.
            frozen += [machine, *machine.children(recursive=True)]
            for process in frozen:
                process.suspend()
            _, errors = running.communicate(timeout=_TIMEOUT)
        assert running.returncode == 0, errors
        assert {process.status() for process in frozen} == {psutil.STATUS_STOPPED}
        assert not differing(built, tmp_path / "latest")
    finally:
        for process in frozen:
            process.kill()
        machines.shutdown()


def _large(value: int) -> bytes:
    return bytes([value]) * (_MEMORY // 2)


@pytest.mark.long
def test_a_full_spill_disk_is_reported_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(tmp_path)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    machine = cluster_utils.Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "object_store_memory": _MEMORY,
            "object_spilling_directory": str(tmp_path),
        },
    )
    monkeypatch.setenv("RAY_ADDRESS", machine.address)
    try:
        with connected(workers=1) as engine, pytest.raises(WorkerError, match="make space"):
            engine.get([engine.run(_large, value) for value in range(6)])
    finally:
        machine.shutdown()
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


class Fragile(RayEngine):
    """An engine that kills the worker of each kind of task once."""

    def __init__(self, marks: Path) -> None:
        self._marks = marks
        self.kinds: set[str] = set()

    def run(self, function, *arguments):
        return super().run(self._once(function, arguments), *arguments)

    def split(self, function, n_parts, *arguments):
        return super().split(self._once(function, arguments), n_parts, *arguments)

    def _once(self, function, arguments):
        """Kill the worker at the first task of a kind; calls through `Parts` count by function."""
        called = arguments[0] if arguments and callable(arguments[0]) else function
        mark = self._marks / called.__name__
        self.kinds.add(called.__name__)

        def run(*arguments):
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)

        return run


@pytest.mark.long
def test_workers_killed_at_any_step_of_the_search_do_not_affect_the_release(
    cluster: cluster_utils.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = corpus(1)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    with connected(workers=1):
        engine = Fragile(tmp_path)
        found = in_parts(records, 3, 2, engine)
    assert found.outcomes.equals(in_parts(records, 1, 1).outcomes)
    assert {path.name for path in tmp_path.iterdir()} == engine.kinds
    assert {"_placed", "_rank", "_bands", "candidate_pairs", "_similar"} <= engine.kinds
    assert {"read_normal_forms", "_sent", "_extensions"} <= engine.kinds


@pytest.mark.long
def test_workers_killed_at_any_step_of_papers_and_tables_do_not_affect_the_release(
    cluster: cluster_utils.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Settings()
    inputs = list(take_inventory([str(RAW)], NO_SPOOL).distinct)
    batches = cut_batches(inputs, batch_bytes=1 << 14)
    assert len(batches) > 3
    for batch in batches:
        build_shards(batch, chosen, tmp_path / "shards")
    shards = Shards.of(batches, chosen, tmp_path / "shards")
    outcomes = find_copies(shards, None, chosen, InParts(1)).outcomes
    known = [index_file(library(tmp_path), "library", tmp_path / "cache")]
    whole = identify_papers(shards, outcomes, known, [], chosen, InParts(1))
    write_tables(inputs, shards, outcomes, whole, tmp_path / "whole", InParts(1))
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    (tmp_path / "marks").mkdir()
    with connected(workers=1):
        engine = Fragile(tmp_path / "marks")
        found = identify_papers(shards, outcomes, known, [], chosen, InParts(3, engine))
        write_tables(inputs, shards, outcomes, found, tmp_path / "parted", InParts(3, engine))
        links = found.links.collect().sort("summary_id", "place")
    assert len(links)
    assert links.equals(whole.links.collect())
    assert not differing(tmp_path / "whole", tmp_path / "parted")
    assert {path.name for path in (tmp_path / "marks").iterdir()} == engine.kinds
    assert {"_link", "pages", "entries", "label", "resolve"} <= engine.kinds
    assert {"attribute", "drop_own_paper", "judge", "describe"} <= engine.kinds
    assert {"record_rows", "summary_rows", "_write_file"} <= engine.kinds


@pytest.mark.long
def test_a_cluster_that_does_not_answer_is_named(
    shortscience_process: Shortscience, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    done = shortscience_process("build", RAW, "--out", tmp_path, "--engine", "ray")
    assert done.returncode == 2
    assert "127.0.0.1:1" in done.stderr
    assert "RAY_ADDRESS" in done.stderr


_TOKEN = "0123456789abcdef" * 2
_GUARDED = """
import sys
import ray
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """Start a cluster that requires a token, in a separate process, and return its address."""
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _TOKEN}
    with subprocess.Popen(
        [sys.executable, "-c", _GUARDED],
        env=os.environ | token,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as head:
        assert head.stdout
        yield head.stdout.readline().strip()
        # Its daemons inherit the pipe: do not wait until they all have closed it.
        assert head.stdin
        head.stdin.close()
        head.wait(_TIMEOUT)


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no token"),
        pytest.param({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _TOKEN[::-1]}, id="another"),
    ],
)
@pytest.mark.long
def test_a_cluster_that_refuses_is_never_replaced(
    guarded: str, environment: dict[str, str], shortscience_process: Shortscience, tmp_path: Path
) -> None:
    command = ["build", RAW, "--out", tmp_path, "--engine", "ray"]
    done = shortscience_process(*command, RAY_ADDRESS=guarded, **environment)
    assert done.returncode == 2
    sentence = done.stderr.splitlines()[-1]
    assert sentence.startswith(f"shortscience: The Ray cluster at {guarded} cannot be used: ")
    assert "Authentication token is missing or incorrect; check RAY_ADDRESS" in sentence
    assert not (tmp_path / "latest").exists()


@pytest.mark.long
def test_a_client_with_the_token_is_admitted(
    guarded: str, built: Path, shortscience_process: Shortscience, tmp_path: Path
) -> None:
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _TOKEN}
    command = ["build", RAW, "--out", tmp_path, "--engine", "ray"]
    done = shortscience_process(*command, RAY_ADDRESS=guarded, **token)
    assert done.returncode == 0, done.stderr
    assert not differing(built, tmp_path / "latest")
