"""Finding tables by the row of dashes below their header, and where their rows end."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_RULE = re.compile(
    r"[|:-](?<!\S.)(?:(?<=\|) ?:?-++|(?<=:)-++|(?<=-)-*+):?(?: ?\| ?:?-++:?)++(?: ?\|)?"
)
_BAR = re.compile(r"\|(?<!\\\|)")
_WORD = re.compile(r"\S+")
_LAST_CELL = re.compile(r"\| ?[^\s|]+(?: \([^()|]{1,40}\))?")
_OTHER_MARKERS = ("", "+", "-", "*", "#")
_MAX_CELL = 80  # characters of a row's first cell, where no bar begins it
_MAX_ROW = 2_000  # characters
_WORDS_OF_A_CELL = 3  # that are looked at for where an unbarred header begins


class Table(NamedTuple):
    """A table by the places where its rows begin, header and dashes among them, and its end."""

    rows: list[int]
    end: int


class _Head(NamedTuple):
    """A header and the row of dashes below it.

    `rule` is the match of the dashes, which tell the number of `cells` in a row; rows begin with a
    bar if `barred`.
    """

    start: int
    rule: re.Match[str]
    cells: int
    barred: bool


def tables(prose: str) -> Iterator[Table]:
    """Yield the tables of a text.

    The row of dashes tells how many cells a row has. Where rows begin and end with a bar, their
    bars are counted; where they do not, nothing shows where one row ends but that the last cell
    of a row is one word.
    """
    if "|" not in prose or "-" not in prose:
        return
    heads = list(_heads(prose))
    for number, head in enumerate(heads):
        limit = heads[number + 1].start if number + 1 < len(heads) else len(prose)
        rows = _barred_rows if head.barred else _rows
        yield rows(prose, limit, head)


def _heads(prose: str) -> Iterator[_Head]:
    behind = 0
    for rule in _RULE.finditer(prose):
        dashes = rule[0]
        barred = dashes.startswith("|")
        cells = len(re.findall("-+", dashes))
        find = _barred_header if barred else _header
        start = find(prose, behind, rule.start(), cells)
        if start is not None:
            behind = rule.end()
            yield _Head(start, rule, cells, barred)


def _bars_before(prose: str, behind: int, position: int, count: int) -> int:
    """Return where the last `count` bars before `position` begin, none before `behind`, or -1."""
    limit = max(behind, position - _MAX_ROW)
    for _ in range(count):
        position = prose.rfind("|", limit, position)
        if position < 0:
            return -1
    return position


def _barred_header(prose: str, behind: int, rule: int, cells: int) -> int | None:
    ends_with_bar = rule > 1 and prose[rule - 2] == "|"
    bar = _bars_before(prose, behind, rule, cells + ends_with_bar)
    return bar if bar >= 0 and (bar == 0 or prose[bar - 1] == " ") else None


def _header(prose: str, behind: int, rule: int, cells: int) -> int | None:
    """Return where a header without outer bars begins.

    Its first cell goes back to the end of a sentence, if that is near, or else is one word.
    """
    bar = _bars_before(prose, behind, rule, cells - 1)
    if bar < 0:
        return None
    words = [*_WORD.finditer(prose, max(behind, bar - _MAX_CELL), bar)][-_WORDS_OF_A_CELL:]
    if not words:
        return None
    for number in range(len(words) - 1, -1, -1):
        start = words[number].start()
        if start == behind or (start > 1 and prose[start - 2] in ".!?:"):
            return start
    return words[-1].start()


def _barred_rows(prose: str, limit: int, head: _Head) -> Table:
    rows = [head.start, head.rule.start()]
    end = head.rule.end()
    while prose.startswith(" |", end) and end + 1 < limit:
        bar = end + 1
        for _ in range(head.cells):
            match = _BAR.search(prose, bar + 1, min(limit, end + _MAX_ROW))
            if match is None:
                return Table(rows, end)
            bar = match.start()
        rows.append(end + 1)
        end = bar + 1
    return Table(rows, end)


def _rows(prose: str, limit: int, head: _Head) -> Table:
    rows = [head.start, head.rule.start()]
    end = head.rule.end()
    while prose.startswith(" ", end) and prose[end + 1 : end + 2] not in _OTHER_MARKERS:
        bar = end
        reach = min(limit, end + _MAX_CELL)
        for _ in range(head.cells - 1):
            match = _BAR.search(prose, bar + 1, reach)
            if match is None:
                return Table(rows, end)
            bar, reach = match.start(), min(limit, end + _MAX_ROW)
        last = _LAST_CELL.match(prose, bar)
        if last is None:
            return Table(rows, end)
        rows.append(end + 1)
        end = last.end()
    return Table(rows, end)
