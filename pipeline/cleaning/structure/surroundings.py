"""What stands before a marker: whether a line could begin with it."""

import re
from bisect import bisect_right
from collections.abc import Sequence

_LINE_ENDS = ".!?:;…。！？：；"
_EMPHASIS = '*_"”'
_MAX_EMPHASIS = 4  # characters that may close emphasis and quotation behind a sentence
_BULLET = re.compile(r" [*+-] ")
_MAX_TITLE = 80  # characters of a heading that a list follows


class Surroundings:
    """Tells whether lines could begin at places of `prose`.

    `headings` are the places where headings begin, in order; `ends` those behind other blocks.
    """

    def __init__(self, prose: str, headings: Sequence[int], ends: frozenset[int]) -> None:
        self.prose = prose
        self._headings = headings
        self._ends = ends

    def opens_line(self, position: int) -> bool:
        """Whether what is before `position` ends a sentence, a heading or a block."""
        return self.ends_sentence(position) or self.is_in_title(position)

    def ends_sentence(self, position: int) -> bool:
        """Whether a sentence or a block ends before `position`, as it does before `**So:** -`."""
        if position < 2 or position in self._ends:
            return True
        last = self.prose[position - 2]
        if last in _EMPHASIS:
            return self._unemphasised(position)[-1:] in _LINE_ENDS
        if last == ">":
            return position < 3 or self.prose[position - 3] == " "
        return last in _LINE_ENDS

    def introduces(self, position: int) -> bool:
        """Whether what is before `position` makes one expect a list: nothing, a block, a colon."""
        if position in self._ends:
            return True
        return self._unemphasised(position)[-1:] in ("", ":", "：") or self.is_in_title(position)

    def _unemphasised(self, position: int) -> str:
        before = self.prose[max(0, position - 2 - _MAX_EMPHASIS) : max(0, position - 1)]
        return before.rstrip(_EMPHASIS)

    def is_in_title(self, position: int) -> bool:
        """Whether only a title stands between the last heading's hashes and `position`."""
        index = bisect_right(self._headings, position) - 1
        if index < 0 or position - self._headings[index] > _MAX_TITLE:
            return False
        title = self.prose[self._headings[index] : position - 1]
        return ". " not in title and " " in title and not _BULLET.search(title)

    def parts_title(self, position: int, following: int, *, starred: bool) -> bool:
        """Whether a dash in a title parts it, rather than beginning a list behind it.

        It does before a date, or if the next dash is not in the same section, or if asterisks are
        the bullets and one of them is near.
        """
        index = bisect_right(self._headings, position)
        end = self._headings[index] if index < len(self._headings) else len(self.prose)
        if following >= end or self.prose[position + 2].isdigit():
            return True
        return starred and self.prose.find(" * ", position, position + _MAX_TITLE) >= 0
