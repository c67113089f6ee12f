r"""Pages as Markdown by markdownify and markitdown, with or without links.

A summary is one row of a table: the votes, the share buttons, `[link] Summary by NAME 3 years ago`,
the summary between two fences with its line breaks turned into spaces, `Loading... more less` and
the number of comments. Above the table are the paper's links, title, authors, venue and year.
markitdown has the user's picture before the votes.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import markdown_block, site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.lines import line_end, with_line_starts
from shortscience.pipeline.sources.markdown_links import identified
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary

FORM = "extracted-text"
KEEPS_STRUCTURE = False

_MARK = re.compile(
    rb"\[link(?P<escape>\\)?\](?:\]\((?P<address>[^\n\"]{1,2000}?)(?: \"Link\")?\))? {1,4}"
    rb"(?:\[\\?\[edit\\?\]\]\([^\s()]{1,300} \"Edit\"\) {1,4})?\[?Summary by [^\n]{1,300}? ago"
    rb"(?:\]\([^\s()]{1,300}\))? {1,4}``` "
)
_ROW = re.compile(
    rb"\| (?:\[!\[\]\([^()\n]{0,300}\)\]\(user\?name=[^\n]{1,2000}?\"\) {0,4})?"
    rb"(?P<votes>-?\d{1,9})? ?\|"
)
_END = re.compile(
    rb"```(?<= ```) {1,9}(?:(?:Loading\.\.\.|!\[Loading\.\.\.\]\([^\s()]{1,200}\)) {1,4})?"
    rb"more {1,4}less\b"
    rb"[ |\r]*"
)
_BEFORE_GREETING = re.compile(rb"\|[ ]{1,2}")
_TABLE_HEAD = re.compile(rb"\|  \|  \|[ \t\r]*\n\| --- \| --- \|[ \t\r]*\n\Z")
_LONGEST_HEAD = 64
_ESCAPED = re.compile(r"\\(?=[*_])")


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a page."""
    return site_text.greets(data, _BEFORE_GREETING) or next(_marks(data), None) is not None


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    position = 0
    known = NOTHING_KNOWN
    for mark, row in _marks(data):
        block = markdown_block.find(data, position, row.start())
        start = _table(data, position, row.start()) if block is None else block
        yield from site_text.around(data, position, start)
        facts = known = _facts(data[start : row.start()], row, mark, known)
        row_end = line_end(data, mark.end())
        # An author may have written the same; the site's own is last.
        ends = list(_END.finditer(data, mark.end(), row_end))
        text_end, position = ends[-1].span() if ends else (row_end, row_end)
        if not data[position:row_end].strip():
            position = row_end
        body = decode(data[mark.end() : text_end]).strip()
        yield summary(start, position, body, facts)
    yield from site_text.around(data, position, len(data))


def _marks(data: bytes) -> Iterator[tuple[re.Match[bytes], re.Match[bytes]]]:
    """Yield the mark and the start of each row that holds a summary; a row holds one."""
    last = -1
    for mark, line in with_line_starts(data, _MARK.finditer(data)):
        if line != last and (row := _ROW.match(data, line)):
            yield mark, row
        last = line


def _table(data: bytes, start: int, row: int) -> int:
    """Return the start of the table whose first row is at `row`."""
    window = max(start, row - _LONGEST_HEAD)
    head = _TABLE_HEAD.search(data[window:row])
    return window + head.start() if head else row


def _facts(block: bytes, row: re.Match[bytes], mark: re.Match[bytes], before: Facts) -> Facts:
    facts = markdown_block.read(block, markdown_block.unescaped if mark["escape"] else _unescape)
    facts = facts._replace(votes=int(row["votes"]) if row["votes"] else None)
    return identified(facts, decode(mark["address"] or b""), before)


def _unescape(text: str) -> str:
    """Undo markdownify's escapes of emphasis."""
    return _ESCAPED.sub("", text)
