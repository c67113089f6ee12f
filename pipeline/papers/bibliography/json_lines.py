"""Objects, one per line: what the formats written as JSON lines share."""

import json
from collections.abc import Iterator
from typing import IO, Any


def first_keys(beginning: str) -> frozenset[str]:
    """Return the keys of the object in the first line; none if it is no object."""
    line = next((line for line in beginning.splitlines() if line.strip()), "")
    try:
        found, _ = json.JSONDecoder().raw_decode(line.strip())
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(found) if isinstance(found, dict) else frozenset()


def objects(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file; ValueError names a line that holds none."""
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is no JSON") from error
        if not isinstance(found, dict):
            raise ValueError(f"line {number} is no JSON object")  # noqa: TRY004 - of the file
        yield found


def text(value: object) -> str | None:
    """Return a value that is a text with something in it."""
    return value if isinstance(value, str) and value.strip() else None
