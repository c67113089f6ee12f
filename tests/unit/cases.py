"""Named cases from `tests/cases/*.json`, as parameters of a test.

A file holds one topic, in sections. A case is an object with a `name` that states what is tested. A
case with a `reason` is a known failure: its test must fail, and reports if it passes.
"""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "cases"


def cases(topic: str, *sections: str) -> list[Any]:
    """Return the cases of some sections of `tests/cases/<topic>.json`, with their names as ids."""
    found = json.loads((FOLDER / f"{topic}.json").read_text(encoding="utf-8"))
    return [_parameter(case) for section in sections for case in found[section]]


def _parameter(case: dict[str, Any]) -> Any:
    reason = case.get("reason")
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(case, id=case["name"], marks=marks)
