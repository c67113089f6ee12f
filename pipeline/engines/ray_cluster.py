"""The Ray engine: stages as tasks of a cluster, or of a local one started for the build.

All machines must see the raw dumps and the output folder under the same paths, and have this
project installed. Ray retries tasks whose worker was killed, recomputes results lost with a
machine, and spills to disk what does not fit into memory.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shortscience.pipeline.batches import Batch
from shortscience.pipeline.engines import Runner
from shortscience.pipeline.errors import UsageError, WorkerError
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import build_shards
from shortscience.pipeline.tasks import Ref, Tasks, joined
from shortscience.pipeline.version import code_digest

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# A machine that loses its network closes no connections, so keepalive probes have to detect it.
# Ray's defaults are a probe every five minutes and a timeout of two.
os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "10000")
os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "10000")
try:
    import ray
except ImportError:
    raise UsageError(
        "Ray is not installed; run `pip install 'shortscience-dataset[ray]'`."
    ) from None

_WORKERS_CODE = "pipeline.shards"
"""The module that the cluster's machines run; its digest covers all that it imports."""
_QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
_SECONDS_TO_ANSWER = 10
_RECORDS_PER_PART = 100_000
_ATTEMPTS = 3
"""Times that Ray retries a task whose worker was killed."""


@contextlib.contextmanager
def connected(workers: int) -> Iterator["RayEngine"]:
    """Connect to the cluster in RAY_ADDRESS, else to one on this machine, else start one.

    One that is started has `workers` processors. Raises UsageError if the named cluster cannot be
    used; no other one replaces it.
    """
    if address := os.environ.get("RAY_ADDRESS"):
        _reach(address)
        _join(address)
    else:
        try:
            _join("auto")
        except ConnectionError:
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **_QUIET)
    try:
        # Ray's messages about dead workers do not belong in a command's output.
        with contextlib.redirect_stdout(sys.stderr):
            yield RayEngine()
    finally:
        ray.shutdown()


def _join(address: str) -> None:
    """Connect to a cluster; raise UsageError with its reason if it refuses.

    Raises ConnectionError if no cluster runs on this machine and none was named.
    """
    try:
        ray.init(address=address, **_QUIET)
    except (RuntimeError, ValueError, ConnectionError, ray.exceptions.RayError) as error:
        if address == "auto" and isinstance(error, ConnectionError):
            raise
        raise UsageError(
            f"The Ray cluster at {address} cannot be used: {_reason(error)}; check RAY_ADDRESS, and"
            " the cluster's token (RAY_AUTH_MODE, RAY_AUTH_TOKEN), or unset them."
        ) from error


def _reason(error: Exception) -> str:
    """Return the sentence of an error of Ray that follows its traceback."""
    last = str(error.__cause__ or error).strip().splitlines()[-1]
    return (last.partition("Error: ")[2] or last).partition(". ")[0].rstrip(".")


def _reach(address: str) -> None:
    """Raise UsageError unless the address accepts connections; Ray would retry for minutes."""
    place = urlsplit(address if "://" in address else f"//{address}")
    try:
        if place.hostname and place.port:
            socket.create_connection((place.hostname, place.port), _SECONDS_TO_ANSWER).close()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"No Ray cluster answers at {address} ({error}); check RAY_ADDRESS, or unset it."
        ) from error


class RayEngine:
    """The Ray cluster that this process is connected to."""

    @property
    def batches_at_once(self) -> int:
        """Two per processor, so that one is always queued."""
        return 2 * self._n_cpus

    @property
    def _n_cpus(self) -> int:
        return int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]

    def start(self, _n_batches: int) -> None:
        """Do nothing: the cluster starts its workers."""

    def runner(self, _n_batches: int) -> AbstractContextManager[Runner]:
        """Provide a function that builds a batch's shards on the cluster."""

        def run(batch: Batch, settings: Settings, folder: Path) -> None:
            code = code_digest(_WORKERS_CODE)
            self.get([self.run(_build_shards, batch, settings, folder.absolute(), code)])

        return contextlib.nullcontext(run)

    @property
    def tasks(self) -> Tasks:
        """The engine itself, which runs tasks on the cluster."""
        return self

    def n_parts(self, n_records: int) -> int:
        """Return enough parts for all processors, each small enough for a worker's memory."""
        return max(self._n_cpus, 1 + n_records // _RECORDS_PER_PART)

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Start a task."""
        return _remote(function).remote(*arguments)

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Start a task that returns `n_parts` parts."""
        if n_parts == 1:
            return [_remote(_only_part).remote(function, *arguments)]
        refs: list[Ref] = _remote(function).options(num_returns=n_parts).remote(n_parts, *arguments)
        return refs

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Start a task that concatenates frames; a single frame needs none."""
        return refs[0] if len(refs) == 1 else self.run(joined, *refs)

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Wait for results and fetch them; raise what a task raised."""
        try:
            return list(ray.get(list(refs)))
        except (ray.exceptions.OutOfDiskError, ray.exceptions.ObjectStoreFullError) as error:
            raise WorkerError(
                "A machine of the cluster is out of memory and disk for results; make space"
                " where Ray spills to, or add machines, and build again, which goes on from here."
            ) from error
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
            raise WorkerError(
                f"Ray's workers were killed {1 + _ATTEMPTS} times at one task; they may have run"
                " out of memory: build again with more memory for each, which goes on from here."
            ) from error


def _remote(function: Callable[..., Any]) -> Any:
    return ray.remote(max_retries=_ATTEMPTS)(function)


def _only_part(function: Callable[..., Sequence[Any]], *arguments: Any) -> Any:
    """Unwrap the only part: Ray expects a bare result from a task with one result."""
    return function(1, *arguments)[0]


def _build_shards(batch: Batch, settings: Settings, folder: Path, code: str) -> None:
    """Build a batch's shards; raise WorkerError if this machine runs other code."""
    if code_digest(_WORKERS_CODE) != code:
        raise WorkerError(
            f"{os.uname().nodename} has another version of this project or of its libraries"
            " installed; install the same one on all machines of the cluster."
        )
    build_shards(batch, settings, folder)
