"""Searching for patterns by an anchor: a literal that every match holds.

The regular expression engine tries a pattern that begins with a class, with alternatives or with
what must stand before it at every position of a text. A literal is found many times faster, most of
all a single rare character. So a pattern is matched only around each place of its anchor, from
where the match would begin.

Where a pattern must be one expression, as for a substitution, it begins with the anchor, or with
one class that all its alternatives begin with, and looks back from there.
"""

import re
from typing import AnyStr, Generic


def places(text: AnyStr, anchor: AnyStr) -> list[int]:
    """Return where an anchor stands in a text, in order."""
    found: list[int] = []
    place = text.find(anchor)
    while place >= 0:
        found.append(place)
        place = text.find(anchor, place + 1)
    return found


class Anchored(Generic[AnyStr]):
    """A pattern whose matches all hold `anchor`, `distance` characters after their beginning."""

    __slots__ = "_anchor", "_distance", "_pattern"

    def __init__(self, anchor: AnyStr, pattern: re.Pattern[AnyStr], distance: int = 0) -> None:
        self._anchor: AnyStr = anchor
        self._pattern: re.Pattern[AnyStr] = pattern
        self._distance = distance

    def matches(self, text: AnyStr) -> list[re.Match[AnyStr]]:
        """Return the matches in a text, in order, as `finditer` of the pattern would yield them."""
        found: list[re.Match[AnyStr]] = []
        end = 0
        for place in places(text, self._anchor):
            start = place - self._distance
            if start >= end and (match := self._pattern.match(text, start)):
                found.append(match)
                end = match.end()
        return found
