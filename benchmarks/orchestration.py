"""What the orchestrator adds to a build: `python -m benchmarks.orchestration RAW [--runs 5]`.

`shortscience build` and `benchmarks.without_orchestrator` run in turn, each as a whole process with
an empty output folder, so that what else the machine does falls on both alike. Both use one process
for the stages; the difference is what Prefect costs: its import, its server, its flow and tasks.
"""

import argparse
import filecmp
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_WITH, _WITHOUT = "with Prefect", "without"


def commands(raw: str, out: Path) -> dict[str, list[str]]:
    """Return the two commands that build a release from `raw` in `out`."""
    shortscience = str(Path(sys.executable).with_name("shortscience"))
    return {
        _WITH: [shortscience, "build", raw, "--out", str(out), "--workers", "1"],
        _WITHOUT: [sys.executable, "-m", "benchmarks.without_orchestrator", raw, str(out)],
    }


def compare(raw: str, runs: int) -> tuple[dict[str, list[float]], bool]:
    """Run both commands in turn; return their wall times, and whether they built the same bytes."""
    seconds: dict[str, list[float]] = {_WITH: [], _WITHOUT: []}
    same = True
    for number in range(1, runs + 1):
        with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
            outs = {name: Path(scratch) / name.replace(" ", "-") for name in seconds}
            for name, out in outs.items():
                seconds[name].append(_wall_time(commands(raw, out)[name]))
                print(f"run {number}, {name}: {seconds[name][-1]:.2f} s", file=sys.stderr)
            same = same and _same_release(*outs.values())
    return seconds, same


def _wall_time(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def _same_release(one: Path, other: Path) -> bool:
    """Whether two output folders hold the same files in `releases`, byte for byte."""
    left, right = (
        {path.relative_to(out): path for path in (out / "releases").rglob("*") if path.is_file()}
        for out in (one, other)
    )
    return left.keys() == right.keys() and all(
        filecmp.cmp(left[name], right[name], shallow=False) for name in left
    )


def main() -> None:
    """Compare both ways to build, and print their wall times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orchestration", description=__doc__)
    parser.add_argument("raw", metavar="RAW", help="a folder of raw dumps")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    seconds, same = compare(arguments.raw, arguments.runs)
    print(f"{'build':<16}{'min':>8}{'median':>8}{'max':>8}   seconds of {arguments.runs} runs")
    for name, times in seconds.items():
        print(f"{name:<16}{min(times):>8.2f}{statistics.median(times):>8.2f}{max(times):>8.2f}")
    added = statistics.median(
        one - other for one, other in zip(seconds[_WITH], seconds[_WITHOUT], strict=True)
    )
    print(f"Median difference: {added:+.2f} s. Same release, byte for byte: {same}.")


if __name__ == "__main__":
    main()
