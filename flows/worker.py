"""A worker whose runs always get a final state: `python -m shortscience.flows.worker [POOL]`.

When Prefect's own worker is stopped or killed, its runs die with it but stay Running, and keep the
concurrency slot of their deployment. This process starts that worker and watches it. When the
worker is stopped or killed, its runs are ended, set to Crashed, and reported; at startup, so are
the runs of a worker whose machine lost power. Finished work is kept, and the next run resumes from
there.

Start only one per pool: a second one would take the first one's runs for lost.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from shortscience.flows.ending import end_runs

_POOL = "local"
_GOES_ON = "the next run resumes from there"
_LOST = f"The worker was killed, or the machine lost power; {_GOES_ON}."
_KILLED = f"The worker was killed; {_GOES_ON}."
_STOPPED = f"The worker was stopped; {_GOES_ON}."
_LOOK_SECONDS = 0.2


class _Stop:
    """Whether SIGTERM or SIGINT asked this process to stop."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._want)

    def _want(self, _number: int, _frame: FrameType | None) -> None:
        self.wanted = True


def main() -> int:
    """Run a worker until it is stopped; the exit status is 1 if it ended by itself."""
    pool = sys.argv[1] if len(sys.argv) > 1 else _POOL
    stop = _Stop()
    if not _server_answers(stop):
        return 0
    _say_ended(end_runs(pool, _LOST, kill=False), _LOST)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool]
    # In its own session, so that an interrupt reaches this process only.
    worker = subprocess.Popen(command, start_new_session=True)
    while worker.poll() is None and not stop.wanted:
        time.sleep(_LOOK_SECONDS)
    _end(worker, pool, _STOPPED if stop.wanted else _KILLED)
    return 0 if stop.wanted else 1


def _server_answers(stop: _Stop) -> bool:
    """Wait until the server answers; False if this process is told to stop first."""
    waiting = False
    with get_client(sync_client=True) as client:
        while (error := client.api_healthcheck()) and not stop.wanted:
            if not waiting:
                _say(f"Waiting for the server at {PREFECT_API_URL.value()} ({error})")
            waiting = True
            time.sleep(_LOOK_SECONDS)
    return not error


def _end(worker: "subprocess.Popen[bytes]", pool: str, reason: str) -> None:
    """End a worker and its runs, and report each run.

    The worker is paused first, so that it sets no states itself, and killed last: once nobody reads
    a run's output, the run ends with a meaningless reason.
    """
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGSTOP)
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error:
        _say(f"No server answers ({error}); the runs will be ended when the worker starts again.")
    else:
        _say_ended(end_runs(pool, reason, kill=True), reason)
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)


def _say_ended(runs: list[str], reason: str) -> None:
    for run in runs:
        _say(f"Ended the run {run}: {reason}")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - for the journal


if __name__ == "__main__":
    sys.exit(main())
