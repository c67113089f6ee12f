"""Pages saved as a single file."""

import plistlib
from email.charset import BASE64, QP, Charset
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources
from shortscience.pipeline.sources.saved_pages import recognise
from tests.conftest import NO_SPOOL
from tests.unit import test_html_page

URL = "http://www.shortscience.org/"
PAGE = test_html_page.page(test_html_page.summary_block("Kites = wings, é."))


def saved(encoding: int, dated: str | None, line_end: str) -> bytes:
    """Return a page with an image, as a browser saves it."""
    charset = Charset("utf-8")
    charset.body_encoding = encoding
    message = MIMEMultipart("related")
    message["From"] = "<Saved by Blink>"
    if dated:
        message["Date"] = dated
    page = MIMEText(PAGE.decode(), "html", charset)  # type: ignore[arg-type]
    page["Content-Location"] = URL
    image = MIMEImage(b"\0\1", "png")
    image["Content-Location"] = "cid:image"
    message.attach(page)
    message.attach(image)
    return message.as_bytes().replace(b"\n", line_end.encode())


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("encoding", [QP, BASE64], ids=["quoted-printable", "base64"])
@pytest.mark.parametrize(
    ("dated", "retrieved_at"),
    [
        pytest.param("Sun, 29 Nov 2026 14:22:22 +0100", "2026-11-29 13:22:22+00:00", id="zone"),
        pytest.param("Sun, 29 Nov 2026 14:22:22 -0000", "2026-11-29 14:22:22+00:00", id="no zone"),
        pytest.param("yesterday", "None", id="no date"),
        pytest.param(None, "None", id="nothing"),
    ],
)
def test_a_page_is_read_with_its_address_and_time(
    tmp_path: Path, encoding: int, line_end: str, dated: str | None, retrieved_at: str
) -> None:
    (tmp_path / "page.mhtml").write_bytes(saved(encoding, dated, line_end))
    inventory = take_inventory([str(tmp_path)], NO_SPOOL)
    page = next(item for item in inventory.inputs if item.url)
    assert (page.name, page.url) == (f"page.mhtml!{URL}", URL)
    assert str(page.retrieved_at) == retrieved_at
    sources, records = read_sources(inventory.distinct, SourceSettings())
    assert sorted(sources["form"].fill_null("").to_list()) == ["", "html"]
    assert records["body"].drop_nulls().to_list() == ["Kites = wings, é."]
    assert records["reason"].drop_nulls().to_list() == ["binary data"]
    assert not inventory.problems


def archived(page: bytes, url: str, **more: object) -> dict[str, object]:
    """Return a web archive, as Safari saves it."""
    main = {"WebResourceData": page, "WebResourceURL": url, "WebResourceMIMEType": "text/html"}
    return {"WebMainResource": main, **more}


def test_a_web_archive_holds_a_page_its_images_and_frames(tmp_path: Path) -> None:
    image = {"WebResourceData": b"\0\1", "WebResourceURL": "data:,"}
    frame = archived(b"[link]\nA frame. ![]() |\n", f"{URL}frame")
    archive = archived(PAGE, URL, WebSubresources=[image], WebSubframeArchives=[frame])
    data = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)
    (tmp_path / "page.webarchive").write_bytes(data)
    inventory = take_inventory([str(tmp_path)], NO_SPOOL)
    named = {item.name: item.url for item in inventory.inputs}
    assert named == {
        f"page.webarchive!{URL}": URL,
        "page.webarchive!data:,": None,
        f"page.webarchive!{URL}frame": f"{URL}frame",
    }
    _, records = read_sources(inventory.distinct, SourceSettings())
    assert sorted(records["body"].drop_nulls()) == ["A frame.", "Kites = wings, é."]
    assert not inventory.problems


def test_a_frame_named_many_times_is_read_once(tmp_path: Path) -> None:
    archive = archived(b"The innermost frame.", URL)
    for depth in range(40):
        page = f"Frame {depth}.".encode()
        archive = archived(page, URL, WebSubframeArchives=[archive, archive])
    data = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)
    (tmp_path / "page.webarchive").write_bytes(data)
    assert len(take_inventory([str(tmp_path)], NO_SPOOL).inputs) == 41


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param({"WebMainResource": {}}, id="without a page"),
        pytest.param({"WebMainResource": [1]}, id="with another main resource"),
        pytest.param(archived(b"", URL) | {"WebSubresources": 7}, id="with a number of resources"),
        pytest.param({"WebMainResource": {"WebResourceData": 9}}, id="with a number as its page"),
    ],
)
def test_a_damaged_web_archive_is_reported(tmp_path: Path, archive: dict[str, object]) -> None:
    data = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)
    (tmp_path / "page.webarchive").write_bytes(data)
    (tmp_path / "other.txt").write_text("Some words.")
    (problem,) = take_inventory([str(tmp_path)], NO_SPOOL).problems
    assert str(problem).startswith("page.webarchive: is a ")


@pytest.mark.parametrize(
    "data",
    [
        b"From: me\nTo: you\n\nMIME-Version: 1.0",
        b"WARC/1.0\nMIME: 1",
        plistlib.dumps({"Main": "WebMain"}, fmt=plistlib.FMT_BINARY),
        b"bplist00",
    ],
)
def test_other_files_are_no_such_page(data: bytes) -> None:
    assert recognise(data) is None
