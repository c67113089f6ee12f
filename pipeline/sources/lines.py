"""Lines of a source, found in time that is linear in its length."""

import re
from collections.abc import Iterable, Iterator


def line_end(data: bytes, position: int) -> int:
    """Return the place behind the line that a position is in."""
    return data.find(b"\n", position) + 1 or len(data)


def with_line_starts(
    data: bytes, matches: Iterable[re.Match[bytes]]
) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield matches, which are in order, each with the place where its line begins."""
    line = searched = 0
    for match in matches:
        line = max(line, data.rfind(b"\n", searched, match.start()) + 1)
        searched = match.start()
        yield match, line
