r"""Listing pages as extracted by trafilatura 2.3, as Markdown or as text with tables.

A summary is one row of a table: the votes, `[\[link\]](address)` or, without links, `[link]`, the
summary with its line breaks turned into spaces, the loading image and the number of comments. In
Markdown, the extractor fences a summary of several lines that it takes for code, and escapes
Markdown characters in others.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.sources import site_text
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.lines import with_line_starts
from shortscience.pipeline.sources.markdown_links import identified
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts, Piece, summary

FORM = "extracted-text"
KEEPS_STRUCTURE = False

_MARK = re.compile(
    rb"\[link(?P<escape>\\)?\](?:\]\((?:<(?P<quoted>(?:\\.|[^<>\\\n]){1,2000}+)>|(?P<plain>[^\s()<>]{1,2000}+))\))?"
)
_ROW = re.compile(
    rb"\|[ \t]{0,99}+(?P<votes>-?\d{1,9})?[ \t]{0,99}+\|[ \t]{0,99}+"
    rb"(?:!\[[^\[\]\n]{0,40}+\]\([^\s()]{0,200}+\)[ \t]{0,99}+){0,30}+"
    rb"(?P<bracket>\[)?(?P<escape>\\)?"
)
_BEFORE_GREETING = re.compile(rb"\|[^|\n]{0,200}")
_EDGE = re.compile(rb"\|(?<!\\\|)[ \t]*\r?(?:\n|\Z)")
# An author's own would be escaped, or precede it in a fence.
_LOADING = re.compile(r"!\[Loading\.\.\.\]\([^\s()]{1,200}\)")
_TRAILER = re.compile(
    r"(?:\s\[?\d{1,9} Comments?(?:\]\(\S{1,400}\))?)?"
    r"(?:\s{1,99}Your comment:(?:\s{1,99}You must log in before you can post this comment!)?)?\Z"
)
_LONGEST_TRAILER = 600
# Paper pages end with the preview of an empty summary, which shows a button instead.
_PREVIEW = "[edit]", "[[edit]](#entrytext)"
# A truncated page may lack the closing fence.
_FENCED = re.compile(r"(?P<fence>`{3,}+)[ \n](?P<code>.*?)(?:\s(?P=fence))?", re.DOTALL)
_ESCAPED = re.compile(r"(\\++)([*_`~\[\]<])")
_ESCAPED_START = re.compile(r"\A(\d{0,9})\\(?=#{1,6}\s|>|[-+.)]\s)")
_FORMULA = re.compile(r"\$[^$]{1,2000}\$")
_BARE = re.compile(r"[*_`~\[\]<](?<!\\.)")


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a page."""
    if site_text.is_data(data):
        return False
    return site_text.greets(data, _BEFORE_GREETING) or next(_rows(data), None) is not None


def parse(data: bytes) -> Iterator[Piece]:
    """Cut a page into one piece per summary, and the page around them."""
    rows = list(_rows(data))
    bounds = [*(row.start() for _, row in rows), len(data)]
    position = 0
    for (mark, row), bound in zip(rows, bounds[1:], strict=True):
        yield from site_text.around(data, position, row.start())
        edge = _EDGE.search(data, mark.end(), bound)
        # A truncated page has no edge.
        text_end, position = edge.span() if edge else (bound, bound)
        body = _body(decode(data[mark.end() : text_end]), mark["escape"] is not None)
        facts = _facts(mark, row)
        if body in _PREVIEW:
            yield Piece("boilerplate", row.start(), position)
        else:
            yield summary(row.start(), position, body, facts)
    yield from site_text.around(data, position, len(data))


def _rows(data: bytes) -> Iterator[tuple[re.Match[bytes], re.Match[bytes]]]:
    """Yield the mark of each summary and the start of its row.

    A comment may start with the same word as a mark; only a mark has an address or votes, or is
    indented on the page.
    """
    for mark, line in with_line_starts(data, _MARK.finditer(data)):
        row = _ROW.fullmatch(data, line, mark.start())
        if row is None or row["escape"] != mark["escape"]:
            continue
        linked = (mark["plain"] or mark["quoted"]) is not None
        indented = data.endswith(b"\t", line, mark.start())
        if linked == (row["bracket"] is not None) and (linked or row["votes"] or indented):
            yield mark, row


def _facts(mark: re.Match[bytes], row: re.Match[bytes]) -> Facts:
    facts = Facts(votes=int(row["votes"]) if row["votes"] else None)
    address = mark["plain"] or re.sub(rb"\\([\\<>])", rb"\1", mark["quoted"] or b"")
    return identified(facts, decode(address).replace(r"\|", "|"), NOTHING_KNOWN)


def _body(cell: str, escaped: bool) -> str:
    """Return a summary without the rest of its cell, and without escapes."""
    loading = list(_LOADING.finditer(cell))
    if loading:
        text = cell[: loading[-1].start()]
    else:
        window = max(0, len(cell.rstrip()) - _LONGEST_TRAILER)
        trailer = _TRAILER.search(cell.rstrip(), window)
        text = cell[: trailer.start()] if trailer else cell
    text = text.strip().replace(r"\|", "|")
    if not escaped:
        return text
    return unescaped(text)


def unescaped(text: str) -> str:
    """Undo the extractor's fence around a text, or else its escapes of Markdown characters."""
    fenced = _FENCED.fullmatch(text)
    whole = fenced["code"] if fenced else _ESCAPED.sub(_unescaped, _ESCAPED_START.sub(r"\1", text))
    return whole.strip()


def unescaped_if_all_is(text: str) -> str:
    """Undo its escapes in a text that has no character without; formulas are not escaped."""
    is_escaped = _FENCED.fullmatch(text) or not _BARE.search(_FORMULA.sub("", text))
    return unescaped(text) if is_escaped else text


def _unescaped(match: re.Match[str]) -> str:
    r"""Undo an escape: the author's backslashes were doubled and one added.

    An even number of backslashes is not the extractor's: it leaves formulas in `\(` and `\[` alone.
    """
    backslashes, character = match.groups()
    if len(backslashes) % 2 == 0:
        return match[0]
    return backslashes[: len(backslashes) // 2] + character
