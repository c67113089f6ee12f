"""Finding list items: bullets and numbers that opened a line."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set

from shortscience.pipeline.cleaning.structure.layout import COVER, Mark
from shortscience.pipeline.cleaning.structure.surroundings import Surroundings

_OPERANDS = f"(0123456789{COVER}"
_MARKUP = frozenset("*_[")  # what an item may begin with instead of a capital
_MAX_NUMBER = 99
_MAX_ITEM = 4_000  # characters from one number to the next
_MAX_LOOKED_AT = 8  # times the next number may stand in prose before it opens a line
_LONGEST_ASIDE = 60  # characters between a parenthesis and a dash within
_LONGEST_LABEL = 40  # characters of an item's marker and label
_LOOK_BACK = 12  # characters before a number that say what is counted
# Where a bullet stands free, and something follows. Patterns begin with an anchor, as
# `pipeline/anchors.py` explains.
_BULLETS = {sign: re.compile(rf"\{sign}(?<= \{sign}) (?=[^ ])") for sign in "*-+"}
_ONE = re.compile(r"1(?<!\S1)(?<!# 1)[.)] (?=\S)")  # `# 1. Why` is a title
# An enumeration within a sentence: `1) this, 2) that and 3) those`.
_CONTINUES = re.compile(r"(?:,|(?<![^\s(])(?:and|or|then|by|to|in|of|with|from))\Z")
# What is counted in prose: `as in Table 2. Then`, `of layer 2. It`.
_COUNTED = re.compile(
    r"(?<!\w)(?:tables?|fig(?:ure)?s?\.?|sections?|sec\.|chapters?|eqs?\.|equations?|layers?|"
    r"versions?|steps?|parts?|levels?|stages?|phases?|of|is|to|than|and|or|=|\+|-|×)\Z",
    re.IGNORECASE,
)


def items(around: Surroundings) -> list[Mark]:
    """Return the list items of a text."""
    starred = list(_stars(around))
    found = [*_numbers(around), *starred]
    for marker in "-+":
        found += _dashes(around, marker, starred=len(starred) > 1)
    return found


def _bullets(prose: str, marker: str) -> list[int]:
    """Return where a free-standing bullet is followed by something."""
    if marker not in prose:
        return []
    first = [0] if prose.startswith(f"{marker} ") else []
    return first + [match.start() for match in _BULLETS[marker].finditer(prose)]


def _stars(around: Surroundings) -> Iterator[Mark]:
    """Yield the items with an asterisk, which is hardly ever anything else but a product."""
    found = _bullets(around.prose, "*")
    opening = any(map(around.opens_line, found))
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
    opening = set(_opening(around, found, starred=starred))
    if not opening:
        return
    if len(opening) == 1 and (
        starred or len(found) == 1 or not around.introduces(next(iter(opening)))
    ):
        return
    lower = 2 * sum(prose[position + 2].islower() for position in opening) > len(opening)
    explaining = _explaining(found, opening)
    last = -1
    for position in found:
        if position in explaining:
            continue
        alike = lower or not prose[position + 2].islower()
        near = not starred or (last >= 0 and "*" not in prose[last:position])
        if position in opening or (
            alike and near and not _labels(prose, position) and not _is_in_aside(prose, position)
        ):
            last = position
            yield Mark(position, position + 2, "item", marker)


def _opening(around: Surroundings, found: Sequence[int], *, starred: bool) -> Iterator[int]:
    """Yield those of the dashes that stand where a line could begin, and part no title."""
    for number, position in enumerate(found):
        if around.ends_sentence(position):
            yield position
        elif around.is_in_title(position):
            following = found[number + 1] if number + 1 < len(found) else len(around.prose)
            if not around.parts_title(position, following, starred=starred):
                yield position


def _explaining(found: Sequence[int], opening: Set[int]) -> Set[int]:
    """Return the dashes behind the labels of items, as in `- Kite - It flies. - Line - It holds.`.

    A sentence ends before every other dash, and a short label is behind it.
    """
    labelled, explaining = found[::2], found[1::2]
    if len(labelled) != len(explaining) or len(labelled) < 2 or len(opening) != len(labelled):
        return frozenset()
    short = all(
        item in opening and dash - item <= _LONGEST_LABEL
        for item, dash in zip(labelled, explaining, strict=True)
    )
    return frozenset(explaining if short else ())


def _is_in_aside(prose: str, position: int) -> bool:
    """Whether a dash stands within parentheses."""
    start = prose.rfind("(", max(0, position - _LONGEST_ASIDE), position)
    return start >= 0 and ")" not in prose[start:position]


def _labels(prose: str, position: int) -> bool:
    """Whether a dash explains an emphasised word that begins an item, or another sentence."""
    emphasis = prose[position - 2]
    if emphasis not in "*_":
        return False
    start = prose.rfind(f" {emphasis}", max(0, position - _MAX_ITEM), position - 3)
    return start < 1 or prose[start - 1] not in ".!?"


def _numbers(around: Surroundings) -> Iterator[Mark]:
    """Yield the items 1, 2, … of every run in one style."""
    prose = around.prose
    ones = [match.start() for match in _ONE.finditer(prose)]
    for style in ".)" if ones else "":
        starts = [start for start in ones if prose[start + 1] == style]
        opening = [start for start in starts if around.opens_line(start)]
        runs = [_run(around, start, style, _limit(opening, start)) for start in starts]
        if len(starts) > 2 and not any(runs):
            runs.append(_all_ones(around, starts))
        for position in {position for run in _whole(around, runs) for position in run}:
            yield Mark(position, prose.index(" ", position) + 1, "item", f"1{style}")


def _whole(around: Surroundings, runs: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Yield the runs without those from a 1 within an item: `1. It costs 1. Then … 2. …`."""
    numbered = {item for run in runs if run and around.opens_line(run[0]) for item in run[1:]}
    for run in runs:
        if run and (around.opens_line(run[0]) or run[1] not in numbered):
            yield run


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
    if around.opens_line(start):
        return run
    if style == ")" and prose[start + 3].islower():
        return []
    if 2 * sum(map(around.opens_line, run)) >= len(run):
        return run
    capitals = all(_begins_with_capital(prose, item) for item in run)
    return run if len(run) > 2 and capitals and not _COUNTED.search(befores[0]) else []


def _next(around: Surroundings, marker: str, start: int, limit: int) -> int:
    """Return where the next number stands that opens a line, or else the next that could."""
    prose = around.prose
    fallback = -1
    position = start + 1
    for _ in range(_MAX_LOOKED_AT):
        position = prose.find(marker, position + 1, limit)
        if position < 0:
            break
        if around.opens_line(position + 1):
            return position + 1
        before = prose[max(0, position - _LOOK_BACK) : position]
        if fallback < 0 and not before.endswith("#") and not _COUNTED.search(before):
            fallback = position + 1
    return fallback


def _all_ones(around: Surroundings, starts: Sequence[int]) -> list[int]:
    """Return the places of a list that leaves its numbering to Markdown: 1, 1, 1."""
    prose = around.prose
    run = [start for start in starts if _begins_with_capital(prose, start)]
    opened = sum(map(around.opens_line, run))
    return run if len(run) > 2 and 3 * opened >= len(run) else []


def _begins_with_capital(prose: str, number: int) -> bool:
    """Whether the item with the number at a place does, or with markup."""
    first = prose.index(" ", number) + 1
    return prose[first : first + 1].isupper() or prose[first : first + 1] in _MARKUP
