"""Entries of a reference list: `[1] Title, Authors, Venue, Year` and its other shapes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Patterns begin with what is fixed, for which the engine searches fast, and look back from there.
_MARK = re.compile(r"\[(?<![\w\])}]\[)(\d{1,2})\](?!\()[:.]?[ \t]*(?=[\"“*_\[]{0,3}[^\W\d_])")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
# Quotation marks inside a title, as in: Comment on “…”, do not begin one.
_QUOTED = re.compile(r"(?:^|(?<=[.,:;)*_] )|(?<=[.,:;*_]))[\"“]([^\"“”]{8,300}?)[,.]?[\"”]")
_LINKED = re.compile(r"\[([^\[\]\s]+\s[^\[\]]{4,300})\]\([^()\s]*\)")
_YEAR_IN_BRACKETS = re.compile(r"^(?P<authors>[^()]{3,300}?)[.,]? \((?P<year>\d{4})[a-z]?\)[.,:]? ")
_EDGES = " \t\n.,;:*_\"“”'"
_INITIALS = r"(?:[A-Z]\.(?:-|[ ](?=[A-Z]\.))?){1,3}"
_GIVEN = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:-[^\W\d_]+)*"
_SURNAME = r"(?:(?:van|von|de|der|den|di|da|la|le) )*[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:[-'’][^\W\d_]+)*"
_PERSON = (
    rf"(?:{_INITIALS} ?{_SURNAME}|{_GIVEN} {_INITIALS} ?{_SURNAME}(?=[,:]| and [A-Z]|\. )"
    rf"|{_SURNAME},? {_INITIALS}"
    rf"|{_SURNAME}(?: {_INITIALS}| {_SURNAME}){{0,2}})"
)
_PEOPLE = re.compile(
    rf"{_PERSON}(?:(?:,? and |,? & |, | et al\.?,? ?){_PERSON})*(?:,? et al\.?|,? and others)?"
)
_NAME_SPLIT = re.compile(
    rf",? and |,? & |, (?!{_INITIALS}(?:,| and | & | et al|$))|,? et al\.?|,? and others"
)
# `Ito, Ken, and Roy, Ann`: a comma after the last `and` tells that every surname stands first.
_SURNAMES_FIRST = re.compile(r" and [^,.]+, [^,.]+$")
_SURNAMES_FIRST_SPLIT = re.compile(r", and | and |, ")
# An entry ends with its paragraph, at the next list item, heading or image, and, where a dump has
# joined all lines, at the sentence that authors put below their lists.
_ENTRY_END = re.compile(
    r"\n[ \t]*(?:\n|[*+-] |\d{1,2}[.)] )|\s#{1,6} |\s!\[|\shttps?://i\.imgur"
    r"|\s(?:Also )?(?:[Ff]ind|[Ss]ee|[Vv]iew|[Rr]ead) (?:this|my) (?:summary|post|review|notes?)\b"
)
_VANCOUVER = re.compile(rf"{_GIVEN} [A-Z]{{1,3}}")  # `Mahoney MV`, as medical journals write
_MAX_ENTRY = 500


class Reference(NamedTuple):
    """One entry, with what could be parsed of it."""

    number: int
    raw: str
    start: int
    end: int
    title: str | None
    authors: tuple[str, ...]
    year: int | None
    confidence: float


def references(text: str) -> Iterator[Reference]:
    """Yield the entries of the reference list a text ends with, if it has one.

    The list is the last run of marks `[1] [2] …`, each followed by an entry; marks before it are
    pointers into the list.
    """
    marks = list(_MARK.finditer(text))
    run = _last_run(marks)
    for index, mark in enumerate(run):
        end = run[index + 1].start() if index + 1 < len(run) else len(text)
        end = min(end, _entry_end(text, mark.end(), end))
        body = " ".join(text[mark.end() : end].split())
        entry = _parse(body)
        if entry is None:
            continue
        stop = mark.start() + len(text[mark.start() : end].rstrip(" \t\n*_-"))
        title, authors, year, confidence = entry
        raw = text[mark.start() : stop]
        yield Reference(int(mark[1]), raw, mark.start(), stop, title, authors, year, confidence)


def _last_run(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for mark in reversed(marks):
        number = int(mark[1])
        if run and number != int(run[0][1]) - 1:
            break
        run.insert(0, mark)
        if number == 1:
            break
    return run


def _entry_end(text: str, start: int, end: int) -> int:
    """Return where an entry that begins at `start` ends, at most at `end`."""
    stop = _ENTRY_END.search(text, start, end)
    return min(stop.start() if stop else end, start + _MAX_ENTRY)


def _parse(body: str) -> tuple[str | None, tuple[str, ...], int | None, float] | None:
    """Return (title, authors, year, confidence) of an entry; None if it is not one."""
    years = _YEAR.findall(re.sub(r"https?://\S+", "", body))
    year = int(years[-1]) if years else None
    title, people = _title_and_people(body)
    known = bool(title) + bool(people) + (year is not None)
    if known < 2 or not title:
        return None
    return title, people, year, {2: 0.8, 3: 0.95}[known]


def _title_and_people(body: str) -> tuple[str | None, tuple[str, ...]]:
    if quoted := _QUOTED.search(body) or _LINKED.search(body):
        rest = body[: quoted.start()].strip(_EDGES) or body[quoted.end() :].strip(_EDGES)
        return _title(quoted[1]), _people(rest)
    if dated := _YEAR_IN_BRACKETS.match(body):
        title = re.split(r"[.,] (?=[A-Z])|https?://", body[dated.end() :])[0]
        return _title(title) or None, _people(dated["authors"])
    return _by_segments(body)


def _by_segments(body: str) -> tuple[str | None, tuple[str, ...]]:
    """Tell title and authors apart by their shape: authors are names, in the title words run on."""
    if leading := _PEOPLE.match(body):
        after = body[leading.end() :]
        names = _names(leading[0])
        separated = after[:2] in {". ", ": "} or (leading[0].endswith(".") and after[:1] == " ")
        if separated and (len(names) > 1 or "." in leading[0] or _VANCOUVER.fullmatch(names[0])):
            title = re.split(r"\. |, (?:19|20)\d\d|https?://", after.lstrip(".: "))[0]
            return _title(title) or None, names
    segments = [part.strip(_EDGES) for part in re.split(r", |\. (?=[A-Z])|; ", body)]
    title = segments[0] if segments else ""
    people: list[str] = []
    for segment in segments[1:]:
        if _YEAR.search(segment) or not _PEOPLE.fullmatch(segment) or segment.isupper():
            break
        people += _names(segment)
    return (title if len(title) >= 8 else None), tuple(people)


def _title(text: str) -> str:
    title = text.strip(_EDGES)
    return f"{title}”" if title.count("“") > title.count("”") else title


def _people(text: str) -> tuple[str, ...]:
    match = _PEOPLE.match(text.strip(_EDGES + "()"))
    return _names(match[0]) if match else ()


def _names(text: str) -> tuple[str, ...]:
    if _SURNAMES_FIRST.search(text):
        parts = _SURNAMES_FIRST_SPLIT.split(text)
        return tuple(", ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=False))
    return tuple(name.strip(_EDGES) for name in _NAME_SPLIT.split(text) if name.strip(_EDGES))
