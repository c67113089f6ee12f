r"""Pages as Markdown by html2text, with and without links, wrapped or not.

A summary is a block indented by four spaces below a line that ends in `[link] Summary by NAME 3
years ago`. All text by authors is indented, so none can look like that line. Before it come the
paper's links, title, authors, venue and year, the votes and the share buttons; after it, `more
less` and the edge of a table. An option puts `[code]` around the block; Crawl4AI has a fence
instead of the indentation.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import markdown_block, site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.lines import with_line_starts
from shortscience.pipeline.sources.markdown_links import identified
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary, unended

FORM = "extracted-text"
KEEPS_STRUCTURE = True

# A long name may be wrapped.
_MARK = re.compile(
    rb"\[link\](?:\]\((?P<address>[^\r\n\"]{1,2000}?(?:\r?\n[^\r\n\"]{1,2000}?){0,5}?)(?:\s{1,2}\"Link\")?\))?"
    rb"(?:(?<!\n\[link\])\r?\n| ) {0,2}(?:\[edit\]\s{1,3})?\[?\s?Summary\s{1,3}by\s"
    rb"(?P<name>(?:[^\n]|(?<=\S)\n(?=\S)){1,300}?)"
    rb"\sago[ \t]{0,2}(?:\]\([^\s()]{1,300}\))?[ \t\r]*(?:\n|\Z)"
)
_GREETING = re.compile(rb"\|[ ]{1,2}Welcome to ShortScience\.org![ ]{2,3}\r?\n")
_INDENT = b"    "
# If html2text kept the summary, an empty line follows the mark.
_INDENTED = re.compile(rb"[ \t\r]*\n[ \t\r\n]*(?<=\n) {4}")
# A truncated page has no closing fence.
_FENCED = re.compile(
    rb"```[ \t\r]*\n(?P<text>.*?)"
    rb"(?:```[ \t\r]*\n(?=!\[Loading\.\.\.\]\(|more\s{1,3}less\b)|\Z)",
    re.DOTALL,
)
_CODE = re.compile(rb"\s{0,9}\[code\][ \t\r]*\n")
_CODE_END = re.compile(rb"\[/code\]\s{0,9}")
_BLOCK = re.compile(rb"(?: {4}[^\n]*+(?:\n|\Z)|[ \t\r]*+\n)*+")
_TRAILER = re.compile(
    rb"(?:!\[Loading\.\.\.\]\([^\s()]{1,200}\)\s{1,3})?more\s{1,3}less\b"
    rb"[ \t\r]*(?:\n(?:---\|---[ \t\r]*(?:\n|\Z))?|\Z)?"
)
_GUEST = re.compile(rb"guest\s")
_ESCAPED = re.compile(r"\\(\\)(?=[\\`*_{}\[\]()#+\-.!])|\\(?=[-+.])")


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a page."""
    starts = (_start(data, mark) for mark in _marks(data))
    return bool(_GREETING.search(data)) or any(
        _INDENTED.match(data, start) or _FENCED.match(data, start) for start in starts
    )


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    position = 0
    known = NOTHING_KNOWN
    for mark in _marks(data):
        # An indented block belongs to the mark above it.
        if mark.start() < position:
            continue
        block = markdown_block.find(data, position, mark.start())
        start = markdown_block.further(data, position, mark.start()) if block is None else block
        yield from site_text.around(data, position, start)
        facts = known = _facts(data[start : mark.start()], mark["address"], known)
        body, text_end = _text(data, _start(data, mark))
        trailer = _TRAILER.match(data, text_end)
        position = trailer.end() if trailer else text_end
        if not body and _GUEST.match(mark["name"]):
            yield Piece("boilerplate", start, position)
        # A page may break off within the words that end a summary.
        elif body and not trailer and b"\n" in data[text_end:].strip():
            yield unended(start, position)
        else:
            yield summary(start, position, body, facts)
    yield from site_text.around(data, position, len(data))


def _marks(data: bytes) -> Iterator[re.Match[bytes]]:
    for mark, line in with_line_starts(data, _MARK.finditer(data)):
        if not data.startswith(_INDENT, line):
            yield mark


def _facts(block: bytes, link: bytes | None, before: Facts) -> Facts:
    facts = markdown_block.read(block, _unescape)
    return identified(facts, markdown_block.address(decode(link or b"")), before)


def _start(data: bytes, mark: re.Match[bytes]) -> int:
    """Return where the block below a mark begins."""
    code = _CODE.match(data, mark.end())
    return code.end() if code else mark.end()


def _text(data: bytes, start: int) -> tuple[str, int]:
    """Return a summary, without its indentation or fence, and the end of its block."""
    fenced = _FENCED.match(data, start)
    if fenced and not _holds_site_text(data, *fenced.span("text")):
        return decode(fenced["text"]).strip(), fenced.end()
    block = _BLOCK.match(data, start)
    end = block.end() if block else start
    lines = decode(data[start:end]).split("\n")
    code_end = _CODE_END.match(data, end)
    text = "\n".join(line.removeprefix(_INDENT.decode()) for line in lines).strip()
    return text, code_end.end() if code_end else end


def _holds_site_text(data: bytes, start: int, end: int) -> bool:
    """Whether a fence is closed too late: it holds another paper's title, or the site's words."""
    title = markdown_block.find(data, start, end)
    return title is not None or site_text.speaks(data, start, end)


def _unescape(text: str) -> str:
    r"""Undo html2text's escapes: of `\` before a Markdown character, and of list markers."""
    return _ESCAPED.sub(r"\1", text)
