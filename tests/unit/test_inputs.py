"""Finding the raw dumps that a call names."""

import bz2
import gzip
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import NoInputError
from pipeline.sources import compression
from pipeline.sources.compression import read_chunks
from pipeline.sources.inputs import Inventory, take_inventory


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    for name, content in (("a.txt", "1"), ("b/c.txt", "2"), ("b/d.log", "3"), (".hidden", "4")):
        path = tmp_path / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "dumps"


def names(inventory: Inventory) -> list[str]:
    return sorted(item.name for item in inventory.inputs)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param([""], ["a.txt", "b/c.txt", "b/d.log"], id="folder, without hidden files"),
        pytest.param(["a.txt"], ["a.txt"], id="file"),
        pytest.param(["b/*.txt"], ["c.txt"], id="pattern, relative to its fixed part"),
        pytest.param(["**/*.txt"], ["a.txt", "b/c.txt"], id="recursive pattern"),
        pytest.param(["a.txt", "a.txt"], ["a.txt"], id="named twice, taken once"),
    ],
)
def test_names_are_relative_to_what_was_named(
    dumps: Path, raw: list[str], expected: list[str]
) -> None:
    assert names(take_inventory([str(dumps / item) for item in raw])) == expected


def test_the_order_of_the_call_is_forgotten(dumps: Path) -> None:
    parts = [str(dumps / "a.txt"), str(dumps / "b")]
    assert take_inventory(parts) == take_inventory(parts[::-1])


def test_files_with_equal_bytes_are_one_source(dumps: Path) -> None:
    (dumps / "z.txt").write_text("1")
    inventory = take_inventory([str(dumps)])
    assert len(inventory.inputs) == 4
    assert sorted(item.name for item in inventory.distinct) == ["a.txt", "b/c.txt", "b/d.log"]


@pytest.mark.parametrize("raw", ["missing", "missing/*.txt", "empty"])
def test_nothing_found_is_said(tmp_path: Path, raw: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoInputError, match=raw.split("/")[0]):
        take_inventory([str(tmp_path / raw)])


def test_what_cannot_be_read_is_named_and_the_rest_is_taken(dumps: Path) -> None:
    secret, closed = dumps / "secret.txt", dumps / "closed"
    secret.write_text("5")
    closed.mkdir()
    os.mkfifo(dumps / "pipe")
    for path, mode in ((secret, 0o000), (closed, 0o000)):
        path.chmod(mode)
    dumps.chmod(0o755)
    for parent in (*dumps.parents,):
        if parent.stat().st_uid == os.geteuid() and parent.is_relative_to("/tmp"):
            parent.chmod(0o755)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(65534)  # root reads everything
        inventory = take_inventory([str(dumps)])
    finally:
        os.seteuid(was)
        closed.chmod(0o755)
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log"]
    reasons = {problem.name: problem.reason for problem in inventory.problems}
    assert reasons.keys() == {"closed", "pipe", "secret.txt"}
    assert "Permission denied" in reasons["closed"]
    assert "Permission denied" in reasons["secret.txt"]
    assert "not a regular file" in reasons["pipe"]


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


COMPRESSIONS = [gzip.compress, bz2.compress, lzma.compress, zstd]


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_compressed_or_not_it_is_the_same_source(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    data = b"[link]\nA text. |\n" * 1000
    (tmp_path / "plain.txt").write_bytes(data)
    (tmp_path / "packed.bin").write_bytes(compress(data))
    inventory = take_inventory([str(tmp_path)])
    assert [item.n_bytes for item in inventory.inputs] == [len(data)] * 2
    assert len(inventory.distinct) == 1
    assert b"".join(read_chunks(tmp_path / "packed.bin")) == data


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_damaged_compression_is_named_and_the_rest_is_taken(
    dumps: Path, compress: Callable[[bytes], bytes]
) -> None:
    whole = compress(bytes(random.Random(0).randbytes(100_000)))
    (dumps / "cut.bin").write_bytes(whole[: len(whole) // 2])
    inventory = take_inventory([str(dumps)])
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log"]
    (problem,) = inventory.problems
    assert problem.name == "cut.bin"
    assert "damaged" in problem.reason


def test_a_decompression_bomb_is_stopped(dumps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MAX_SOURCE_BYTES", 1 << 22)
    (dumps / "bomb.gz").write_bytes(gzip.compress(bytes(1 << 23)))
    (problem,) = take_inventory([str(dumps)]).problems
    assert (problem.name, "holds more than" in problem.reason) == ("bomb.gz", True)
