"""Searching for patterns by an anchor: a literal that every match holds.

The regular expression engine tries a pattern that begins with a class, with alternatives or with
what must stand before it at every position of a text. A literal is found many times faster. So a
pattern is matched only around each place of its anchor, from where the match would begin.

Where a pattern must be one expression, as for a substitution, it begins with the anchor itself and
looks back from there.
"""

import re
from typing import AnyStr, Generic


class Anchored(Generic[AnyStr]):
    """A pattern whose matches all hold `anchor`, `distance` characters after their beginning."""

    __slots__ = "_anchor", "_distance", "_pattern"

    def __init__(self, anchor: AnyStr, pattern: re.Pattern[AnyStr], distance: int = 0) -> None:
        self._anchor = anchor
        self._pattern = pattern
        self._distance = distance

    def matches(self, text: AnyStr) -> list[re.Match[AnyStr]]:
        """Return the matches in a text, in order, as `finditer` of the pattern would yield them."""
        found: list[re.Match[AnyStr]] = []
        end = 0
        place = text.find(self._anchor)
        while place >= 0:
            start = place - self._distance
            if start >= end and (match := self._pattern.match(text, start)):
                found.append(match)
                end = match.end()
            place = text.find(self._anchor, place + 1)
        return found
