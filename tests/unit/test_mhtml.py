"""Pages saved as a single file."""

from email.charset import BASE64, QP, Charset
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.mhtml import recognise
from shortscience.pipeline.sources.reading import read_sources
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


@pytest.mark.parametrize("text", [b"From: me\nTo: you\n\nMIME-Version: 1.0", b"WARC/1.0\nMIME: 1"])
def test_other_files_with_headers_are_no_such_page(text: bytes) -> None:
    assert not recognise(text)


def test_a_page_whose_summaries_are_not_found_is_rejected(tmp_path: Path) -> None:
    minified = PAGE.replace(b'"', b"")
    (tmp_path / "page.html").write_bytes(minified)
    inputs = take_inventory([str(tmp_path)], NO_SPOOL).distinct
    records = read_sources(inputs, SourceSettings())[1]
    assert records["reason"].to_list() == ["a page with summaries in unknown markup"]
