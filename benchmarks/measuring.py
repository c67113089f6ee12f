"""The measuring harness: wall time, processor time and peak memory.

`measure` runs a function in a fresh process. `race` runs programs with all processes that they
start, in turn, round by round, and reports medians.
"""

import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Self

import psutil

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
"""The interpreter of the environment that `make peers` creates."""

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_SAMPLE_SECONDS = 0.3  # reading the memory map takes milliseconds per gigabyte
_RESET_PEAK = "5"  # see proc_pid_clear_refs(5)


class Measured(NamedTuple):
    """Wall seconds, processor seconds, and the largest resident memory in MiB."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


class Clock:
    """A stopwatch that runs inside `with`; it adds up times and keeps the peak of this process.

    A step loads its input and saves its output while the clock stands still.
    """

    def __init__(self) -> None:
        self._seconds = self._cpu = self._peak = 0.0
        self._started = 0.0, 0.0

    def __enter__(self) -> Self:
        _reset_peak()
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        started, cpu_started = self._started
        self._seconds += time.perf_counter() - started
        self._cpu += time.process_time() - cpu_started
        self._peak = max(self._peak, peak_mib())

    def read(self) -> Measured:
        """Return what was measured so far."""
        return Measured(self._seconds, self._cpu, self._peak)


def measure(step: Callable[[Path, Clock], None], folder: Path) -> Measured:
    """Run a step in a fresh process, so that its memory is its own and no cache is warm.

    `step` is a function of a module; it gets `folder` and a clock.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_run_step, step, folder).result()


def _run_step(step: Callable[[Path, Clock], None], folder: Path) -> Measured:
    clock = Clock()
    step(folder, clock)
    return clock.read()


def _reset_peak() -> None:
    """Reset the peak where the kernel allows it; elsewhere, loading the input counts too."""
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return


def peak_mib() -> float:
    """Return the peak memory of this process in MiB.

    `getrusage` is the fallback only: in a forked process it starts from the parent's peak.
    """
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 1024


class Contestant(NamedTuple):
    """A program in a race.

    Words of `command` may name folders in braces; `{scratch}` is an empty one of its own. A program
    that `times_itself` ends its output with a line of JSON: `seconds`, and what it found.
    """

    name: str
    command: tuple[str, ...]
    times_itself: bool = False


class Result(NamedTuple):
    """What a program took, and the JSON object that it printed, if it times itself."""

    measured: Measured
    said: Mapping[str, Any]


class FailedError(Exception):
    """A contestant failed; the message has the last line of its standard error."""


def module(name: str, module: str, *arguments: str, peer: bool = False) -> Contestant:
    """Return a contestant of `benchmarks.peers`, run by this interpreter or by that of the peers.

    Such contestants time themselves, so that imports do not count.
    """
    interpreter = str(PEERS) if peer else sys.executable
    command = (interpreter, "-m", f"benchmarks.peers.{module}", *arguments)
    return Contestant(name, command, times_itself=True)


def race(
    contestants: Sequence[Contestant], rounds: int, folders: Mapping[str, Path]
) -> dict[str, Result]:
    """Let programs take turns, round by round; return the medians by name.

    Progress goes to standard error. Raises FailedError when a contestant fails.
    """
    results: dict[str, list[Result]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for contestant in contestants:
            result = run(contestant, folders)
            results[contestant.name].append(result)
            say(f"round {number}, {contestant.name}: {result.measured.seconds:.2f} s")
    return {name: median(rounds) for name, rounds in results.items()}


def run(contestant: Contestant, folders: Mapping[str, Path]) -> Result:
    """Run one program once. Raises FailedError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        names = {**folders, "scratch": Path(scratch)}
        command = [word.format_map(names) for word in contestant.command]
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with _TreeMemory(process.pid) as memory:
            out, err = process.communicate()
        seconds = time.perf_counter() - start
    if process.returncode:
        reason = (err.strip().splitlines() or ["no message"])[-1]
        raise FailedError(f"{contestant.name} failed: {reason}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = json.loads(out.strip().splitlines()[-1]) if contestant.times_itself else {}
    return Result(Measured(said.get("seconds", seconds), cpu, memory.peak_mib), said)


def median(results: Sequence[Result]) -> Result:
    """Return the median times and the largest memory; what the program said in the first round."""
    seconds, cpu, peaks = zip(*(result.measured for result in results), strict=True)
    measured = Measured(statistics.median(seconds), statistics.median(cpu), max(peaks))
    return Result(measured, results[0].said)


def say(message: str) -> None:
    """Report progress on standard error."""
    print(message, file=sys.stderr, flush=True)


class _TreeMemory:
    """The largest memory of a process and all its descendants, sampled inside `with`.

    A page that several processes share counts once (the kernel's proportional set size).
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, _tree_bytes(self._pid) / 2**20)
            if self._stop.wait(_SAMPLE_SECONDS):
                return


def _tree_bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(map(_own_bytes, (process, *process.children(recursive=True))))
    except psutil.Error:
        return 0


def _own_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has ended since
        return 0
