"""Finding the raw dumps named in a call."""

import bz2
import errno
import gzip
import hashlib
import io
import lzma
import os
import random
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from shortscience.pipeline.errors import NoInputError, is_transient
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import archives
from shortscience.pipeline.sources import members as members_module
from shortscience.pipeline.sources.inputs import Inventory, take_inventory
from shortscience.pipeline.sources.members import members
from shortscience.pipeline.sources.reading import read_sources


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    for name, content in (("a.txt", "1"), ("b/c.txt", "2"), ("b/d.log", "3"), (".hidden", "4")):
        path = tmp_path / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "dumps"


@pytest.fixture
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


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
    dumps: Path, raw: list[str], expected: list[str], spool: Path
) -> None:
    assert names(take_inventory([str(dumps / item) for item in raw], spool)) == expected


def test_the_order_of_the_call_does_not_matter(dumps: Path, spool: Path) -> None:
    parts = [str(dumps / "a.txt"), str(dumps / "b")]
    assert take_inventory(parts, spool) == take_inventory(parts[::-1], spool)


def test_files_with_equal_bytes_are_one_source(dumps: Path, spool: Path) -> None:
    (dumps / "z.txt").write_text("1")
    inventory = take_inventory([str(dumps)], spool)
    assert len(inventory.inputs) == 4
    assert sorted(item.name for item in inventory.distinct) == ["a.txt", "b/c.txt", "b/d.log"]


@pytest.mark.parametrize("raw", ["missing", "missing/*.txt", "empty"])
def test_a_call_without_files_is_refused(tmp_path: Path, raw: str, spool: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoInputError, match=raw.split("/")[0]):
        take_inventory([str(tmp_path / raw)], spool)


def test_a_dangling_link_is_reported_in_a_folder_and_in_a_pattern(dumps: Path, spool: Path) -> None:
    (dumps / "gone.txt").symlink_to("nowhere")
    for raw in (dumps, dumps / "*.txt"):
        inventory = take_inventory([str(raw)], spool)
        assert "a.txt" in names(inventory)
        assert [problem.name for problem in inventory.problems] == ["gone.txt"]


def test_linked_folders_are_searched_once(dumps: Path, spool: Path) -> None:
    elsewhere = dumps.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "e.txt").write_text("5")
    for name in ("linked", "linked again"):
        (dumps / name).symlink_to(elsewhere)
    (dumps / "b" / "circle").symlink_to(dumps)
    inventory = take_inventory([str(dumps)], spool)
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log", "linked/e.txt"]
    assert not inventory.problems


class _FailingDisk(io.BytesIO):
    """A file on a disk that fails to answer."""

    def read(self, _size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_disk_that_fails_to_answer_is_no_damage_and_the_file_is_named(
    dumps: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = take_inventory([str(dumps)], spool).inputs
    monkeypatch.setattr(Path, "open", lambda _path, _mode: _FailingDisk())
    for read in (
        lambda: take_inventory([str(dumps / "a.txt")], spool),
        lambda: read_sources(inputs, SourceSettings()),
    ):
        with pytest.raises(OSError, match="Input/output error") as caught:
            read()
        assert Path(str(caught.value.filename)).parent.is_relative_to(dumps)
        assert is_transient(caught.value)


def test_an_unreadable_file_is_reported_and_the_rest_is_read(dumps: Path, spool: Path) -> None:
    secret, closed = dumps / "secret.txt", dumps / "closed"
    secret.write_text("5")
    closed.mkdir()
    os.mkfifo(dumps / "pipe")
    for path in (secret, closed):
        path.chmod(0)
    dumps.chmod(0o755)
    for parent in dumps.parents:
        if parent.stat().st_uid == os.geteuid() and parent.is_relative_to("/tmp"):
            parent.chmod(0o755)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(65534)  # root reads everything
        inventory = take_inventory([str(dumps)], spool)
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
    tmp_path: Path, compress: Callable[[bytes], bytes], spool: Path
) -> None:
    (tmp_path / "plain.txt").write_bytes(PAGE)
    (tmp_path / "packed.bin").write_bytes(compress(PAGE))
    inventory = take_inventory([str(tmp_path)], spool)
    assert [item.n_bytes for item in inventory.inputs] == [len(PAGE)] * 2
    assert len(inventory.distinct) == 1
    assert next(members(tmp_path / "packed.bin", spool)).data == PAGE


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_what_precedes_a_cut_is_read_and_the_cut_is_reported(
    dumps: Path, compress: Callable[[bytes], bytes], spool: Path
) -> None:
    content = random.Random(0).randbytes(4_000_000)  # bzip2 has blocks of 900,000 bytes
    whole = compress(content)
    (dumps / "cut.bin").write_bytes(whole[: len(whole) // 2])
    inventory = take_inventory([str(dumps)], spool)
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log", "cut.bin"]
    (problem,) = inventory.problems
    assert str(problem).startswith("cut.bin: breaks off; what precedes was read")
    (read,) = (m.data for m in members(dumps / "cut.bin", spool) if not m.problem)
    assert content.startswith(read)
    assert len(read) > len(content) / 4
    sources, _ = read_sources(inventory.distinct, SourceSettings())
    assert len(read) in sources["n_bytes"].to_list()


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_damaged_compression_is_reported_and_the_rest_is_read(
    dumps: Path, compress: Callable[[bytes], bytes], spool: Path
) -> None:
    numbers = random.Random(0)
    whole = bytearray(
        compress(b"".join(b"%d kites\n" % numbers.randrange(99) for _ in range(99_999)))
    )
    del whole[len(whole) // 2 :: 2]
    (dumps / "damaged.bin").write_bytes(whole)
    inventory = take_inventory([str(dumps)], spool)
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log"]
    (problem,) = inventory.problems
    assert problem.name == "damaged.bin"
    assert "damaged" in problem.reason


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_cut_archive_keeps_the_members_before_the_cut(
    tmp_path: Path, mode: str, spool: Path
) -> None:
    noise = random.Random(0).randbytes(400_000)
    archive = tar_of(mode, one=PAGE, two=noise, three=PAGE)
    (tmp_path / "packed.bin").write_bytes(archive[: len(archive) // 2])
    inventory = take_inventory([str(tmp_path)], spool)
    assert "packed.bin!one" in names(inventory)
    assert inventory.problems


def test_a_decompression_bomb_is_stopped(
    dumps: Path, monkeypatch: pytest.MonkeyPatch, spool: Path
) -> None:
    monkeypatch.setattr(members_module, "MAX_SOURCE_BYTES", 1 << 22)
    (dumps / "bomb.gz").write_bytes(gzip.compress(bytes(1 << 23)))
    (problem,) = take_inventory([str(dumps)], spool).problems
    assert (problem.name, "holds more than" in problem.reason) == ("bomb.gz", True)


PAGE = b"[link]\nA text. |\n" * 1000


def zip_of(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def tar_of(mode: str, **files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def test_the_file_of_a_source_is_known_whatever_its_name(tmp_path: Path, spool: Path) -> None:
    (tmp_path / "wow!.zip").write_bytes(
        zip_of(**{"a!b.txt": b"1", "c.tgz": tar_of("w:gz", d=b"2")})
    )
    (tmp_path / "wow!3.txt").write_bytes(b"3")
    inventory = take_inventory([str(tmp_path)], spool)
    assert {item.name: inventory.files[item.source_id] for item in inventory.inputs} == {
        "wow!.zip!a!b.txt": "wow!.zip",
        "wow!.zip!c.tgz!d": "wow!.zip",
        "wow!3.txt": "wow!3.txt",
    }


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(zip_of(one=PAGE, __up=gzip.compress(PAGE + b"x")), id="zip"),
        pytest.param(tar_of("w", one=PAGE, __up=gzip.compress(PAGE + b"x")), id="tar"),
        pytest.param(tar_of("w:gz", one=PAGE, __up=bz2.compress(PAGE + b"x")), id="tar.gz"),
        pytest.param(tar_of("w:xz", one=PAGE, __up=PAGE + b"x"), id="tar.xz"),
    ],
)
def test_archives_hold_sources(tmp_path: Path, archive: bytes, spool: Path) -> None:
    (tmp_path / "packed.bin").write_bytes(archive)
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == ["packed.bin!/up", "packed.bin!one"]
    assert {item.n_bytes for item in inventory.inputs} == {len(PAGE), len(PAGE) + 1}
    assert [problem.name for problem in inventory.problems] in ([], ["packed.bin!link"])
    sources, records = read_sources(inventory.inputs, SourceSettings())
    assert sources["source_id"].to_list() == [item.source_id for item in inventory.inputs]
    assert len(records) == 2001


def test_an_encrypted_member_is_reported_and_the_rest_is_read(tmp_path: Path, spool: Path) -> None:
    data = bytearray(zip_of(locked=PAGE, open=PAGE))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    (tmp_path / "packed.zip").write_bytes(data)
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == ["packed.zip!open"]
    assert [problem.name for problem in inventory.problems] == ["packed.zip!locked"]


def warc_of(*responses: tuple[str, str, bytes], dated: str = "2021-11-18T12:01:22Z") -> bytes:
    """Return a crawl of (address, HTTP headers, body), each record compressed separately."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for url, headers, body in responses:
        lines = [tuple(line.split(": ")) for line in headers.splitlines()]
        writer.write_record(
            writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                http_headers=StatusAndHeaders("200 OK", lines, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": dated},
            )
        )
    return buffer.getvalue()


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
CRAWL = warc_of(
    ("http://a.org/1", "Content-Type: text/html", PAGE),
    ("http://a.org/2", "Content-Type: text/html\nTransfer-Encoding: chunked", CHUNKED),
    (
        "http://a.org/3",
        "Content-Type: text/html\nContent-Encoding: gzip",
        gzip.compress(PAGE + b"x"),
    ),
    ("http://a.org/4", "Content-Type: image/png", b"\x89PNG"),
)


def test_a_crawl_holds_pages_with_address_and_time(tmp_path: Path, spool: Path) -> None:
    (tmp_path / "crawl.warc.gz").write_bytes(CRAWL)
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == [f"crawl.warc.gz!http://a.org/{n}" for n in (1, 2, 3)]
    assert len(inventory.distinct) == 2, "two responses hold the same page"
    (problem,) = inventory.problems
    assert problem.reason == "left out: 1 response or resource that is not HTML"
    sources, records = read_sources(inventory.distinct, SourceSettings())
    assert sources["form"].to_list() == ["warc"] * 2
    assert str(sources["retrieved_at"][0]) == "2021-11-18 12:01:22+00:00"
    assert len(records) == 2001


@pytest.mark.parametrize("dated", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "x"])
def test_a_time_outside_the_calendar_costs_only_itself(
    tmp_path: Path, spool: Path, dated: str
) -> None:
    pages = [(f"http://a.org/{number}", "Content-Type: text/html", PAGE) for number in (1, 2)]
    crawl = warc_of(pages[0], dated=dated) + warc_of(pages[1])
    (tmp_path / "crawl.warc.gz").write_bytes(crawl)
    inventory = take_inventory([str(tmp_path)], spool)
    assert {item.name: item.retrieved_at is None for item in inventory.inputs} == {
        "crawl.warc.gz!http://a.org/1": True,
        "crawl.warc.gz!http://a.org/2": False,
    }


def _deflate_raw(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _brotli(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="brotli", asbytes=True))


NOISE = random.Random(1).randbytes(999_999).hex().encode()
DAMAGED_GZIP = gzip.compress(NOISE)[:500_000] + gzip.compress(NOISE)[500_099:]
HTML = "Content-Type: text/html\n"
ENCODED = [
    pytest.param("gzip", gzip.compress(PAGE), id="gzip"),
    pytest.param("X-GZip", gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]), id="two members"),
    pytest.param("deflate", zlib.compress(PAGE), id="deflate"),
    pytest.param("deflate", _deflate_raw(PAGE), id="raw deflate"),
    pytest.param("br", _brotli(PAGE), id="brotli"),
    pytest.param("zstd", zstd(PAGE), id="zstd"),
    pytest.param("gzip, br", _brotli(gzip.compress(PAGE)), id="one in another"),
    *(
        pytest.param(name, PAGE * 9, id=f"{name}, stored decoded")
        for name in ("gzip", "deflate", "br", "zstd", "identity", "utf-8")
    ),
]


def crawl_between(tmp_path: Path, encoding: str, body: bytes) -> Path:
    """Return a crawl with an encoded page between two plain ones."""
    plain = [(f"http://a.org/{n}", HTML.strip(), PAGE + n.encode()) for n in "13"]
    page = "http://a.org/2", f"{HTML}Content-Encoding: {encoding}", body
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(warc_of(plain[0], page, plain[1]))
    return path


@pytest.mark.parametrize(("encoding", "body"), ENCODED)
def test_a_page_may_be_in_any_encoding(
    tmp_path: Path, spool: Path, encoding: str, body: bytes
) -> None:
    inventory = take_inventory([str(crawl_between(tmp_path, encoding, body))], spool)
    assert inventory.problems == ()
    (page,) = (item for item in inventory.inputs if item.name.endswith("/2"))
    wanted = body if PAGE in body else PAGE
    assert page.source_id == hashlib.sha256(wanted).hexdigest()
    sources, _ = read_sources(inventory.distinct, SourceSettings())
    assert len(sources) == 3


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        pytest.param("br", b"\0\1\2" * 99, "encoded as br", id="no brotli"),
        pytest.param("exi", b"\0\1\2", "encoded as exi", id="an encoding nobody knows"),
        pytest.param("gzip", DAMAGED_GZIP, "damaged", id="damaged gzip"),
        pytest.param("zstd", zstd(NOISE)[:99], "encoded as zstd", id="cut zstd"),
        pytest.param("gzip", gzip.compress(PAGE)[:10], "damaged", id="gzip of nothing"),
    ],
)
def test_an_undecodable_page_costs_only_itself(
    tmp_path: Path, spool: Path, encoding: str, body: bytes, reason: str
) -> None:
    inventory = take_inventory([str(crawl_between(tmp_path, encoding, body))], spool)
    assert names(inventory) == [f"crawl.warc.gz!http://a.org/{n}" for n in (1, 3)]
    (problem,) = inventory.problems
    assert problem.name == "crawl.warc.gz!http://a.org/2"
    assert reason in problem.reason


def test_a_resource_is_a_page_if_it_is_html(tmp_path: Path, spool: Path) -> None:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for name, kind in (("a", "text/html"), ("b", "image/png")):
        record = writer.create_warc_record(
            f"http://a.org/{name}",
            "resource",
            payload=io.BytesIO(PAGE),
            warc_content_type=kind,
        )
        writer.write_record(record)
    (tmp_path / "crawl.warc.gz").write_bytes(buffer.getvalue())
    inventory = take_inventory([str(tmp_path)], spool)
    assert [(item.name, item.form) for item in inventory.inputs] == [
        ("crawl.warc.gz!http://a.org/a", "warc")
    ]
    (problem,) = inventory.problems
    assert problem.reason == "left out: 1 response or resource that is not HTML"


def test_warcio_warnings_are_reported_once_with_the_file(
    tmp_path: Path, spool: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    crawl = gzip.decompress(warc_of(*((f"http://a.org/{n}", HTML.strip(), PAGE) for n in "12")))
    spaced = re.sub(rb"http://a\.org/(\d)", rb"http://a.org/ \1", crawl)
    (tmp_path / "spaces.warc").write_bytes(spaced)
    (tmp_path / "short.warc").write_bytes(crawl.replace(b"\r\n\r\nWARC", b"more\r\n\r\nWARC", 1))
    inventory = take_inventory([str(tmp_path)], spool)
    assert [str(problem) for problem in inventory.problems] == [
        "short.warc: left out: 1 record shorter than declared, whose page may be cut",
        "spaces.warc: has 2 records whose addresses contained spaces, now escaped",
    ]
    assert capfd.readouterr() == ("", "")


def zip_stored(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "unpacked"),
    [
        pytest.param(zip_of(crawl=CRAWL), 1, id="in a zip, compressed again"),
        pytest.param(zip_stored(crawl=CRAWL), 0, id="in a zip, as it is"),
        pytest.param(tar_of("w", crawl=CRAWL), 0, id="in a tar"),
        pytest.param(tar_of("w:gz", crawl=CRAWL), 1, id="in a tar.gz"),
        pytest.param(lzma.compress(gzip.decompress(CRAWL)), 1, id="xz"),
        pytest.param(gzip.compress(gzip.decompress(CRAWL)), 1, id="gzip as a whole"),
        pytest.param(gzip.decompress(CRAWL), 0, id="not compressed"),
        pytest.param(zip_of(crawl=bz2.compress(gzip.decompress(CRAWL))), 1, id="bz2 in a zip"),
    ],
)
def test_a_crawl_is_read_in_any_container(
    tmp_path: Path, spool: Path, archive: bytes, unpacked: int
) -> None:
    (tmp_path / "packed.bin").write_bytes(archive)
    inventory = take_inventory([str(tmp_path)], spool)
    assert {item.url for item in inventory.inputs} == {f"http://a.org/{n}" for n in (1, 2, 3)}
    assert len(list(spool.iterdir())) == unpacked
    _, records = read_sources(inventory.distinct, SourceSettings())
    assert len(records) == 2001


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(zip_of(a=tar_of("w:gz", b=PAGE)), id="tar.gz in a zip"),
        pytest.param(tar_of("w:bz2", a=zip_of(b=PAGE)), id="zip in a tar.bz2"),
        pytest.param(gzip.compress(zip_of(a=zip_of(b=PAGE))), id="zip in a zip in a gzip"),
    ],
)
def test_an_archive_in_an_archive_is_read(tmp_path: Path, spool: Path, archive: bytes) -> None:
    (tmp_path / "packed.bin").write_bytes(archive)
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == ["packed.bin!a!b"]
    assert len(read_sources(inventory.inputs, SourceSettings())[1]) == 1000


def test_deeper_nesting_is_refused_and_the_rest_is_read(tmp_path: Path, spool: Path) -> None:
    (tmp_path / "packed.zip").write_bytes(zip_of(a=zip_of(b=zip_of(c=PAGE)), z=PAGE))
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == ["packed.zip!z"]
    (problem,) = inventory.problems
    assert problem.name == "packed.zip!a!b"
    assert "nested three levels deep" in problem.reason


def test_two_members_of_one_name_are_two_sources(tmp_path: Path, spool: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for data in (PAGE, PAGE + b"x"):
            info = tarfile.TarInfo("same")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (tmp_path / "packed.tar").write_bytes(buffer.getvalue())
    inventory = take_inventory([str(tmp_path)], spool)
    assert names(inventory) == ["packed.tar!same"] * 2
    assert len(read_sources(inventory.distinct, SourceSettings())[1]) == 2001


@pytest.mark.parametrize("bomb", [gzip.compress, bz2.compress])
def test_an_archive_that_unpacks_to_far_more_than_its_size_is_a_bomb(
    dumps: Path, spool: Path, monkeypatch: pytest.MonkeyPatch, bomb: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(archives, "_SMALL_BYTES", 1 << 20)
    (dumps / "bomb.tar.gz").write_bytes(bomb(tar_of("w", zeros=bytes(1 << 26))))
    (dumps / "bomb.zip").write_bytes(zip_of(zeros=bytes(1 << 26)))
    inventory = take_inventory([str(dumps)], spool)
    assert names(inventory) == ["a.txt", "b/c.txt", "b/d.log"]
    reasons = {problem.name: problem.reason for problem in inventory.problems}
    assert reasons.keys() == {"bomb.tar.gz", "bomb.zip"}
    assert all("unpacks to more than 200 times its size" in why for why in reasons.values())


def test_revisits_are_counted(tmp_path: Path, spool: Path) -> None:
    revisit = gzip.decompress(CRAWL).replace(b"WARC-Type: response", b"WARC-Type: revisit", 1)
    (tmp_path / "crawl.warc").write_bytes(revisit)
    (problem,) = take_inventory([str(tmp_path)], spool).problems
    assert problem.reason == (
        "left out: 1 revisit, which holds no page; 1 response or resource that is not HTML"
    )


@pytest.mark.parametrize("damage", ["flipped", "cut"])
@pytest.mark.parametrize("place", range(4))
def test_a_damaged_record_costs_only_itself(
    tmp_path: Path, spool: Path, place: int, damage: str
) -> None:
    pages = [(f"http://a.org/{number}", "Content-Type: text/html", PAGE) for number in range(4)]
    crawled = [bytearray(warc_of(page)) for page in pages]
    middle = len(crawled[place]) // 2
    if damage == "flipped":
        crawled[place][middle] ^= 0xFF
    else:
        del crawled[place][middle:]
    (tmp_path / "crawl.warc.gz").write_bytes(b"".join(crawled))
    inventory = take_inventory([str(tmp_path)], spool)
    others = {f"crawl.warc.gz!http://a.org/{number}" for number in range(4) if number != place}
    assert others <= {item.name for item in inventory.inputs}
    assert inventory.problems
    assert all(problem.name.startswith("crawl.warc.gz") for problem in inventory.problems)
    assert all(str(problem).isascii() for problem in inventory.problems)
    assert "warc" in read_sources(inventory.distinct, SourceSettings())[0]["form"]


def test_the_real_crawl_gives_what_its_pages_give(shared: Path, spool: Path) -> None:
    pages = shared / "pages"
    settings = SourceSettings()
    found = {
        form: read_sources(take_inventory([str(pages / form)], spool).distinct, settings)[1]
        for form in ("html", "warc", "wet")
    }
    # The crawl holds the same pages; the text of a page has the same summaries.
    facts = ["body", "bibtex_key", "title", "votes", "author"]
    assert found["warc"].select(facts).sort(facts).equals(found["html"].select(facts).sort(facts))
    read = {form: frame.filter(frame["reason"].is_null()) for form, frame in found.items()}
    assert len(read["wet"]) == len(read["html"])
