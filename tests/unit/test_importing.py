"""Libraries do without packages that nothing here needs."""

import importlib
import sys
from pathlib import Path

import pytest

from shortscience.pipeline.importing import deferred, hidden, hide


@pytest.fixture
def idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module that tells in `sys.argv` when it runs."""
    (tmp_path / "idle.py").write_text("import sys\nsys.argv.append('ran')\nanswer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.delitem(sys.modules, "idle", raising=False)
    return "idle"


def test_a_deferred_module_runs_when_it_is_used(idle: str) -> None:
    with deferred(idle):
        module = importlib.import_module(idle)
    assert sys.argv == []
    assert module.answer == 42
    assert sys.argv == ["ran"]


def test_other_modules_run_when_they_are_imported(idle: str) -> None:
    with deferred("altair"):
        importlib.import_module(idle)
    assert sys.argv == ["ran"]


def test_modules_are_deferred_for_a_while_only(idle: str) -> None:
    with deferred(idle):
        pass
    importlib.import_module(idle)
    assert sys.argv == ["ran"]


@pytest.mark.parametrize("known", [False, True], ids=["not imported", "imported before"])
def test_a_hidden_package_appears_uninstalled_for_a_while(idle: str, known: bool) -> None:
    module = importlib.import_module(idle) if known else None
    with hidden(idle), pytest.raises(ModuleNotFoundError):
        importlib.import_module(idle)
    again = importlib.import_module(idle)
    assert again.answer == 42
    assert not known or again is module


def test_a_package_is_hidden_for_good(idle: str) -> None:
    hide(idle)
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{idle}'"):
        importlib.import_module(idle)
    assert importlib.import_module("json")
