"""The benchmarks still run, on little; their numbers are for people to read."""

import subprocess
import sys

from tests.conftest import PROJECT


def test_the_stage_benchmark_prints_every_stage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stages", "--records", "200"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for stage in ("sources", "cleaning", "extraction", "duplicates", "validation", "total"):
        assert stage in done.stdout
