"""Builds on one machine and on Ray: `python -m benchmarks.engines [--records N]`.

A corpus is generated, and built by `shortscience build` as a whole process, from raw dumps to the
validated release: on this machine with one and two workers, and on a Ray cluster of one, two and
four that is started for the build.
"""

import argparse
import filecmp
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import write_corpus

BUILDS = (("local", 1), ("local", 2), ("ray", 1), ("ray", 2), ("ray", 4))


def build(raw: Path, out: Path, engine: str, workers: int) -> float:
    """Return the seconds that a build takes."""
    command = [
        str(Path(sys.executable).with_name("shortscience")),
        "build",
        str(raw),
        "--out",
        str(out),
    ]
    start = time.perf_counter()
    subprocess.run(
        [*command, "--engine", engine, "--workers", str(workers)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def is_same(one: Path, other: Path) -> bool:
    """Whether two output folders have the same latest release, byte for byte."""
    release = (one / "latest").resolve()
    names = [str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()]
    _, mismatch, errors = filecmp.cmpfiles(release, other / "latest", names, shallow=False)
    return not mismatch + errors


def main() -> None:
    """Print the times of all builds, and whether all gave the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        raw, first = Path(scratch) / "raw", Path(scratch) / "local-1"
        write_corpus(raw, records)
        print(f"{records:,} generated records\n\nbuild           seconds  records/s  same bytes")
        for engine, workers in BUILDS:
            out = Path(scratch) / f"{engine}-{workers}"
            seconds = build(raw, out, engine, workers)
            same = is_same(first, out)
            row = f"{seconds:>8.1f}{records / seconds:>11,.0f}{'yes' if same else 'NO':>12}"
            print(f"{engine + ', ' + str(workers):<15}{row}", flush=True)


if __name__ == "__main__":
    main()
