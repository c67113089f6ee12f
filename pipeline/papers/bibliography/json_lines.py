"""JSON objects: the common part of all JSON formats.

Besides one object per line, a file may hold one object over many lines, an array, or the answer of
an API: an object whose `results` are the objects.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, Any

from shortscience.pipeline.papers.bibliography.entries import Unread
from shortscience.pipeline.sources.encodings import decode

_DECODER = json.JSONDecoder()
_LONGEST_DOCUMENT = 1 << 26
"""Characters of a value over many lines, which is held in memory; API pages have fewer."""
_RESULTS = "results"
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:')
_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
_EDGES = "\ufeff \t\r\n,[]"


def first_keys(beginning: str) -> frozenset[str]:
    """Return the keys of the first object; none if there is none.

    If the object exceeds the beginning, these are all names in it followed by a colon.
    """
    text = beginning.lstrip("\ufeff \t\r\n[")
    if not text.startswith("{"):
        return frozenset()
    try:
        found, _ = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return frozenset(_KEY.findall(text))
    results = found.get(_RESULTS)
    first = results[0] if isinstance(results, list) and results else found
    return frozenset(first) if isinstance(first, dict) else frozenset()


def objects(stream: IO[bytes]) -> Iterator[dict[str, Any] | Unread]:
    """Yield the objects of a file, and other values as Unread; ValueError if one is too long."""
    lines = enumerate(map(decode, stream), 1)
    written = ((number, line) for number, line in lines if line.strip(_EDGES))
    first = list(islice(written, 1))
    if any(_value(line) is not None for _, line in first):
        for number, line in chain(first, written):
            yield from _objects(_value(line), number)
    else:
        # Within a value, lines that hold only brackets or commas count.
        yield from _document(chain(first, lines))


def _document(lines: Iterator[tuple[int, str]]) -> Iterator[Any]:
    """Yield the objects of a file whose values span lines."""
    start, first = next(lines, (1, ""))
    parts, length = [first], len(first)
    for _, line in lines:
        parts.append(line)
        length += len(line)
        if length > _LONGEST_DOCUMENT:
            raise ValueError("line 1 begins too long a JSON value; write one object per line")
    text = "".join(parts)
    position = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    while position < len(text):
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield from _objects(None, start + text.count("\n", 0, position))
            return
        yield from _objects(value, start + text.count("\n", 0, position))
        position = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def _value(line: str) -> Any:
    try:
        return json.loads(line.strip(_EDGES))
    except (ValueError, RecursionError):
        return None


def _objects(value: Any, line: int) -> Iterator[dict[str, Any] | Unread]:
    if isinstance(value, dict) and isinstance(value.get(_RESULTS), list):
        for item in value[_RESULTS]:
            yield from _objects(item, line)
    elif isinstance(value, dict):
        yield value
    else:
        yield Unread(f"line {line}", "not a JSON object")


def text(value: object) -> str | None:
    """Return a value if it is a non-blank text."""
    return value if isinstance(value, str) and value.strip() else None
