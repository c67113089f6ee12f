"""Author-year mentions in prose: `Saxe et al. (2013)`, `Shah et al`, `(Kim, 2014)`.

Every mention has `et al.` or a year. Around each of these anchors, names are read backwards and the
rest of the date forwards.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from shortscience.pipeline.characters import CAPITAL
from shortscience.pipeline.extraction.names import PARTICLES, is_name, is_surname

_INITIAL = rf"[{CAPITAL}]\."
_WORD = rf"(?:[{CAPITAL}]['’])?[{CAPITAL}][^\W\d_]++(?:[-'’][{CAPITAL}a-z][^\W\d_]++)*+"
_PERSON = (
    rf"(?:(?:{_INITIAL}-?[ ]?){{1,3}}|(?:{_WORD}[ ](?:{_INITIAL}[ ])?){{1,2}})?"
    rf"(?:(?i:{'|'.join(PARTICLES)})[ ]){{0,3}}{_WORD}(?:[ ]Jr\.)?"
)
_SEPARATOR = r"(?:,?[ \n](?:and|&)[ \n]|,[ \n])"
_OTHERS = ("colleagues", "coworkers", "co-workers", "others")
_SMALL = frozenset((*PARTICLES, *_OTHERS, "and"))
# Where a name or its particle may begin: not inside a word.
_BEGINNING = re.compile(rf"(?<![^\W_])(?<![\-.'’])(?:[{CAPITAL}]|(?:{'|'.join(PARTICLES)})[ ])")
_PEOPLE = re.compile(
    rf"(?P<names>{_PERSON}(?:{_SEPARATOR}{_PERSON}){{0,4}})"
    rf"(?P<others>[ ]and[ ](?:{'|'.join(_OTHERS)}))?"
    r"(?P<possessive>['’]s|(?<=s)['’])?(?P<join>,?[ \n]?[*_]?[\(\[]?)\Z"
)
_SEPARATORS = re.compile(_SEPARATOR)
_OPENED = re.compile(r"[(\[;\n][*_# ]{0,8}(?:(?:see|e\.g\.|cf\.),? )?\Z")
_LONGEST_OPENING = 16  # characters of what `_OPENED` matches

_YEAR = r"(?:1[5-9]|20)\d\d(?!\d)"
_SUFFIXES = r"(?:[a-z]\b(?:,[ ]?[a-z]\b)*)?"
_YEARS = rf"{_YEAR}{_SUFFIXES}(?:(?:,[ ]?|[ ]and[ ]|;[ ]){_YEAR}{_SUFFIXES})*"
_VENUE = r"(?:[A-Z][a-zA-Z]*[A-Z][a-zA-Z]*)"
# After the years, brackets may also hold a page or a section.
_ROUND = rf"{_YEARS}(?:[,;:][^()\n]{{1,40}})?\)"
_SQUARE = rf"{_YEARS}(?:[,;:][^\[\]\n]{{1,40}})?\]"
_YEARS_AFTER = {"(": re.compile(_ROUND), "[": re.compile(_SQUARE)}
_OPEN_YEARS = re.compile(_YEARS)
_ET_AL = re.compile(r"et\.?[ ]?al\b\.?")
_TAIL = re.compile(r"[*_]?(?P<possessive>['’]s)?")
_DATE = re.compile(
    rf"[*_]?(?:['’]s)?(?:,[ ]?|[ \n])?(?:\((?:{_VENUE},?[ ])?{_ROUND}|\[(?:{_VENUE},?[ ])?{_SQUARE}"
    rf"|(?:{_VENUE},?[ ])?{_YEARS}|\((?:in[ ]press|to[ ]appear|forthcoming|submitted)\)"
    r"|(?P<bracket>\()?(?:[A-Z]{3,}[ ]?)?['’](?P<short>\d\d)\b(?(bracket)\))"
    r"|[A-Z]{3,}(?P<glued>\d\d)\b)"
)
_YEAR_ANCHORS = re.compile(r"1[5-9]\d\d(?!\d)"), re.compile(r"20\d\d(?!\d)")
_EACH_YEAR = re.compile(_YEAR)
# Around a mention within brackets: `(see Kim, 2014; Roy, 2015, p. 3)`.
_BEFORE_INSIDE = re.compile(r"[(\[;,][ ]?(?:[a-z.]+,?[ ]){0,3}[*_]{0,2}\Z")
_AFTER_INSIDE = re.compile(r"[*_]{0,2}[)\];,:]")

# Characters read before an anchor, enough for five surnames or two full names; and for brackets.
_REACH = 120
_INSIDE_REACH = 200
_LONGEST_WORD = 40
_CENTURY = 2000
_USUAL = (("\u00a0", " "), ("（", "("), ("）", ")"), ("，", ","))


class Mention(NamedTuple):
    """One author-year mention."""

    start: int
    end: int
    authors: tuple[str, ...]
    year: int | None
    confidence: float


class _People(NamedTuple):
    """The names before a position: where they begin, and what joins them to it."""

    start: int
    authors: tuple[str, ...]
    others: bool
    possessive: bool
    join: str


Reader = Callable[[str, re.Match[str]], Iterator[Mention]]


def mentions(text: str) -> Iterator[Mention]:
    """Yield the mentions of a text; the caller drops those in code, math and URLs.

    Several years after one name are several works: each year but the first becomes a mention of its
    own.
    """
    plain = _plain(text)
    end = 0
    for anchor, read in _anchors(plain):
        if anchor.start() < end:
            continue
        for mention in read(plain, anchor):
            end = max(end, mention.end)
            yield mention


def _plain(text: str) -> str:
    """Write spaces and punctuation of other widths as ASCII has them, each at its position."""
    if text.isascii():
        return text
    for wide, usual in _USUAL:
        text = text.replace(wide, usual)
    return text


def _anchors(text: str) -> list[tuple[re.Match[str], Reader]]:
    """Return each `et al.` and each year after a name, with its reader."""
    found: list[tuple[re.Match[str], Reader]] = [(match, _et_al) for match in _ET_AL.finditer(text)]
    found += (
        (match, _dated)
        for pattern in _YEAR_ANCHORS
        for match in pattern.finditer(text)
        if _follows_name(text, match.start())
    )
    found.sort(key=lambda anchor: anchor[0].start())
    return found


def _follows_name(text: str, position: int) -> bool:
    """Whether the previous word begins like a name or stands for other names."""
    before = text[max(0, position - _LONGEST_WORD) : position].rstrip(" \n([,*_")
    word = before[max(before.rfind(" "), before.rfind("\n")) + 1 :].lstrip('([;*_"“')
    if not word[:1].isupper():
        return word in _OTHERS
    return is_name(word) if word.isalpha() else True


def _et_al(text: str, al: re.Match[str]) -> Iterator[Mention]:
    people = _people(text, al.start(), is_surname)
    if people is None or not people.join:
        return
    if date := _DATE.match(text, al.end()):
        yield from _mentions(people, date, 0.97)
        return
    tail = _TAIL.match(text, al.end())
    belongs = tail and (tail["possessive"] or people.join[-1] in "*_")
    end = tail.end() if tail and belongs else al.end()
    yield Mention(people.start, end, people.authors, None, 0.9)


def _dated(text: str, year: re.Match[str]) -> Iterator[Mention]:
    position = year.start()
    people = _people(text, position, is_name)
    if people is None or not people.join:
        return
    years = _YEARS_AFTER.get(people.join[-1], _OPEN_YEARS).match(text, position)
    if years is None:
        return
    several = len(people.authors) > 1 or people.others
    if several or people.possessive or _is_inside(text, people.start, years.end()):
        yield from _mentions(people, years, 0.95)
    elif people.join[-1] in _YEARS_AFTER:
        yield from _mentions(people, years, 0.8)


def _mentions(people: _People, date: re.Match[str], confidence: float) -> Iterator[Mention]:
    """Yield the mention that ends with a date, and one for each further year of the date."""
    groups = date.groupdict()
    short = groups.get("short") or groups.get("glued")
    years = list(_EACH_YEAR.finditer(date.string, *date.span()))
    year = _CENTURY + int(short) if short else int(years[0][0]) if years else None
    yield Mention(people.start, date.end(), people.authors, year, confidence)
    for further in years[1:]:
        yield Mention(*further.span(), people.authors, int(further[0]), confidence)


def _is_inside(text: str, start: int, end: int) -> bool:
    """Whether a mention shares its brackets with others, or has them for itself."""
    before = text[max(0, start - _INSIDE_REACH) : start]
    opened = before.count("(") + before.count("[") > before.count(")") + before.count("]")
    return bool(opened and _BEFORE_INSIDE.search(before) and _AFTER_INSIDE.match(text, end))


def _people(text: str, position: int, is_last: Callable[[str], bool]) -> _People | None:
    """Read the names before `position`; `is_last` judges the surname right before it."""
    beginnings = _BEGINNING.finditer(text, _earliest(text, position), position)
    match = next(filter(None, (_PEOPLE.match(text, b.start(), position) for b in beginnings)), None)
    if match is None:
        return None
    persons = _persons(text, *match.span("names"), is_last)
    # In prose, a comma may end a clause: `With nets, Roy et al.`
    if len(persons) == 2 and "," in text[persons[0][1] : persons[1][0]].rstrip("and &"):
        start = match.start()
        before = text[max(0, start - _LONGEST_OPENING) : start]
        opened = persons[0][0] == start and (not before or _OPENED.search(before))
        persons = persons if opened else persons[1:]
    if not persons:
        return None
    authors = tuple(text[start:end] for start, end in persons)
    others, possessive = match["others"] is not None, match["possessive"] is not None
    return _People(persons[0][0], authors, others, possessive, match["join"])


def _earliest(text: str, position: int) -> int:
    """Return the earliest start of names before a position: after the last non-name word."""
    start = max(0, position - _REACH)
    after = position
    for word in reversed(text[start:position].split(" ")):
        if word.islower() and word.isalpha() and word not in _SMALL:
            return after
        after -= len(word) + 1
    return start


def _persons(
    text: str, start: int, end: int, is_last: Callable[[str], bool]
) -> list[tuple[int, int]]:
    """Return the (start, end) of each name in the run of names that ends `text[start:end]`."""
    persons: list[tuple[int, int]] = []
    last = end
    for separator in (*reversed(list(_SEPARATORS.finditer(text, start, end))), None):
        first = separator.end() if separator else start
        name = _name(text[first:last], is_name if persons else is_last)
        if name:
            persons.insert(0, (last - len(name), last))
        if separator is None or len(name) < last - first:
            break
        last = separator.start()
    return persons


def _name(words: str, is_last: Callable[[str], bool]) -> str:
    """Return the longest suffix of the words that is a person's name."""
    *given, surname = words.removesuffix(" Jr.").split(" ")
    if not is_last(surname):
        return ""
    kept = len(words) - sum(len(word) + 1 for word in given)
    for word in reversed(given):
        if not (word.lower() in PARTICLES or word.endswith(".") or is_name(word)):
            break
        kept += 1 + len(word)
    return words[-kept:]
