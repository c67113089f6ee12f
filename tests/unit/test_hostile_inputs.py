"""Malicious inputs: each costs only itself, in bounded time, with a reason."""

import gzip
import io
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from shortscience.pipeline.errors import NoInputError
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import members as members_module
from shortscience.pipeline.sources import reading
from shortscience.pipeline.sources.inputs import Inventory, take_inventory
from shortscience.pipeline.sources.reading import read_sources
from tests.conftest import PROJECT
from tests.growth import LONGER, is_linear
from tests.unit import test_html_page, test_rss
from tests.unit.test_inputs import warc_of, zip_of

TEXT = b"[link]\nA text. |\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with one good dump, to which tests add others."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "good.txt").write_bytes(TEXT)
    return folder


def inventory(raw: Path) -> Inventory:
    found = take_inventory([str(raw)], raw.parent / "spool")
    assert "good.txt" in {item.name for item in found.inputs}
    return found


def records(raw: Path) -> pl.DataFrame:
    """Return the records other than the good dump's."""
    inputs = [item for item in inventory(raw).distinct if item.name != "good.txt"]
    return read_sources(inputs, SourceSettings())[1]


def tar_with(*infos: tuple[str, bytes, str]) -> bytes:
    """Return a tar of (name, type, link name), where files hold a text."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, linked in infos:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, linked
            info.size = len(TEXT) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(TEXT))
    return buffer.getvalue()


NAMES = "../../evil", "/etc/evil", "a/../../../evil", "C:\\evil", "-rf", "a\nb"


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(zip_of(**dict.fromkeys(NAMES, TEXT)), id="zip"),
        pytest.param(tar_with(*((name, tarfile.REGTYPE, "") for name in NAMES)), id="tar"),
    ],
)
def test_names_that_would_escape_the_archive_are_harmless(raw: Path, archive: bytes) -> None:
    (raw / "packed.bin").write_bytes(archive)
    before = set(raw.parent.rglob("*"))
    found = inventory(raw)
    inside = {item.name for item in found.inputs} - {"good.txt"}
    assert inside == {f"packed.bin!{name}" for name in NAMES}
    assert set(raw.parent.rglob("*")) == before


def test_binary_data_is_rejected_in_parts(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BINARY_BYTES", 4)
    (raw / "film.mp4").write_bytes(b"\0\xff" * 5)
    assert records(raw).select("byte_start", "byte_end", "raw", "reason").rows() == [
        (0, 4, "\0ÿ\0ÿ", "binary data"),
        (4, 8, "\0ÿ\0ÿ", "binary data"),
        (8, 10, "\0ÿ", "binary data"),
    ]


def test_links_and_devices_are_reported_and_not_followed(raw: Path) -> None:
    secret = raw.parent / "secret.txt"
    secret.write_bytes(b"[link]\nA secret. |\n")
    kinds = {
        "symbolic": (tarfile.SYMTYPE, str(secret)),
        "hard": (tarfile.LNKTYPE, str(secret)),
        "upwards": (tarfile.SYMTYPE, "../secret.txt"),
        "characters": (tarfile.CHRTYPE, ""),
        "blocks": (tarfile.BLKTYPE, ""),
        "pipe": (tarfile.FIFOTYPE, ""),
    }
    entries = ((name, kind, linked) for name, (kind, linked) in kinds.items())
    (raw / "packed.tar").write_bytes(tar_with(*entries, ("file", tarfile.REGTYPE, "")))
    found = inventory(raw)
    assert {item.name for item in found.inputs} == {"good.txt", "packed.tar!file"}
    assert {problem.name for problem in found.problems} == {f"packed.tar!{name}" for name in kinds}
    assert {problem.reason.partition(";")[0] for problem in found.problems} == {
        "is a link or a device"
    }


def test_a_link_in_a_zip_is_a_text_with_the_name_of_its_target(raw: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (raw / "packed.zip").write_bytes(buffer.getvalue())
    assert records(raw).select("raw", "reason").rows() == [("/etc/passwd", "unknown form")]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: text/html\nContent-Encoding: gzip", gzip.compress(bytes(1 << 23))),
        ("Content-Type: text/html", bytes(1 << 23)),
    ],
    ids=["compressed page", "page of zeros in a compressed record"],
)
def test_a_bomb_in_a_crawl_costs_only_its_page(
    raw: Path, monkeypatch: pytest.MonkeyPatch, headers: str, body: bytes
) -> None:
    monkeypatch.setattr(members_module, "MAX_SOURCE_BYTES", 1 << 22)
    html = "Content-Type: text/html"
    crawl = warc_of(("http://a.org/1", headers, body), ("http://a.org/2", html, TEXT * 2))
    (raw / "crawl.warc.gz").write_bytes(crawl)
    found = inventory(raw)
    assert "crawl.warc.gz!http://a.org/2" in {item.name for item in found.inputs}
    (problem,) = (p for p in found.problems if p.name == "crawl.warc.gz!http://a.org/1")
    assert "holds more than" in problem.reason


def lying(length: bytes) -> bytes:
    """Return a crawl of two pages, the first with a wrong length."""
    html = "Content-Type: text/html"
    crawl = gzip.decompress(
        warc_of(("http://a.org/1", html, TEXT * 9), ("http://a.org/2", html, TEXT * 2))
    )
    start = crawl.index(b"Content-Length: ") + len(b"Content-Length: ")
    return crawl[:start] + length + crawl[crawl.index(b"\r\n", start) :]


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (b"40", "damaged"),
        (b"100000", "shorter than declared"),
        (b"99999999999999999999", "damaged"),
        (b"-1", "damaged"),
        (b"many", "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_wrong_length_in_a_crawl_is_reported(raw: Path, length: bytes, reason: str) -> None:
    (raw / "crawl.warc").write_bytes(lying(length))
    assert reason in " ".join(problem.reason for problem in inventory(raw).problems)


def without_address() -> bytes:
    crawl = gzip.decompress(warc_of(("http://a.org/1", "Content-Type: text/html", TEXT)))
    return crawl.replace(b"WARC-Target-URI: http://a.org/1\r\n", b"")


def zip_with(field: int, number: int) -> bytes:
    """Return a zip whose directory has a number in a field of its entry."""
    data = bytearray(zip_of(one=TEXT))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + field, number)
    return bytes(data)


def nameless_zip() -> bytes:
    """Return a zip whose entry's name starts with a zero byte, which ends it."""
    return zip_of(name=TEXT).replace(b"name", b"\0ame")


def damaged_zip() -> bytes:
    data = bytearray(zip_of(one=bytes(range(256)) * 40))
    data[60:80] = b"\xff" * 20
    return bytes(data)


def parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"text": [TEXT.decode() * 99]}).write_parquet(file)
    return file.getvalue()


def damaged_parquet() -> bytes:
    data = parquet()
    return data[:4] + bytes(60) + data[64:]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(damaged_parquet(), id="Parquet whose data is damaged"),
        pytest.param(parquet()[:-50], id="Parquet without its end"),
        pytest.param(without_address(), id="response without an address"),
        pytest.param(zip_with(6, 235), id="zip of a version to come"),
        pytest.param(zip_with(10, 99), id="zip entry in a compression to come"),
        pytest.param(zip_of(one=TEXT)[:-30], id="zip without its end"),
        pytest.param(damaged_zip(), id="zip entry whose data is damaged"),
        pytest.param(gzip.compress(TEXT * 999)[:-30], id="truncated gzip"),
        pytest.param(gzip.compress(TEXT * 999)[:12], id="gzip that ends in its header"),
    ],
)
def test_a_broken_archive_is_reported_and_the_rest_is_read(raw: Path, data: bytes) -> None:
    (raw / "broken.bin").write_bytes(data)
    named = {problem.name.partition("!")[0] for problem in inventory(raw).problems}
    assert named == {"broken.bin"}


def test_an_entry_without_a_name_is_read(raw: Path) -> None:
    (raw / "packed.zip").write_bytes(nameless_zip())
    assert {item.name for item in inventory(raw).inputs} == {"good.txt", "packed.zip"}


def test_an_empty_archive_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty.zip").write_bytes(zip_of())
    with pytest.raises(NoInputError, match=r"empty\.zip"):
        take_inventory([str(tmp_path / "empty.zip")], tmp_path / "spool")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("entities", "text"),
    [
        pytest.param(f'<!ENTITY l0 "ha">{LAUGHS}', "&l9;", id="billion laughs"),
        pytest.param(f'<!ENTITY b "{"b" * 2_000}">', "&b;" * 20_000, id="quadratic blow-up"),
        pytest.param('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;", id="external entity"),
        pytest.param('<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;', "&p;", id="external DTD"),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["before the feed", "inside an item"])
def test_entities_of_a_feed_stay_as_they_are(
    raw: Path, entities: str, text: str, inside: bool
) -> None:
    kind = f"<!DOCTYPE rss [{entities}]>"
    item = test_rss.item(f"Before {text} behind")
    feed = test_rss.HEAD + item + test_rss.item("Another.") + test_rss.FOOT
    feed = feed.replace("<item>", f"<item>{kind}", 1) if inside else kind + feed
    (raw / "feed.xml").write_text(feed)
    found = records(raw)
    assert "Another." in found["body"].to_list()
    told = "".join(found["body"].drop_nulls())
    assert len(told) <= len(text) + 100
    assert "root:" not in told


@pytest.mark.parametrize("tag", ["<div>", "<ul><li>", "<b>", "<table>", "<a>"])
@pytest.mark.parametrize("place", ["<body>", "<small>", "<pre"], ids=["page", "title", "summary"])
def test_a_page_nested_100_000_deep_is_read(raw: Path, tag: str, place: str) -> None:
    blocks = test_html_page.title_block(), test_html_page.summary_block("A text.")
    data = test_html_page.page(*blocks, test_html_page.summary_block("Another."))

    def read(depth: int) -> pl.DataFrame:
        nested = (tag * depth + place).encode()
        (raw / "page.html").write_bytes(data.replace(place.encode(), nested, 1))
        return records(raw)

    assert is_linear(read, 100_000 // LONGER, 100_000)
    found = read(100_000)
    assert found["body"].to_list() == ["A text.", "Another."]
    assert found["author"].to_list() == ["ada", "ada"]


def test_a_page_in_two_encodings_is_read_in_both(raw: Path) -> None:
    block = test_html_page.summary_block("Café and caf?.")
    data = test_html_page.page(block).replace(b"caf?", b"caf\xe9")
    (raw / "page.html").write_bytes(data)
    assert records(raw)["body"].to_list() == ["Café and café."]


def test_a_million_brackets_are_no_json(raw: Path) -> None:
    (raw / "hostile.json").write_bytes(b"[" * 1_000_000)
    assert records(raw)["reason"].to_list() == ["unknown form"]


MILLION = """
import sys
from pathlib import Path
from benchmarks.measuring import peak_mib
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources
found = take_inventory([sys.argv[1]], Path(sys.argv[1]).parent / "spool")
_, records = read_sources(found.inputs, SourceSettings())
print(len(records), round(peak_mib()))
"""


def test_a_page_with_many_records_takes_time_and_memory_in_proportion(raw: Path) -> None:
    """The bounds are generous: a page full of records took 3 s and 400 MiB."""
    count = 100_000
    (raw / "good.txt").write_bytes(b"[link]\nA. |\n" * count)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [sys.executable, "-c", MILLION, str(raw)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found, mebibytes = map(int, done.stdout.split())
    assert found == count
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 60
    assert mebibytes < 2_000
