"""The benchmarks still run, on little; their numbers are for people to read."""

import json
import subprocess
import sys
from pathlib import Path

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


def test_the_structure_benchmark_prints_every_kind(tmp_path: Path) -> None:
    pair = {"markdown": "# Kites\n\n* paper\n* glue", "flattened": "# Kites * paper * glue"}
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps(pair), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.structure", str(pairs)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for word in ("held-out", "heading", "list item", "display math", "all", "µs/record"):
        assert word in done.stdout
