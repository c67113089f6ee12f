"""JSON objects: the common part of all JSON formats.

Besides one object per line, a file may hold one object over many lines, an array, or the answer of
an API: an object whose `results` (OpenAlex) or `data` (Semantic Scholar) are the objects, or whose
`message` is one or has them as `items` (Crossref).
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import IO, Any

from shortscience.pipeline.markup import plain, unmarked
from shortscience.pipeline.papers.bibliography.entries import Entry, Found, Unread, attempt
from shortscience.pipeline.sources.encodings import decode

_DECODER = json.JSONDecoder()
_LONGEST_DOCUMENT = 1 << 26
"""Characters of a value over many lines, which is held in memory; API pages have fewer."""
_RESULTS = ("results", "data")
_RESULTS_START = re.compile(r'"(?:results|data|items)"\s*:\s*\[\s*(?=\{)')
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:')
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
    first = next(iter(_results(found) or ()), found)
    return frozenset(first) if isinstance(first, dict) else frozenset()


def _results(value: dict[str, Any]) -> list[Any] | None:
    """Return the objects in the answer of an API; None if the object is something else."""
    if message := object_of(value.get("message")):
        return [message] if "title" in message else objects_of(message.get("items"))
    return next((found for name in _RESULTS if isinstance(found := value.get(name), list)), None)


def read_each(
    stream: IO[bytes], read: Callable[[dict[str, Any]], Entry], *keys: str
) -> Iterator[Found]:
    """Read each object of a file as an entry; the first of `keys` that it has names its place."""
    for item in objects(stream):
        if isinstance(item, Unread):
            yield item
        else:
            yield attempt(read, item, next(filter(None, map(item.get, keys)), None))


def objects(stream: IO[bytes]) -> Iterator[dict[str, Any] | Unread]:
    """Yield the objects of a file, and other values as Unread; ValueError if one is too long."""
    lines = enumerate(map(decode, stream), 1)
    written = ((number, line) for number, line in lines if line.strip(_EDGES))
    beginning = list(islice(written, 1))
    if any(_is_damaged(line) for _, line in beginning):
        # The next line tells whether there is one object per line.
        beginning += islice(written, 1)
    if any(_value(line) is not None for _, line in beginning):
        for number, line in chain(beginning, written):
            yield from _objects(_value(line), number)
    else:
        # Within a value, lines that hold only brackets or commas count.
        yield from _document(chain(beginning, lines))


def _document(lines: Iterator[tuple[int, str]]) -> Iterator[Any]:
    """Yield the objects of a file whose values span lines."""
    line, first = next(lines, (1, ""))
    parts, length = [first], len(first)
    for _, part in lines:
        parts.append(part)
        length += len(part)
        if length > _LONGEST_DOCUMENT:
            raise ValueError("line 1 begins too long a JSON value; write one object per line")
    text = "".join(parts)
    counted = 0
    for start, value in _values(text):
        line += text.count("\n", counted, start)
        counted = start
        yield from _damaged(text, start, line) if value is None else _objects(value, line)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the positions and values of objects; None for the first damaged one, which is last."""
    end = 0
    while (start := text.find("{", end)) >= 0:
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            yield start, None
            return
        yield start, value


def _damaged(text: str, start: int, line: int) -> Iterator[Any]:
    """Yield the objects from a damaged one on; the next ones are those indented as far.

    If it is the answer of an API, these are its results.
    """
    if results := _RESULTS_START.search(text, start):
        line += text.count("\n", start, results.end())
        start = results.end()
    indentation = text[text.rfind("\n", 0, start) + 1 : start].lstrip("\ufeff[")
    for rest in text[start + 1 :].split(f"\n{indentation}{{"):
        for _, value in _values("{" + rest):
            yield from _objects(value, line)
        line += rest.count("\n") + 1


def _is_damaged(line: str) -> bool:
    """Whether a line is not JSON, whatever the next lines hold."""
    text = line.strip(_EDGES)
    try:
        _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos < len(text)
    except RecursionError:
        return True
    return False


def _value(line: str) -> Any:
    try:
        return json.loads(line.strip(_EDGES))
    except (ValueError, RecursionError):
        return None


def _objects(value: Any, line: int) -> Iterator[dict[str, Any] | Unread]:
    if not isinstance(value, dict):
        yield Unread(f"line {line}", "not a JSON object")
    elif (results := _results(value)) is not None:
        for item in results:
            yield from _objects(item, line)
    else:
        yield value


def object_of(value: object) -> dict[str, Any]:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[dict[str, Any]]:
    """Return the objects in a value if it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return a value if it is a non-blank text."""
    return value if isinstance(value, str) and value.strip() else None


def plain_text(value: object) -> str | None:
    """Return a text without LaTeX and markup, on one line; None if nothing is left."""
    return plain(text(value) or "") or None


def abstract_text(value: object) -> str | None:
    """Return an abstract without markup, on one line; None if nothing is left.

    Its dollars and backslashes stay, as they may be math.
    """
    return unmarked(text(value) or "") or None
