"""The package as users install it: a wheel, in its own environment and folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import PROJECT, RAW
from tests.installation import Inbox, Installation

PACKAGED = (
    *("commands", "data/catalogue", "expectations", "flows", "pipeline", "shortscience"),
    *("LICENSE", "README.md", "prefect.yaml", "pyproject.toml"),
)
PREFECT_PAGE = (PROJECT / "docs" / "prefect.md").read_text()
TRAPS = ("commands.py", "flows.py", "pipeline.py", "expectations.py")
"""Modules of the user with the names of this project's folders."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and a folder with the user's own modules."""
    folder = tmp_path_factory.mktemp("elsewhere")
    source = folder / "source"
    source.mkdir()
    for name in PACKAGED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, source / name, symlinks=True)
        else:
            shutil.copy2(PROJECT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--wheel-dir", folder, source], check=True)
    shutil.rmtree(source)
    venv.create(folder / "venv", with_pip=False)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    (wheel,) = folder.glob("*.whl")
    target = ["--target", str(site), str(wheel)]
    subprocess.run([*pip, "install", *offline, *target], check=True)
    # It uses this environment's libraries, except this project itself.
    (site / "libraries.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    for trap in TRAPS:
        (folder / trap).write_text("raise ImportError('this is a module of the user')\n")
    return folder


def run(folder: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
    return subprocess.run(
        [str(folder / "venv" / "bin" / "python"), *map(str, command)],
        cwd=folder,
        env=clean | {"PYTHONPATH": ""} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_library_is_light_complete_and_typed(elsewhere: Path) -> None:
    script = """
import sys
import shortscience
heavy = {"prefect", "great_expectations", "polars", "pandas"} & set(sys.modules)
cleaned = shortscience.clean("The loss is $x^2$.")
print(shortscience.__file__, sorted(heavy), cleaned.equations[0].latex)
"""
    done = run(elsewhere, "-c", script)
    assert done.returncode == 0, done.stderr
    where, *rest = done.stdout.split()
    assert Path(where).is_relative_to(elsewhere / "venv")
    assert Path(where).with_name("py.typed").exists()
    assert rest == ["[]", "x^2"]


def test_it_builds_explains_and_reports(elsewhere: Path) -> None:
    out = elsewhere / "out"
    command = ["-m", "shortscience"]
    built = run(elsewhere, *command, "build", RAW, "--out", out, "--json")
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout)["tables"]["summaries"] == 56
    reported = run(elsewhere, *command, "report", out / "latest", "--out", elsewhere / "report")
    assert reported.returncode == 0, reported.stderr
    assert (elsewhere / "report" / "index.html").exists()


@pytest.mark.server
@pytest.mark.long
def test_its_deployments_work_in_any_folder(elsewhere: Path, tmp_path: Path) -> None:
    python = f"{elsewhere}/venv/bin/python"
    (deploy,) = re.findall(r"^(prefect deploy .*--prefect-file .*)$", PREFECT_PAGE, re.MULTILINE)
    here = deploy.replace("python -c", f"{python} -c").replace("prefect", f"{python} -m prefect", 1)
    build = {"raw": [str(RAW)], "out": "out-of-a-run"}
    with Inbox() as inbox:
        site = Installation(tmp_path, inbox)
        site.start_server()
        try:
            site.command("prefect work-pool create local --type process")
            site.command(here, cwd=elsewhere)
            made = site.client.read_deployment_by_name("build-dataset/local")
            parameters = {"build": build}
            run = site.client.create_flow_run_from_deployment(made.id, parameters=parameters)
            site.command(f"{python} -m prefect flow-run execute {run.id}", cwd=tmp_path)
            state = site.client.read_flow_run(run.id).state
        finally:
            site.server.kill()
    assert state is not None
    assert state.is_completed(), state
    assert (elsewhere / "out-of-a-run" / "latest" / "manifest.json").exists()
