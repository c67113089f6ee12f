"""Cutting a BibTeX file into blocks of whole entries, in bounded memory."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from shortscience.pipeline.sources.encodings import decode

START = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(]", re.MULTILINE)
_ENTRY = re.compile(r"[ \t]*@[ \t]*\w+[ \t]*[{(][ \t]*[^\s,{}()\"=]*[ \t]*(?:,|\r?\n|=)")
_DEFINITION = re.compile(r"[ \t]*@[ \t]*(?:string|comment|preamble)[ \t]*[{(]", re.IGNORECASE)
_INNER = 3
"""Entries that may lie within a field of another, as when an abstract quotes some; with more, a
brace must be missing.
"""


class Block(NamedTuple):
    """Lines of a file; the first has the number `line`, from 1."""

    text: str
    line: int


def blocks(stream: IO[bytes]) -> Iterator[Block]:
    """Cut a file before each line that begins an entry; decode as UTF-8, else windows-1252."""
    lines = (decode(raw.removeprefix(b"\xef\xbb\xbf")) for raw in stream)
    number = 1
    for block in _cut(lines):
        yield Block("".join(block), number)
        number += len(block)


def _cut(lines: Iterable[str]) -> Iterator[list[str]]:
    block = _Open()
    pending: list[str] = []
    source = iter(lines)
    while (line := pending.pop() if pending else next(source, None)) is not None:
        if block.is_closed_by(line):
            yield block.lines
            block = _Open()
        block.add(line)
        if block.lacks_a_brace():
            first = block.inner[0]
            yield block.lines[:first]
            pending += reversed(block.lines[first:])
            block = _Open()
    if block.lines:
        yield block.lines


class _Open:
    """The lines of an entry not yet known to be complete, and its open braces."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0
        self.inner: list[int] = []

    def is_closed_by(self, line: str) -> bool:
        """Whether a line begins another entry, rather than one inside a field of this entry."""
        if not self.lines or "@" not in line:
            return False
        begins = _ENTRY.match(line) or _DEFINITION.match(line)
        return bool(begins and self.depth <= 1) or bool(self.depth <= 0 and START.match(line))

    def lacks_a_brace(self) -> bool:
        """Whether so many entries begin inside it that a closing brace must be missing."""
        return len(self.inner) > _INNER

    def add(self, line: str) -> None:
        """Append a line."""
        if self.lines and "@" in line and _ENTRY.match(line):
            self.inner.append(len(self.lines))
        self.lines.append(line)
        self.depth = max(0, self.depth + line.count("{") - line.count("}"))
