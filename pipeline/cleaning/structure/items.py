"""Finding list items: bullets and numbers that opened a line."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pipeline.cleaning.structure.layout import COVER, Mark

BULLETS = "*-+"
_OPERANDS = "(0123456789" + COVER
_LINE_ENDS = ".!?:;…"
_EMPHASIS = '*_"”'
_MAX_EMPHASIS = 5  # characters that may close emphasis and quotation behind a sentence
_BULLET = re.compile(r" [*+-] ")
_MAX_TITLE = 80  # characters of a heading that a list follows
_MAX_NUMBER = 99
_CONTINUES = re.compile(r"(?:,|(?<![^\s(])(?:and|or|then|by|to|in|of|with|from))\Z")
# What is counted in prose: `as in Table 2. Then`, `of layer 2. It`.
_COUNTED = re.compile(
    r"(?<!\w)(?:tables?|fig(?:ure)?s?\.?|sections?|sec\.|chapters?|eqs?\.|equations?|layers?|"
    r"versions?|steps?|parts?|levels?|stages?|phases?|of|is|to|than|and|or|=|\+|-|×)\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 12
_MAX_ITEM = 4_000  # characters from one number to the next


class Surroundings:
    """Tells what stands around a marker: where a line could begin, and how an item could."""

    def __init__(self, prose: str, headings: Sequence[int], ends: frozenset[int]) -> None:
        self.prose = prose
        self._headings = headings
        self._ends = ends

    def opens_line(self, position: int) -> bool:
        """Whether what is before `position` ends a sentence, a heading or a block."""
        return self.ends_sentence(position) or self._in_title(position)

    def ends_sentence(self, position: int) -> bool:
        """Whether a sentence or a block ends before `position`, as it does before `**So:** -`."""
        if position < 2 or position in self._ends:
            return True
        prose = self.prose
        end = position - 2
        while prose[end] in _EMPHASIS and end > position - _MAX_EMPHASIS:
            end -= 1
        return prose[end] in _LINE_ENDS or prose[position - 2] == ">"

    def opens_between_stars(self, position: int) -> bool:
        """The same where asterisks are the bullets: a dash shortly before one is in a title."""
        starred = self.prose.find(" * ", position, position + _MAX_TITLE) >= 0
        return self.ends_sentence(position) or (not starred and self._in_title(position))

    def parts_title(self, position: int, following: int | None) -> bool:
        """Whether a dash parts a title: before a date, or if it is the only one in its section."""
        if position < 2 or not self._in_title(position):
            return False
        index = bisect_right(self._headings, position)
        end = self._headings[index] if index < len(self._headings) else len(self.prose)
        return self.prose[position + 2].isdigit() or following is None or following > end

    def introduces(self, position: int) -> bool:
        """Whether what is before `position` makes one expect a list: nothing, a colon, a title."""
        before = self.prose[max(0, position - _MAX_EMPHASIS) : max(0, position - 1)]
        return before.rstrip(_EMPHASIS).endswith(("", ":")[position > 1]) or self._in_title(
            position
        )

    def _in_title(self, position: int) -> bool:
        index = bisect_right(self._headings, position) - 1
        if index < 0 or position - self._headings[index] > _MAX_TITLE:
            return False
        title = self.prose[self._headings[index] : position - 1]
        return ". " not in title and " " in title and not _BULLET.search(title)


def items(around: Surroundings) -> list[Mark]:
    """Return the list items of a text, in order."""
    found = [*_numbers(around), *_stars(around)]
    starred = sum(item.marker == "*" for item in found) > 1
    for marker in "-+":
        found += _dashes(around, marker, starred=starred)
    return sorted(found)


def _bullets(prose: str, marker: str) -> list[int]:
    """Return where a free-standing bullet is followed by something."""
    found = [0] if prose.startswith(f"{marker} ") else []
    position = prose.find(f" {marker} ")
    while position >= 0:
        if not prose.startswith(" ", position + 3) and position + 3 < len(prose):
            found.append(position + 1)
        position = prose.find(f" {marker} ", position + 2)
    return found


def _stars(around: Surroundings) -> Iterator[Mark]:
    """Yield the items with an asterisk, which is hardly ever anything else but a product."""
    found = _bullets(around.prose, "*")
    opening = any(around.opens_line(position) for position in found)
    for position in found:
        if opening or (len(found) > 1 and around.prose[position + 2] not in _OPERANDS):
            yield Mark(position, position + 2, "item", "*")


def _dashes(around: Surroundings, marker: str, *, starred: bool) -> Iterator[Mark]:
    """Yield the items with a hyphen or a plus, which more often is a dash or a sum.

    It is an item where a line could begin, if the text has several of these or one that begins a
    list. In such a text it is an item elsewhere, too, if it begins like the others do: with a
    capital, or with a small letter where most do. Where asterisks are the bullets, a dash after
    a word explains this word.
    """
    prose = around.prose
    found = _bullets(prose, marker)
    if not found:
        return
    opens = around.opens_between_stars if starred else around.opens_line
    opening = {
        position
        for position, following in zip(found, [*found[1:], None], strict=True)
        if opens(position) and not around.parts_title(position, following)
    }
    if not opening:
        return
    first = min(opening)
    if len(opening) == 1 and (starred or len(found) == 1 or not around.introduces(first)):
        return
    lower = 2 * sum(prose[position + 2].islower() for position in opening) > len(opening)
    last = -1
    for position in found:
        alike = lower or not prose[position + 2].islower()
        near = not starred or (last >= 0 and "*" not in prose[last:position])
        if position in opening or (alike and near and not _labels(prose, position)):
            last = position
            yield Mark(position, position + 2, "item", marker)


def _labels(prose: str, position: int) -> bool:
    """Whether a dash explains an emphasised word that begins an item, or another sentence."""
    if prose[position - 2] not in "*_":
        return False
    emphasis = prose[position - 2]
    start = prose.rfind(f" {emphasis}", 0, position - 3)
    return start < 1 or prose[start - 1] not in ".!?"


def _numbers(around: Surroundings) -> Iterator[Mark]:
    """Yield the items 1, 2, … of every run in one style."""
    prose = around.prose
    for style in ".)":
        if f"1{style} " not in prose:
            continue
        starts = [match.start() for match in re.finditer(rf"1(?<!\S1)\{style} (?=\S)", prose)]
        opening = [start for start in starts if around.opens_line(start)]
        runs = [_run(around, start, style, _limit(opening, start)) for start in starts]
        if len(starts) > 2 and not any(runs):
            runs.append(_all_ones(around, starts))
        for position in {position for run in runs for position in run}:
            yield Mark(position, prose.index(" ", position) + 1, "item", f"1{style}")


def _limit(opening: Sequence[int], start: int) -> int | None:
    """Return where the next list begins."""
    index = bisect_right(opening, start)
    return opening[index] if index < len(opening) else None


def _run(around: Surroundings, start: int, style: str, limit: int | None) -> list[int]:
    """Return the places of 1, 2, … from `start`, if these opened lines, or nothing."""
    run = [start]
    for number in range(2, _MAX_NUMBER):
        reach = run[-1] + _MAX_ITEM
        position = _next(around, f" {number}{style} ", run[-1], min(limit or reach, reach))
        if position < 0:
            break
        run.append(position)
    prose = around.prose
    befores = [prose[max(0, item - _LOOK_BACK) : item - 1] for item in run]
    if len(run) == 1 or (style == ")" and any(map(_CONTINUES.search, befores[1:]))):
        return []
    opened = sum(map(around.opens_line, run))
    if around.opens_line(start) or 2 * opened >= len(run):
        return run
    capitals = all(prose[item + 3].isupper() or prose[item + 3] in "*_" for item in run)
    return run if len(run) > 2 and capitals and not _COUNTED.search(befores[0]) else []


def _next(around: Surroundings, marker: str, start: int, limit: int) -> int:
    """Return where the next number stands that opens a line, or else the next that could."""
    prose = around.prose
    fallback = -1
    position = prose.find(marker, start + 2, limit)
    while position >= 0:
        if around.opens_line(position + 1):
            return position + 1
        before = prose[max(0, position - _LOOK_BACK) : position]
        if fallback < 0 and not _COUNTED.search(before):
            fallback = position + 1
        position = prose.find(marker, position + 2, limit)
    return fallback


def _all_ones(around: Surroundings, starts: Sequence[int]) -> list[int]:
    """Return the places of a list that leaves its numbering to Markdown: 1, 1, 1."""
    prose = around.prose
    run = [
        start for start in starts if prose[start + 3].isupper() or prose[start + 3] in "*_[" + COVER
    ]
    opened = sum(around.opens_line(position) for position in run)
    return run if len(run) > 2 and 3 * opened >= len(run) else []
