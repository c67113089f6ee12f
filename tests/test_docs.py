"""The documents are correct: every example is run, every option and column is described."""

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shortscience.commands.main import cli
from shortscience.commands.reference import DOCS, pages
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.sources.reading import PARSERS, Parser
from tests.conftest import PROJECT, RAW

README = (PROJECT / "README.md").read_text()
PAGES = [PROJECT / "README.md", *sorted(DOCS.glob("*.md"))]
EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
COMMANDS = re.compile(r"```sh\n([^`]*)```\n\n```text\n(.*?)```", re.DOTALL)
EXAMPLES = [
    pytest.param(*example.groups(), id=f"{page.name}: {number}")
    for page in PAGES
    for number, example in enumerate(EXAMPLE.finditer(page.read_text()), 1)
]
"""Blocks of Python followed by their output."""


@pytest.mark.parametrize(("code", "shown"), EXAMPLES)
def test_the_examples_print_what_they_show(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, shown: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "processed").symlink_to(built.parents[1])
    (tmp_path / "data" / "raw").symlink_to(RAW)
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "example", "exec"), {})
    assert printed.getvalue().strip() == shown.strip()


@pytest.mark.parametrize(
    ("commands", "shown"),
    [
        pytest.param(*found, id=f"{page.name}: {found[0].strip()}")
        for page in PAGES
        for found in COMMANDS.findall(page.read_text())
    ],
)
def test_the_commands_print_what_they_show(
    built: Path, tmp_path: Path, commands: str, shown: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "processed").symlink_to(built.parents[1])
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == shown.strip()


@pytest.mark.parametrize("name", pages())
def test_the_reference_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "run `make reference`"


def commands(command: click.Command = cli) -> Iterator[click.Command]:
    yield command
    for child in getattr(command, "commands", {}).values():
        yield from commands(child)


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)
def test_every_option_is_documented(command: click.Command) -> None:
    assert command.help
    reference = (DOCS / "commands.md").read_text()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[-1] in reference


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.FORM)
def test_every_form_is_documented(parser: Parser) -> None:
    assert f"| `{parser.FORM}` |" in (DOCS / "forms.md").read_text()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_in_the_readme(table: str) -> None:
    assert f"| `{table}` |" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_make_help_names_every_target() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert targets == described


def test_the_architecture_names_every_module_and_folder_of_the_pipeline() -> None:
    table = (DOCS / "architecture.md").read_text().partition("\n## ")[0]
    named = {
        name for names in re.findall(r"pipeline/[{]?([a-z_,]+)", table) for name in names.split(",")
    }
    parts = {
        path.stem for path in (PROJECT / "pipeline").iterdir() if not path.stem.startswith("__")
    }
    assert named == parts
