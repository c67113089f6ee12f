"""Measuring one step at a time, each in a process of its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"  # see proc_pid_clear_refs(5)


class Measurement(NamedTuple):
    """What a step took: seconds, and the largest resident memory of its process in MiB."""

    seconds: float
    peak_mib: float


class Clock:
    """A stopwatch that is started and stopped with `with`; it adds up time and keeps the peak.

    What a step needs from earlier ones is loaded, and what later ones need is saved, while the
    clock stands still.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._peak = 0.0
        self._started = 0.0

    def __enter__(self) -> Self:
        _reset_peak()
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds += time.perf_counter() - self._started
        self._peak = max(self._peak, _peak_mib())

    def read(self) -> Measurement:
        """Return what was measured so far."""
        return Measurement(self._seconds, self._peak)


def measure(step: Callable[[Path, Clock], None], folder: Path) -> Measurement:
    """Run a step in a fresh process: its memory is its own, and no cache is warm.

    `step` is a function of a module, which gets `folder` and a clock.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_run, step, folder).result()


def _run(step: Callable[[Path, Clock], None], folder: Path) -> Measurement:
    clock = Clock()
    step(folder, clock)
    return clock.read()


def _reset_peak() -> None:
    """Forget the peak so far, where the kernel lets us; elsewhere, loading counts as well."""
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return


def _peak_mib() -> float:
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 1024
