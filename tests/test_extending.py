"""docs/extending.md, applied to a copy of the project: its instructions are complete."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import PROJECT

GUIDE = (PROJECT / "docs" / "extending.md").read_text()
_EXAMPLE = r"^## (A source form|An extractor .*?|A column)\n(.*?)(?=^## )"
EXAMPLES = dict(re.findall(_EXAMPLE, GUIDE, re.MULTILINE | re.DOTALL))
FILE = re.compile(r"^`([\w/.]+)`:\n|^```(python|diff)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)

DUMP = """~~~~ summaries
The first summary calls `model.fit` once.

It has a second paragraph.
~~~~
The second summary has no code.
"""


def apply(section: str, project: Path) -> set[str]:
    """Apply the changes of a section; return the files that it names."""
    named: set[str] = set()
    for name, kind, block in FILE.findall(section):
        if name:
            named.add(path := name)
        elif kind == "python":
            assert not (project / path).exists()
            (project / path).write_text(block)
        else:
            lines = [(line[:1], line[1:]) for line in block.splitlines()]
            before = "\n".join(text for sign, text in lines if sign != "+")
            after = "\n".join(text for sign, text in lines if sign != "-")
            source = (project / path).read_text()
            assert source.count(before) == 1, f"{path} has no longer once:\n{before}"
            (project / path).write_text(source.replace(before, after))
    return named


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release built by a copy of the project with all examples applied."""
    project = tmp_path_factory.mktemp("extended")
    for name in ("commands", "expectations", "flows", "pipeline", "shortscience"):
        shutil.copytree(PROJECT / name, project / name, symlinks=True)
    (project / "data").mkdir()
    for section in EXAMPLES.values():
        apply(section, project)
    (project / "summaries.txt").write_text(DUMP)
    environment = os.environ | {"PYTHONPATH": str(project)}
    for command in (
        ["shortscience.pipeline.release.suites"],
        ["shortscience", "build", "summaries.txt", "--out", "out", "--no-catalogue"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return project / "out" / "latest"


def rows(release: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(release / "data" / table / "*.parquet")


def test_every_example_is_applied() -> None:
    assert len(EXAMPLES) == 3


def test_an_extractor_touches_few_files(tmp_path: Path) -> None:
    section = next(text for title, text in EXAMPLES.items() if title.startswith("An extractor"))
    named = {name for name, _, _ in FILE.findall(section) if name}
    generated_and_readme = 2
    assert len(named) + generated_and_readme <= 5


def test_a_form_is_read(extended: Path) -> None:
    assert rows(extended, "sources")["form"].to_list() == ["divided-text"]
    assert rows(extended, "records")["status"].to_list() == ["kept", "kept"]


def test_an_extractor_fills_its_table(extended: Path) -> None:
    found = rows(extended, "snippets").join(rows(extended, "summaries"), on="summary_id")
    assert found.select("code", "raw").rows() == [("model.fit", "`model.fit`")]
    text, start, end = found.select("text", "start", "end").row(0)
    assert text[start:end] == "`model.fit`"


def test_a_column_is_filled(extended: Path) -> None:
    assert sorted(rows(extended, "summaries")["n_lines"]) == [1, 3]
