"""The validation suites as they lie on the disk: one readable JSON file per table."""

import json
from pathlib import Path
from typing import Any

from shortscience.pipeline.settings import digest

EXPECTATIONS = Path(__file__).parents[2] / "expectations"

Expectation = dict[str, Any]


def suite_path(table: str) -> Path:
    """Return the file of a table's suite."""
    return EXPECTATIONS / f"{table}.json"


def load_suite(table: str) -> list[Expectation]:
    """Read the expectations of a table."""
    expectations: list[Expectation] = json.loads(suite_path(table).read_text())["expectations"]
    return expectations


def suites_digest() -> str:
    """Hash all suites: a release says which expectations it met, so they belong to its name."""
    return digest(*(path.read_bytes() for path in sorted(EXPECTATIONS.glob("*.json"))))
