"""Measuring one step at a time, each in a process of its own."""

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_SAMPLE_SECONDS = 0.3  # asking takes milliseconds for each gigabyte
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
        self._peak = max(self._peak, peak_mib())

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


def peak_mib() -> float:
    """Return the peak of this process, in MiB.

    Where the kernel tells it: what `getrusage` tells of a process that was forked off begins with
    what the other one held.
    """
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 1024


class TreeMemory:
    """The largest memory of a process and all that it started, sampled while `with` lasts.

    A page that several processes share counts once (the proportional set size of the kernel).
    """

    def __init__(self, pid: int | None = None) -> None:
        self._pid = os.getpid() if pid is None else pid
        self._peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def peak_mib(self) -> float:
        """The largest sum so far, in MiB; 0 where the kernel does not tell."""
        return self._peak

    def _sample(self) -> None:
        while True:
            self._peak = max(self._peak, sum(map(_proportional_mib, _tree(self._pid))))
            if self._stop.wait(_SAMPLE_SECONDS):
                return


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            started = children.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in started:
            yield from _tree(int(child))


def _proportional_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) / 1024
