"""The fuzzer's targets hold for its seeds, and the fuzzer finds bugs; `make fuzz` fuzzes."""

from pathlib import Path

import pytest

from tests.fuzz import seeds
from tests.fuzz.run import AVAILABLE, MISSING, fuzz
from tests.fuzz.targets import TARGETS, target_of


@pytest.mark.parametrize("target", TARGETS)
def test_no_seed_breaks_a_target(target: str, tmp_path: Path) -> None:
    seeds.write(tmp_path, target, with_real=False)
    inputs = sorted(tmp_path.iterdir())
    assert inputs
    for path in inputs:
        target_of(target)(path.read_bytes())


PARSER = """
from shortscience.pipeline.sources.pieces import Piece

FORM = "planted"
KEEPS_STRUCTURE = True

def recognise(data):
    return True

def reread(raw):
    return None

def parse(data):
    end = len(data)
    {bug}
    if data:
        yield Piece("boilerplate", 0, end)
"""
LOSES_A_BYTE = """if data[:1] == b"b":
        if data[1:2] == b"u":
            end -= 1"""
RAISES = """if len(data) > 3 and data[0] == data[1] != data[2]:
        raise KeyError(data[2])"""
QUADRATIC = """for start in range(0, len(data), 3):
        data[start:].count(b"x") + data[start:].count(b"y") + len(set(data[start:]))"""


@pytest.mark.skipif(not AVAILABLE, reason=MISSING)
@pytest.mark.parametrize(
    ("bug", "said"),
    [
        pytest.param("pass", None, id="no bug", marks=pytest.mark.long),
        pytest.param(LOSES_A_BYTE, "CoverageError", id="loses a byte, behind two conditions"),
        pytest.param(RAISES, "KeyError", id="raises", marks=pytest.mark.long),
        pytest.param(QUADRATIC, "BrokenInvariantError", id="quadratic", marks=pytest.mark.long),
    ],
)
def test_a_planted_bug_is_found(
    bug: str, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "planted_form.py").write_text(PARSER.format(bug=bug))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    budget = f"-runs={80_000 if said else 1000}", "-max_total_time=60"
    outcome = fuzz("planted_form", tmp_path / "kept", budget, thorough=False)
    if said is None:
        assert outcome.crash is None, str(outcome)
    else:
        assert outcome.crash is not None
        assert said in str(outcome)
        assert f"tests.fuzz.harness planted_form {outcome.crash}" in str(outcome)
