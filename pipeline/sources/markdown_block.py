"""A title block as Markdown: with or without links, wrapped or not."""

import re
from collections.abc import Callable

from shortscience.pipeline.characters import ASCII_PUNCTUATION
from shortscience.pipeline.sources import shown_facts
from shortscience.pipeline.sources.archived_links import original
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.markdown_links import LINK, labels_only, shared_title
from shortscience.pipeline.sources.pieces import Facts

Unescape = Callable[[str], str]
"""Undoes an extractor's escapes of Markdown characters in running text."""

_SCHOLAR = re.compile(rb"scholar\.google\.com(?:\]\(| \[|[ \t\r]*\n)")
_SCHOLAR_LABEL = "scholar.google.com"
_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")
_LONGEST_LINKS = 4000
_LINE_BREAK = re.compile(r"[ \t]{2,}\n|\n[ \t]*(?=\n)")
# Wrapping also breaks after hyphens; a suspended one (`pre- and post-`) has a space.
_BROKEN_WORD = re.compile(r"(?<=\w-)\n(?!(?:and|or|to)\b)")
_KEYWORDS = "Keywords:"
_USER = re.compile(rb"\[\s{0,3}(?:!\[\]\([^()\n]{0,300}\)\s{0,3})?\]\(user\?name=")
_VOTES = re.compile(rb"^-?\d{1,9}[ \t\r]*\n", re.MULTILINE)
_ESCAPED = re.compile(rf"\\([{ASCII_PUNCTUATION}])")
_ESCAPED_IN_ADDRESS = re.compile(r"\\([\\\[\]()])")


def find(data: bytes, start: int, end: int) -> int | None:
    """Return the start of the last title block in `data[start:end]`, which is the paper's links."""
    marks = [match.start() for match in _SCHOLAR.finditer(data, start, end)]
    if not marks:
        return None
    window = max(start, marks[-1] - _LONGEST_LINKS)
    gaps = [match.end() for match in _BLANK_LINE.finditer(data, window, marks[-1])]
    if gaps:
        return gaps[-1]
    if window == start:
        return start
    # At the start of a line or of the links' label, and so never inside a character.
    newline = data.find(b"\n", window, marks[-1])
    return marks[-1] if newline < 0 else newline + 1


def further(data: bytes, start: int, mark: int) -> int:
    """Return the start of a further summary of the same paper: its user or its votes."""
    for pattern in _USER, _VOTES:
        found = [match.start() for match in pattern.finditer(data, start, mark)]
        if found:
            return found[-1]
    return max(start, data.rfind(b"\n", 0, mark) + 1)


def read(block: bytes, unescape: Unescape) -> Facts:
    """Read the facts of a title block, and the votes below it."""
    text = decode(block).replace("\r\n", "\n")
    lines = [unescape(line) for line in _lines(text)]
    place = next((n for n, line in enumerate(lines) if line.endswith(_SCHOLAR_LABEL)), None)
    if place is None:
        return Facts(votes=shown_facts.last_votes(lines))
    keywords = (n for n, line in enumerate(lines) if line.startswith(_KEYWORDS))
    below = next(keywords, len(lines))
    known = shown_facts.of_lines(lines[place + 1 : below])
    facts = known._replace(votes=shown_facts.last_votes(lines[below:]))
    return facts._replace(title=shared_title(text) or facts.title, paper_url=_paper_url(text))


def read_beside(block: bytes) -> Facts:
    """Read title and votes where addresses stand beside labels, `label [address]`, over lines."""
    text = decode(block)
    return Facts(title=shared_title(text), votes=shown_facts.last_votes(text.splitlines()))


def unescaped(text: str) -> str:
    """Undo all escapes of a tool that escapes backslashes, too."""
    return _ESCAPED.sub(r"\1", text)


def address(written: str) -> str:
    """Return an address without an extractor's escapes, angle brackets and line breaks."""
    whole = re.sub(r"\r?\n", "", written)
    bare = whole[1:-1] if whole.startswith("<") and whole.endswith(">") else whole
    return _ESCAPED_IN_ADDRESS.sub(r"\1", bare)


def _lines(text: str) -> list[str]:
    """Return the page's own lines, unwrapped and without empty ones."""
    lines = _LINE_BREAK.split(labels_only(text))
    joined = (" ".join(_BROKEN_WORD.sub("", line).split()).strip("| ") for line in lines)
    return [line for line in joined if line]


def _paper_url(text: str) -> str | None:
    """Return the address of the first of the paper's links, of which the last leads to a search."""
    after = text.index(_SCHOLAR_LABEL)
    first = None
    for link in reversed(list(LINK.finditer(text, 0, after))):
        url = original(address(link["address"]))
        if text[link.end() : after].strip(" \t\n[") or not url.startswith("http"):
            break
        first, after = url, link.start()
    return first
