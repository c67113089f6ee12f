"""The files of the validation suites: one readable JSON file per table."""

import json
from pathlib import Path
from typing import Any

from shortscience.pipeline.digests import digest

EXPECTATIONS = Path(__file__).parents[2] / "expectations"

Expectation = dict[str, Any]


def suite_path(table: str) -> Path:
    """Return the file of a table's suite."""
    return EXPECTATIONS / f"{table}.json"


def load_suite(table: str) -> list[Expectation]:
    """Read the expectations of a table."""
    suite = json.loads(suite_path(table).read_text("utf-8"))
    expectations: list[Expectation] = suite["expectations"]
    return expectations


def suites_digest() -> str:
    """Hash all suites; the expectations that a release met are part of its id."""
    return digest(*(path.read_bytes() for path in sorted(EXPECTATIONS.glob("*.json"))))
