"""A published release, read back over HTTP: by `datasets`, and through a mirror."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi

from shortscience.pipeline.publishing.publish import Target, publish
from shortscience.pipeline.release.parquet import count_rows, read_table
from shortscience.pipeline.schema import TABLES
from tests.hub.server import TOKEN, Hub, running_hub

REPO = "someone/shortscience"
LOAD = """
import json, sys
from datasets import load_dataset
repo, streaming = sys.argv[1], sys.argv[2] == "streaming"
tables = {}
for name in sys.argv[3].split(","):
    rows = load_dataset(repo, name, split="train", streaming=streaming)
    tables[name] = [next(iter(row.values())) for row in rows]
# To its end: an interpreter that ends while something is read is aborted now and then.
default = list(load_dataset(repo, split="train", streaming=streaming))
print(json.dumps([tables, default[0]["summary_id"]]))
"""


@pytest.fixture(scope="module", params=[pytest.param("lfs", marks=pytest.mark.long), "xet"])
def published(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """A hub with the sample release, sent by one of the two upload protocols."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", request.param == "lfs")
        publish(built, Target(REPO), HfApi(endpoint=hub.address, token=TOKEN))
        yield hub


def load(address: str, home: Path, how: str) -> tuple[dict[str, list[str]], str]:
    """Load every table with `datasets` in a fresh process: first columns, and the default's key."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, REPO, how, ",".join(TABLES)],
        env=clean | {"HF_ENDPOINT": address, "HF_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tables, default = json.loads(done.stdout)
    return tables, default


@pytest.mark.parametrize("how", ["streaming", "downloaded"])
def test_datasets_loads_every_table(published: Hub, built: Path, tmp_path: Path, how: str) -> None:
    tables, default = load(published.address, tmp_path, how)
    for name in TABLES:
        assert tables[name] == read_table(built, name).to_series(0).to_list()
    assert default == read_table(built, "summaries")["summary_id"][0]


@pytest.fixture
def mirror(published: Hub, tmp_path: Path) -> Iterator[str]:
    """The address of a mirror of the hub: another implementation of the same protocol."""
    if importlib.util.find_spec("olah") is None:
        pytest.skip("the mirror `olah` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    hub = published.address.removeprefix("http://")
    here = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "olah.server", "--host", "127.0.0.1", "--port", str(port)),
            *("--hf-scheme", "http", "--hf-netloc", hub, "--hf-lfs-netloc", hub),
            *("--mirror-scheme", "http", "--mirror-netloc", here, "--mirror-lfs-netloc", here),
            *("--repos-path", str(tmp_path / "repos"), "--log-path", str(tmp_path / "logs")),
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(f"http://{here}/api/datasets/{REPO}", process)
        yield f"http://{here}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert process.poll() is None, "the mirror stopped"
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.mark.long
def test_a_mirror_serves_what_was_published(mirror: str, built: Path, tmp_path: Path) -> None:
    api = HfApi(endpoint=mirror, token=False)
    there = {item.rfilename for item in api.dataset_info(REPO).siblings or ()}
    expected = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    assert there == expected | {".gitattributes"}
    for path in expected:
        url = f"{mirror}/datasets/{REPO}/resolve/main/{path}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.read() == (built / path).read_bytes(), path


@pytest.mark.long
def test_datasets_loads_through_the_mirror(mirror: str, built: Path, tmp_path: Path) -> None:
    tables, _ = load(mirror, tmp_path / "home", "downloaded")
    assert {name: len(rows) for name, rows in tables.items()} == {
        name: count_rows(built, name) for name in TABLES
    }
