"""Dumps and releases in an object store: a real S3 server, over HTTP on loopback."""

import shutil
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import fsspec
import polars as pl
import pytest
from moto.server import ThreadedMotoServer

from shortscience.pipeline.errors import NoInputError, StoreError, UsageError
from shortscience.pipeline.object_store import fetch, prune, put
from tests.conftest import RAW, Shortscience, differing


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedMotoServer]:
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def bucket(
    server: ThreadedMotoServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> str:
    """Return the URL of an empty bucket for the test."""
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fsspec.filesystem("s3").clear_instance_cache()
    name = f"bucket-{zlib.crc32(request.node.name.encode())}"
    fsspec.filesystem("s3").mkdir(name)
    return f"s3://{name}"


def upload(url: str, **objects: str) -> None:
    for name, text in objects.items():
        with fsspec.open(f"{url}/{name}", "w") as file:
            file.write(text)


def fetched(url: str, folder: Path) -> dict[str, str]:
    """Return the fetched contents by name."""
    root = fetch(url, folder)
    return {p.relative_to(root).as_posix(): p.read_text() for p in root.rglob("*") if p.is_file()}


def test_a_build_from_and_to_a_store_gives_the_same_bytes(
    bucket: str, built: Path, shortscience: Shortscience, tmp_path: Path
) -> None:
    store, path = fsspec.core.url_to_fs(bucket)
    store.put(f"{RAW}/", f"{path}/raw/", recursive=True)
    for word in ("is at", "(unchanged) is at"):
        done = shortscience("build", f"{bucket}/raw", "--out", f"{bucket}/ours")
        assert done.returncode == 0, done.stderr
        assert f"{word} {bucket}/ours/releases/{built.name}" in done.stdout
    store.invalidate_cache()
    release_id = store.cat_file(f"{path}/ours/latest").decode().strip()
    store.get(f"{path}/ours/releases/{release_id}/", f"{tmp_path}/there/", recursive=True)
    assert not differing(built, tmp_path / "there")


def test_a_release_in_a_store_is_read_from_there(bucket: str, built: Path) -> None:
    put(built, built.name, f"{bucket}/ours")
    with fsspec.open(
        f"{bucket}/ours/releases/{built.name}/data/papers/train-00000-of-00001.parquet"
    ) as f:
        papers = pl.read_parquet(f)
    assert papers.equals(pl.read_parquet(built / "data" / "papers" / "*.parquet"))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("", {"a/one.txt", "a/two.txt", "three.txt"}, id="a bucket"),
        pytest.param("/a", {"one.txt", "two.txt"}, id="a prefix"),
        pytest.param("/a/one.txt", {"one.txt"}, id="an object"),
        pytest.param("/a/t*.txt", {"two.txt"}, id="a pattern"),
    ],
)
def test_fetch_downloads_objects_prefixes_and_patterns(
    bucket: str, tmp_path: Path, pattern: str, names: set[str]
) -> None:
    upload(bucket, **{"a/one.txt": "1", "a/two.txt": "2", "three.txt": "3", "a/.hidden": "4"})
    assert set(fetched(bucket + pattern, tmp_path)) == names


def test_only_changed_objects_are_fetched_again(bucket: str, tmp_path: Path) -> None:
    upload(bucket, kept="1", changed="2", gone="3")
    root = fetch(bucket, tmp_path)
    (root / "kept").write_text("not fetched again")
    upload(bucket, changed="two", new="4")
    store, path = fsspec.core.url_to_fs(bucket)
    store.rm(f"{path}/gone")
    assert fetched(bucket, tmp_path) == {"kept": "not fetched again", "changed": "two", "new": "4"}


@pytest.mark.parametrize(
    ("headers", "again"),
    [
        pytest.param({"ETag": '"{n}"'}, "2", id="another tag"),
        pytest.param({"ETag": '"same"'}, "1", id="the same tag"),
        pytest.param({"Last-Modified": "Sat, 0{n} Nov 2025 00:00:00 GMT"}, "2", id="a later date"),
        pytest.param({}, "2", id="the server does not say"),
    ],
)
def test_a_web_page_is_fetched_again_unless_known_to_be_unchanged(
    tmp_path: Path, headers: dict[str, str], again: str
) -> None:
    class Page(BaseHTTPRequestHandler):
        content = "1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1")
            for name, value in headers.items():
                self.send_header(name, value.format(n=Page.content))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(Page.content.encode())

        do_HEAD = do_GET  # noqa: N815 - named by the library

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/page.txt"
        assert fetched(url, tmp_path) == {"page.txt": "1"}
        Page.content = "2"
        assert fetched(url, tmp_path) == {"page.txt": again}
        server.shutdown()


@pytest.mark.parametrize(
    ("meanwhile", "downloaded", "contents"),
    [
        pytest.param({}, ["b", "c"], {"a": "1", "b": "2", "c": "3"}, id="nothing changes"),
        pytest.param(
            {"a": "one"}, ["a", "b", "c"], {"a": "one", "b": "2", "c": "3"}, id="one changes"
        ),
        pytest.param({"b": None}, ["c"], {"a": "1", "c": "3"}, id="the failed one goes"),
        pytest.param({"c": None}, ["b"], {"a": "1", "b": "2"}, id="one behind it goes"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_an_interrupted_fetch_goes_on_with_what_it_lacks(
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: dict[str, str | None],
    downloaded: list[str],
    contents: dict[str, str],
    is_first: bool,
) -> None:
    store, path = fsspec.core.url_to_fs(bucket)
    get_file, calls, failing = store.get_file, [], ["b"]

    def get(key: str, path: str) -> None:
        name = key.rpartition("/")[2]
        calls.append(name)
        if name in failing:
            raise ConnectionResetError
        get_file(key, path)

    if not is_first:
        upload(bucket, a="former", b="former", c="former")
        fetch(bucket, tmp_path)
    upload(bucket, a="1", b="2", c="3")
    with monkeypatch.context() as patched:
        patched.setattr(store, "get_file", get)
        with pytest.raises(StoreError, match=bucket):
            fetch(bucket, tmp_path)
        for name, text in meanwhile.items():
            upload(bucket, **{name: text}) if text else store.rm(f"{path}/{name}")
        calls.clear()
        failing.clear()
        assert fetched(bucket, tmp_path) == contents
    assert calls == downloaded


def test_latest_names_a_complete_release_whichever_request_fails(
    bucket: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{bucket}/ours"
    former = shutil.copytree(built, tmp_path / "former")
    put(former, "former", url)
    store, path = fsspec.core.url_to_fs(url)
    n_files = sum(path.is_file() for path in built.rglob("*"))
    put_file = store.put_file
    for failing in range(n_files):
        left = iter([*([True] * failing), False])

        def fail(file, key, left=left):
            if not next(left):
                raise ConnectionResetError
            put_file(file, key)

        with monkeypatch.context() as patched:
            patched.setattr(store, "put_file", fail)
            with pytest.raises(StoreError):
                put(built, built.name, url)
        assert store.cat_file(f"{path}/latest") == b"former\n"
        assert not store.exists(f"{path}/releases/{built.name}/manifest.json")
    assert put(built, built.name, url)
    assert store.cat_file(f"{path}/latest").decode() == f"{built.name}\n"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("s3://no-such-bucket/x", NoInputError, id="no bucket"),
        pytest.param("{bucket}/none", NoInputError, id="no object"),
        pytest.param("{bucket}/*.none", NoInputError, id="nothing matches"),
        pytest.param("nonsense://x", StoreError, id="no such protocol"),
        pytest.param("dropbox://x", UsageError, id="a protocol whose library is missing"),
    ],
)
def test_a_failed_fetch_is_reported(
    bucket: str, tmp_path: Path, url: str, error: type[Exception]
) -> None:
    url = url.format(bucket=bucket)
    with pytest.raises(error) as caught:
        fetch(url, tmp_path)
    assert url.partition("://")[0] in str(caught.value)


def test_prune_removes_downloads_of_unused_urls(bucket: str, tmp_path: Path) -> None:
    upload(bucket, **{"a/x": "1", "b/x": "2"})
    kept, gone = (fetch(f"{bucket}/{name}", tmp_path) for name in "ab")
    prune(tmp_path, {f"{bucket}/a"})
    assert kept.exists()
    assert not gone.exists()
    assert len(list(tmp_path.iterdir())) == 2
