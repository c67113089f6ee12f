"""A scraper's JSON export: an object that maps ids to summaries.

Each summary is an object with `transcript`, the author's Markdown with line breaks; `sourceUrl`,
the page on the site, whose query names the paper; and `linkToPaper`. The same objects may also be
in an array, or one per line.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from shortscience.pipeline.identifiers import key_in
from shortscience.pipeline.sources.encodings import without_surrogates
from shortscience.pipeline.sources.pieces import Facts, Piece, summary

FORM = "json"
KEEPS_STRUCTURE = True

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{]")
_KEYED = re.compile(r'\ufeff?\s*+(?:\{\s*+)?"(?:[^"\\]|\\.)*+"\s*+:\s*+(?=\{)')
_OPENING = re.compile(r"\ufeff?\s*[\[{]?")
# A scraper that runs twice may append a second array or object to the first.
_BEFORE_VALUE = re.compile(r"[\s,\[\]\ufeff]*")
_BEFORE_KEY = re.compile(r"[\s,{}\ufeff]*")
_NEXT_LINE = re.compile(r'^[ \t]*(?:\{|"(?:[^"\\\n]|\\.)*+"\s*+:\s*+\{)', re.MULTILINE)
_COLON = re.compile(r"\s*:\s*")
_DECODER = json.JSONDecoder(strict=False)  # strings may hold line breaks and tabs


def recognise(data: bytes) -> bool:
    """Whether the bytes are such an export."""
    return bool(_BEGINNING.match(data)) and b'"transcript"' in data


def parse(data: bytes) -> Iterator[Piece]:
    """Cut an export into one piece per entry, and the punctuation between them.

    A single entry, with or without its key, is also an export.
    """
    # Invalid UTF-8 becomes surrogates, so that positions can be mapped to offsets.
    text = _Text(data.decode("utf-8", "surrogateescape"))
    offsets = _Offsets(text)
    keyed = _KEYED.match(text) is not None
    in_array = text.lstrip("\ufeff \t\r\n").startswith("[")
    start, position = 0, _OPENING.match(text).end() if keyed or in_array else 0  # type: ignore[union-attr]
    while True:
        position = (_BEFORE_KEY if keyed else _BEFORE_VALUE).match(text, position).end()  # type: ignore[union-attr]
        if position > start:
            yield Piece("boilerplate", offsets.of(start), offsets.of(position))
        if position == len(text):
            return
        entry = _entry(text, position, keyed=keyed)
        if entry is None:
            # The next line that begins with an entry may be whole.
            following = _NEXT_LINE.search(text, position + 1)
            end = following.start() if following else len(text)
            yield Piece("rejected", offsets.of(position), offsets.of(end), reason="broken JSON")
        else:
            value, end = entry
            yield _piece(value, offsets.of(position), offsets.of(end))
        start = position = end


class _Text(str):
    """A text in which errors have no line number: each would count the lines from the beginning."""

    __slots__ = ()

    def count(self, *_: object) -> int:
        """Count nothing."""
        return 0

    def rfind(self, *_: object) -> int:
        """Find nothing."""
        return -1


class _Offsets:
    """Maps increasing positions in a text to byte offsets, in linear time over all calls."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = self._offset = 0

    def of(self, position: int) -> int:
        """Return the offset of a position, which must not precede the previous one."""
        passed = self._text[self._position : position]
        self._offset += len(passed.encode("utf-8", "surrogateescape"))
        self._position = position
        return self._offset


def _entry(text: str, position: int, *, keyed: bool) -> tuple[Any, int] | None:
    """Decode the entry at a position into (value, end); None if it is broken."""
    try:
        if keyed:
            _, key_end = _DECODER.raw_decode(text, position)
            colon = _COLON.match(text, key_end)
            if colon is None:
                return None
            position = colon.end()
        return _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        return None


def _piece(value: object, start: int, end: int) -> Piece:
    body = value.get("transcript") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(body, str):
        return Piece("rejected", start, end, reason="no transcript")
    return summary(start, end, without_surrogates(body).strip(), _facts(value))


def _facts(value: dict[str, Any]) -> Facts:
    page, paper = (_string(value.get(name)) for name in ("sourceUrl", "linkToPaper"))
    return Facts(bibtex_key=key_in(page) if page else None, paper_url=paper, url=page)


def _string(value: object) -> str | None:
    return without_surrogates(value) if isinstance(value, str) and value else None
