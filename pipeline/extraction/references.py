"""Lists of references, `[1] Title, Authors, Venue, Year`, and the pointers `[1]` into them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shortscience.pipeline.anchors import Anchored
from shortscience.pipeline.extraction.reference_entry import parse_entry
from shortscience.pipeline.scanner import Covered

_MARK = Anchored(
    "[",
    re.compile(
        r"(?<![\w\])}])\[\^?(?P<number>\d{1,2})\](?!\()(?:[:.](?![ \t]*(?:https?:|www\.)))?[ \t]*"
        r"(?=[\"“*_\[<]{0,3}\w)"
    ),
)
# A numbered list below such a heading is a list of references.
_HEADING = re.compile(
    r"\b(?:References?|REFERENCES|Refs|Bibliography|Literature)\b[*_:]*\s+(?=1[.)]\s)"
)
_FIRST_ITEM = re.compile(r"1[.)]\s")  # an anchor of _HEADING, as `pipeline/anchors.py` explains
_ITEM = re.compile(r"(?<!\S)(?P<number>\d{1,2})[.)]\s+(?=[\"“*_\[]{0,3}\w)")
# An entry ends with its paragraph or at the next list item, heading or image; where a dump has
# joined all lines, also at the closing sentence that authors put below their lists.
_ENTRY_END = re.compile(
    r"\n[ \t]*(?:\n|[*+-] |\d{1,2}[.)] )|\s#{1,6} |\s!\[|\shttps?://i\.imgur"
    r"|\s(?:Also )?(?:[Ff]ind|[Ss]ee|[Vv]iew|[Rr]ead) (?:this|my) (?:summary|post|review|notes?)\b"
)
_MAX_ENTRY = 500
# After a word, a quotation or a bracket, but not in `x[1]` nor before the address of a link.
_POINTER = Anchored(
    "[",
    re.compile(
        r"(?:^|(?<=[\s.,;:)\]\"”*_(])|(?<=[^\W\d_]{3}))\["
        r"(?P<numbers>\^?\d{1,2}(?:(?:,[ ]?|[ ]?[-–][ ]?)\d{1,2}){0,20})\](?![(:])"
    ),
)
# Words before bracketed numbers that make them the ends of an interval or a scale.
_INTERVAL_BEFORE = re.compile(
    r"(?:∈|\b(?:range|interval|scale|between|from|ratings?|scores?|values?|numbers?|integers?|lies?"
    r"|lying|scaled|rescaled|clipped|mapped|bounded|normali[sz]ed|drawn|sampled|uniform(?:ly)?|U)\b"
    r"[^.\[\]\n]{0,16}|\b[a-zA-Z] in )\s?\Z"
)
_INTERVAL_AFTER = re.compile(r" ?-?(?:range|interval|scale)\b")
_INTERVAL_REACH = 40
_RANGE = re.compile(r"(\d{1,2})(?:[ ]?[-–][ ]?(\d{1,2}))?")


class Reference(NamedTuple):
    """An entry or a pointer to one, with the parsed fields of the entry."""

    number: int
    start: int
    end: int
    title: str | None
    authors: tuple[str, ...]
    year: int | None
    confidence: float


def references(text: str) -> list[Reference]:
    """Return the entries of the list of references that ends a text, if it has one.

    The list is the last run of marks `[1] [2] …`, each followed by an entry; earlier marks are
    pointers into it. Otherwise it is the numbered list under a heading that announces references.
    """
    marks = _last_run(_MARK.matches(text))
    listed = list(_entries(text, marks))
    if not listed and _FIRST_ITEM.search(text):
        headings = list(_HEADING.finditer(text))
        listed = list(_entries(text, _first_run(text, headings[-1].end()))) if headings else []
    return listed


def pointers(text: str, entries: Sequence[Reference]) -> Iterator[Reference]:
    """Yield the pointers to entries, outside the entries; one per number in the brackets."""
    if not entries:
        return
    by_number = {entry.number: entry for entry in entries}
    covered = Covered(entries)
    for match in _POINTER.matches(text):
        start, end = match.span()
        if start in covered:
            continue
        numbers = _numbers(match["numbers"])
        if _is_interval(text, match, numbers, max(by_number)):
            continue
        for number in numbers:
            if entry := by_number.get(number):
                yield entry._replace(start=start, end=end)


def _is_interval(text: str, match: re.Match[str], numbers: Sequence[int], last: int) -> bool:
    """Whether bracketed numbers are the ends of an interval rather than pointers."""
    if len(numbers) < 2:
        return False
    before = text[max(0, match.start() - _INTERVAL_REACH) : match.start()]
    counts = min(numbers) > 0 and max(numbers) <= last
    interval = _INTERVAL_BEFORE.search(before) or _INTERVAL_AFTER.match(text, match.end())
    return not counts or bool(interval)


def _numbers(written: str) -> list[int]:
    """Return the numbers in `1, 3-5`."""
    found: dict[int, None] = {}
    for first, last in _RANGE.findall(written):
        found |= dict.fromkeys(range(int(first), int(last or first) + 1))
    return list(found)


def _entries(text: str, marks: Sequence[re.Match[str]]) -> Iterator[Reference]:
    limits = (*(mark.start() for mark in marks[1:]), len(text))
    for mark, limit in zip(marks, limits, strict=False):
        end = _entry_end(text, mark.end(), limit)
        entry = parse_entry(" ".join(text[mark.end() : end].split()))
        if entry is not None:
            start = mark.start()
            stop = start + len(text[start:end].rstrip(" \t\n*_#-"))
            yield Reference(int(mark["number"]), start, stop, *entry)


def _last_run(marks: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for mark in reversed(marks):
        number = int(mark["number"])
        if run and number != int(run[0]["number"]) - 1:
            break
        run.insert(0, mark)
        if number == 1:
            break
    return run


def _first_run(text: str, start: int) -> list[re.Match[str]]:
    """Return the marks of a numbered list that begins at `start`, while they count up."""
    run: list[re.Match[str]] = []
    for mark in _ITEM.finditer(text, start):
        if int(mark["number"]) == len(run) + 1:
            run.append(mark)
    return run


def _entry_end(text: str, start: int, end: int) -> int:
    """Return the end of an entry that begins at `start`, at most `end`."""
    stop = _ENTRY_END.search(text, start, end)
    return min(stop.start() if stop else end, start + _MAX_ENTRY)
