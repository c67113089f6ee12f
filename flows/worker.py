"""A worker that leaves no run without an end: `python -m shortscience.flows.worker [POOL]`.

Prefect's own worker takes its runs with it when it is stopped or killed, and tells nobody: they
stay Running, and keep the slot of their deployment. This process starts that worker and watches it.
When the worker is told to stop, or is killed, its runs are ended, get the state Crashed, and people
are told; so are, at the start, those of a worker whose machine lost power. A run loses little by
it: what it has finished is kept, and the next one goes on from there.

Start one for a pool, as a second one would take the runs of the first for lost.
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
_GOES_ON = "the next run goes on from where it was"
_LOST = f"The worker was killed, or the machine lost power; {_GOES_ON}."
_KILLED = f"The worker was killed; {_GOES_ON}."
_STOPPED = f"The worker was stopped; {_GOES_ON}."
_LOOK_SECONDS = 0.2


class _Stop:
    """Whether somebody wants this process to stop: it hears of SIGTERM and SIGINT."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._want)

    def _want(self, _number: int, _frame: FrameType | None) -> None:
        self.wanted = True


def main() -> int:
    """Run a worker until it is told to stop; the exit status is 1 when it ended by itself."""
    pool = sys.argv[1] if len(sys.argv) > 1 else _POOL
    stop = _Stop()
    if not _server_answers(stop):
        return 0
    _say_ended(end_runs(pool, _LOST, kill=False), _LOST)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool]
    # In a session of its own: what interrupts this process must not reach the worker before it.
    worker = subprocess.Popen(command, start_new_session=True)
    while worker.poll() is None and not stop.wanted:
        time.sleep(_LOOK_SECONDS)
    _end(worker, pool, _STOPPED if stop.wanted else _KILLED)
    return 0 if stop.wanted else 1


def _server_answers(stop: _Stop) -> bool:
    """Wait until the server answers; False if this process is to stop before."""
    told = False
    with get_client(sync_client=True) as client:
        while (error := client.api_healthcheck()) and not stop.wanted:
            if not told:
                _say(f"Waiting for the server at {PREFECT_API_URL.value()} ({error})")
            told = True
            time.sleep(_LOOK_SECONDS)
    return not error


def _end(worker: "subprocess.Popen[bytes]", pool: str, reason: str) -> None:
    """End a worker and its runs, and say so of each.

    It is halted first, so that it gives its runs no state of its own, and killed last: a run ends
    itself, with a reason that says nothing, when nobody reads any more what it prints.
    """
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGSTOP)
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error:
        _say(f"No server answers ({error}); runs are ended when the worker is started again.")
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
