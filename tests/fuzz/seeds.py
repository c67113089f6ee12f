"""Seeds for fuzzing: small files of every form, and the words that their parsers search for."""

import bz2
import gzip
import json
import lzma
import plistlib
from collections.abc import Iterator
from email.charset import QP
from pathlib import Path

from shortscience.pipeline.sources.reading import PARSERS
from tests.conftest import RAW, SHARED
from tests.fuzz.targets import TARGETS
from tests.unit import (
    test_html_page,
    test_inputs,
    test_json_export,
    test_page_text,
    test_rss,
    test_saved_pages,
    test_tables,
)
from tests.unit.cases import FOLDER

PAGES = "html", "warc", "wet", "rss", "text/*"
PER_FOLDER = 8
"""Per folder of real pages; more do not help the fuzzer."""
BYTES = 60_000

_TEXT = r"""# Adam

Steps of $\alpha$ and `code`, see [this](http://example.org/a_(b)?c=1) and
![](https://i.example.org/x.png).

$$
x = \frac{1}{2}
$$

* one
* two \cite{journals/a/B1}
\begin{align}a &= b\end{align} NaÃ¯ve “so” \(z\) \[ y = 1 \] <http://a.b> [1] arXiv:1412.6980
"""
WORDS = (
    *("[link]", "[link]\n", " ![]() |\n", " |\n", "2 Comments\n", "Welcome to ShortScience.org!"),
    *(
        "Summary by ",
        " ago\n",
        "\nmore\nless\n",
        "scholar.google.com\n",
        " - 2015 via Local arXiv\n",
    ),
    *("<html>ShortScience.org", '<div class="papertitle ', '<div id="ada" class="vignette '),
    *('<pre class="source ', "</pre>", "</table></div>", 'value="', "</span>", "&lt;", "&#x41;"),
    *(
        "<rss shortscience",
        "<item>",
        "</item>",
        "<description>",
        "</description>",
        "<![CDATA[",
        "]]>",
    ),
    *('{"0": {"transcript": "', '"sourceUrl": "', '"}', "\\ud800", "\\u0000", "\\n", "bibtexKey="),
    *("$", "$$", "\\[", "\\]", "\\(", "\\)", "`", "```", "\\begin{align}", "\\end{align}", "]("),
    *("@article{", "title={", "author=", " and ", "crossref=", "@string{", '"', " # ", '{\\"o}'),
    *('{"title": "', '"authorships": []', '"results": [', "<dblp>", "<article key=", "&uuml;"),
    *("10.1000/", "<1::a>2.0.CO;2", "。", "\u200b", "\\begin{Bmatrix}", "*", "arXiv:1706.03762"),
    *("http://", "www.", "![", "[1]", "\\cite{", "arXiv:", "doi.org/10.1000/", "Ã©", "â€œ", "\x85"),
    *("WARC/1.0\r\n", "Content-Length: ", "\r\n\r\n", "ustar\x00", "PK\x03\x04", "PK\x05\x06"),
)


def own() -> Iterator[bytes]:
    """Yield small files of every form and container, all of them original."""
    yield from (data for data in sorted(path.read_bytes() for path in RAW.iterdir()))
    yield _TEXT.encode()
    blocks = test_html_page.title_block(), test_html_page.summary_block(_TEXT)
    yield test_html_page.page(*blocks, head=test_html_page.JSON_LD)
    yield f"{test_rss.HEAD}{test_rss.item('Steps.')}{test_rss.item('Two.')}{test_rss.FOOT}".encode()
    for export in ({"0": test_json_export.ADAM}, [test_json_export.ADAM, test_json_export.PLAIN]):
        yield json.dumps(export).encode()
    whole = test_page_text
    parts = whole.HEAD, whole.TITLE, whole.MARK, whole.TEXT, whole.BUTTONS, whole.FOOT
    yield "".join(parts).encode()
    yield "é\n".encode() + b"\x93so\x94"
    for topic, field in (("bibliographies", "content"), ("scanner", "text"), ("citations", "text")):
        sections = json.loads((FOLDER / f"{topic}.json").read_text(encoding="utf-8"))
        yield from (
            case[field].encode() for some in sections.values() for case in some if field in case
        )
    yield from _containers()


def _containers() -> Iterator[bytes]:
    text = b"[link]\nA text. |\n"
    for compress in (gzip.compress, bz2.compress, lzma.compress, test_inputs.zstd):
        yield compress(text)
    yield test_inputs.zip_of(one=text, __up=gzip.compress(text))
    for mode in ("w", "w:gz", "w:xz"):
        yield test_inputs.tar_of(mode, one=text, __up=text * 2)
    yield test_inputs.CRAWL
    yield gzip.decompress(test_inputs.CRAWL)
    archive = test_saved_pages.archived(text, "http://www.shortscience.org/")
    yield plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)
    yield test_saved_pages.saved(QP, None, "\n")
    tables = test_tables
    for written in (
        tables.json_lines,
        tables.separated,
        tables.parquet,
        tables.arrow_file,
        tables.har,
    ):
        yield written(test_tables.ROWS)


def real() -> Iterator[bytes]:
    """Yield the beginnings of real files beside the project, if there are any."""
    for pattern in PAGES:
        for folder in sorted((SHARED / "pages").glob(pattern)):
            for path in sorted(folder.iterdir())[:PER_FOLDER]:
                yield path.read_bytes()[:BYTES]
    for path in sorted((SHARED / "raw").glob("*")):
        yield path.read_bytes()


def write(folder: Path, target: str, *, with_real: bool) -> None:
    """Write the seeds of a target: for a parser, the files it recognises, if any."""
    found = [*own(), *(real() if with_real else ())]
    parsers = {parser.__name__.rpartition(".")[2]: parser for parser in PARSERS}  # type: ignore[attr-defined]
    if target in parsers:
        found = [data for data in found if parsers[target].recognise(data)] or found
    elif target not in TARGETS:
        found = [b"seed"]
    for number, data in enumerate(found):
        (folder / f"{number:04}").write_bytes(data)


def write_dictionary(path: Path) -> None:
    """Write WORDS as a dictionary of libFuzzer."""
    lines = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS)
    path.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
