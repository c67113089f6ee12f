"""Finding tables by the row of dashes below their header, and where their rows end."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_RULE = re.compile(r"[|:-](?<!\S.)(?:(?<=\|) ?:?-++|(?<=:)-++|(?<=-)-*+):?(?: ?\| ?:?-++:?)++ ?\|?")
_BAR = re.compile(r"\|(?<!\\\|)")
_MAX_ROW = 2_000  # characters
_WORDS_OF_A_CELL = 3  # that are looked at for where an unbarred header begins


class Table(NamedTuple):
    """A table by the places where its rows begin, and the place where it ends."""

    rows: list[int]
    end: int


def tables(prose: str) -> Iterator[Table]:
    """Yield the tables of a text.

    The row of dashes tells how many cells a row has. Where rows begin and end with a bar, their
    bars are counted; where they do not, nothing shows where one row ends but that the last cell
    of a row is one word.
    """
    if "|" not in prose or "-" not in prose:
        return
    end = 0
    for rule in _RULE.finditer(prose):
        start = rule.start()
        if start < end:
            continue
        cells = (
            rule[0].count("-|") + rule[0].count(":|") + rule[0].count("- |") + rule[0].count(": |")
        )
        barred = rule[0].startswith("|")
        cells += not rule[0].rstrip().endswith("|")
        header = _barred_header(prose, start, cells) if barred else _header(prose, start, cells)
        if header is None:
            continue
        table = (_barred_rows if barred else _rows)(prose, rule.end(), cells)
        end = table.end
        yield Table([header, start, *table.rows], end)


def _bars_before(prose: str, position: int, count: int) -> int:
    """Return where the last `count` bars before `position` begin, or -1."""
    limit = max(0, position - _MAX_ROW)
    for _ in range(count):
        position = prose.rfind("|", limit, position)
        if position < 0:
            return -1
    return position


def _barred_header(prose: str, rule: int, cells: int) -> int | None:
    ends_with_bar = prose[:rule].endswith("| ") if rule < 2 else prose[rule - 2] == "|"
    bar = _bars_before(prose, rule, cells + ends_with_bar)
    return bar if bar >= 0 and (bar == 0 or prose[bar - 1] == " ") else None


def _header(prose: str, rule: int, cells: int) -> int | None:
    """Return where a header without outer bars begins: with the words before its first bar."""
    bar = _bars_before(prose, rule, cells - 1)
    if bar < 0:
        return None
    words = [*re.finditer(r"\S+", prose[max(0, bar - 80) : bar])][-_WORDS_OF_A_CELL:]
    start = max(0, bar - 80)
    first = None
    for word in words:
        if first is None or (word.start() and prose[start + word.start() - 2] in ".!?:"):
            first = word
    if len(words) == _WORDS_OF_A_CELL and first is words[0]:
        first = words[-1]
    return start + first.start() if first else None


def _barred_rows(prose: str, position: int, cells: int) -> Table:
    rows: list[int] = []
    end = position
    while prose.startswith(" |", end) or (prose.startswith("|", end) and end == position):
        start = end + (prose[end] == " ")
        bar = start
        for _ in range(cells):
            match = _BAR.search(prose, bar + 1, start + _MAX_ROW)
            if match is None:
                return Table(rows, end)
            bar = match.start()
        if bar + 1 < len(prose) and prose[bar + 1] != " ":
            return Table(rows, end)
        rows.append(start)
        end = bar + 1
    return Table(rows, end)


def _rows(prose: str, position: int, cells: int) -> Table:
    rows: list[int] = []
    end = position
    while True:
        start = end + prose.startswith(" ", end)
        if prose[start : start + 1] in "+-*#":  # nothing is in it, too
            return Table(rows, end)
        bar = start
        for number in range(cells - 1):
            reach = 80 if not number else _MAX_ROW
            match = _BAR.search(prose, bar + 1, bar + reach)
            if match is None:
                return Table(rows, end)
            bar = match.start()
        last = re.compile(r"\| ?[^\s|]+(?: \([^()|]{1,40}\))?").match(prose, bar)
        if last is None:
            return Table(rows, end)
        rows.append(start)
        end = last.end()
