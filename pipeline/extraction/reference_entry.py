"""Parsing one entry of a list of references into title, authors and year.

Entries follow no one style. A title is recognised by its quotation marks or link, by a bracketed
year before it, or by its shape: authors are names, while the words of a title run on.
"""

import re
from typing import NamedTuple

from shortscience.pipeline.characters import CAPITAL
from shortscience.pipeline.extraction.names import PARTICLES, is_name
from shortscience.pipeline.identifiers import ARXIV

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_BRACKETED_YEAR = re.compile(
    r"\((?:[^\W\d]+\.?,? ){0,2}((?:19|20)\d\d)[a-z]?(?:, [^\W\d]+ ?\d*)?\)"
)
# Four-digit numbers that are not publication years: in addresses, identifiers, pages, volumes,
# article numbers and access dates.
_ADDRESS = r"https?://\S+"
_IDENTIFIER = rf"10\.\d{{4,9}}/\S+|{ARXIV}"
_NEVER_YEAR = re.compile(rf"{_ADDRESS}|\b(?:{_IDENTIFIER})")
_NO_YEAR = re.compile(
    rf"{_ADDRESS}|\b(?:{_IDENTIFIER}"
    r"|(?:vol(?:ume)?|no|nr|number|issue|pp?|pages?|art(?:icle)?|report|e?id)\b\.? ?\w{0,3}\d+"
    r"|(?:accessed|retrieved|visited|viewed|downloaded|last (?:checked|updated))\b[^.;)\]]{0,40})"
    r"|(?<![\d(])\d{1,5} ?[-–—]{1,2} ?\d{1,5}"
    r"|\d{4}(?:(?= ?\(\d{1,3}\))|(?=:\d))|(?:(?<=\d:)|(?<=\d: ))\d{4}",
    re.IGNORECASE,
)
# A quotation inside a title does not begin one: Comment on “…”.
_QUOTED = re.compile(r"(?:^|(?<=[.,:;)*_] )|(?<=[.,:;*_]))[\"“]([^\"“”]{8,300}?)[,.]?(?:[\"”]|'')")
_LINKED = re.compile(r"\[([^\[\]\s]+\s[^\[\]]{4,300})\]\([^()\s]*\)")
_EMPHASISED = re.compile(r"[*_]{1,2}([^*_]{8,300}?)[*_]{1,2}")
# `Roy and Ito (2015). Title`, and without the brackets.
_YEAR_AFTER_PEOPLE = re.compile(
    r"^(?P<authors>[^()]{3,300}?),? (?:\(\d{4}[a-z]?\)[.,:]?|(?:19|20)\d\d[a-z]?[.:]) "
)
_STOP = r"(?<!\b[Vv]s)(?<!\bv)\."  # ends a title, but not in `Best vs. Average`
# A title ends before its venue; the names of preprint servers may begin with a small letter.
_TITLE_END = re.compile(
    rf"{_STOP} (?=[A-Z]|https?://)|, (?=(?:In|Proc|Proceedings|Journal)\b)"
    r"|(?:[.,]|(?<=\?)) (?=(?:arXiv|bioRxiv|medRxiv)\b)"
)
_PERHAPS_TITLE_END = re.compile(r", (?=(?:in )?[A-Z]|(?:19|20)\d\d)|https?://")
_EDGES = " \t\n.,;:*_\"“”'"
_INITIALS = rf"(?:[{CAPITAL}]\.(?:-|[ ]?(?=[{CAPITAL}]\.))?){{1,3}}"
_GIVEN = rf"[{CAPITAL}][^\W\d_]+(?:-[^\W\d_]+)*"
_SURNAME = rf"(?:(?:{'|'.join(PARTICLES)}) )*[{CAPITAL}][^\W\d_]*(?:[-'’][^\W\d_]+)*"
_PERSON = (
    rf"(?:{_INITIALS} ?{_SURNAME}|{_GIVEN} {_INITIALS} ?{_SURNAME}(?=[,:]| and [A-Z]|\. )"
    rf"|{_SURNAME},? {_INITIALS}"
    rf"|{_SURNAME}(?: {_INITIALS}| {_SURNAME}){{0,2}})"
)
_ET_AL = re.compile(r"\bet\.? al\b")
_OTHERS = r"(?:,? et\.? al\b\.?,? ?|,? (?:and|&) others\b)"
_INITIALED = rf"(?:(?:{_GIVEN} )?{_INITIALS} ?{_SURNAME}|{_SURNAME},? {_INITIALS})"
# `A. Roy, B. Ito, and C. Kim, Title`: no title begins with the initials of a name.
_PEOPLE_AND_COMMA = re.compile(
    rf"(?P<people>{_INITIALED}(?:(?:,? and |,? & |, ){_INITIALED})*), "
    rf"(?!{_INITIALED}|(?:et|and|&) )"
)
# `Ann B. Roy, Ken Ito, Jo Kim: Title`: only some of them have an initial.
_FULL = rf"{_GIVEN} (?:{_INITIALS} ?)?{_SURNAME}"
_FULL_NAMES = re.compile(rf"(?P<people>{_FULL}(?:(?:,? and |, ){_FULL})+)(?P<end>[.:]) ")
_PEOPLE = re.compile(rf"{_PERSON}(?:(?:,? and (?!others)|,? & |, ){_PERSON})*{_OTHERS}?")
_NAME_SPLIT = re.compile(rf"{_OTHERS}|,? and |,? & |, (?!{_INITIALS}(?:,| and | & | et\.? al|$))")
# `Ito, Ken, and Roy, Ann`: a comma after the last `and` means that every surname comes first.
_SURNAMES_FIRST = re.compile(r" (?:and|&) [^,.]+, [^,.]+$")
_SURNAMES_FIRST_SPLIT = re.compile(r",? (?:and|&) |, ")
# `Ito, Ken et al.` and `Ito, Ken and Ann Roy`: only the first author's surname does (MLA).
_FIRST_SURNAME_FIRST = re.compile(
    rf"(?P<first>{_SURNAME}, {_GIVEN}(?: {_GIVEN})?(?: [{CAPITAL}]\.)?)"
    rf"(?:{_OTHERS}|,? and (?P<second>{_GIVEN} [^,]+))$"
)
# `de Roy, Norvell B.`: the initial shows that these are not two surnames.
_ONE_SURNAME_FIRST = re.compile(rf"{_SURNAME}, {_GIVEN}(?: {_GIVEN})?(?: [{CAPITAL}]\.?)+")
_DATE_AFTER = re.compile(r"[ ,(]+(?:19|20)\d\d[a-z]?$")
_SINGLE = re.compile(rf"({_GIVEN} {_SURNAME}): ")  # `Ann Roy: Title`, if no authors follow
_TITLE_BY = re.compile(
    rf"^(?P<title>.{{8,300}}?)(?: by | [-–—] )(?P<people>{_PEOPLE.pattern})(?=[,.( ]|$)"
)
# `Title (Roy et al., 2014)`
_TITLE_BEFORE_PEOPLE = re.compile(
    r"(?P<title>[^()]{8,300}) \((?P<people>[^()]{2,200}?),? (?:19|20)\d\d[a-z]?\)"
)
_OPEN_BRACKET = re.compile(r"\s*\([^()]*\Z")
_FEWEST_WORDS = 2  # of a title behind authors and a comma, where a venue may stand instead
# `Roy and Ito, 2014, arXiv:1406.00001 [cs.LG].`
_IDENTIFIED = re.compile(
    r"(?P<before>[^/]{0,200}?)(?:<?https?://\S+|(?:arxiv|doi)\b[: ]{0,2}\S+|10\.\d{4,9}/\S+)"
    r"(?: \[[\w.,; -]{1,40}\])?\.?",
    re.IGNORECASE,
)
_UNTITLED_CONFIDENCE = 0.8
_WORD = re.compile(r"[^\W\d_]{2,}")
_LAST_INITIAL = re.compile(rf"(?:, |[.-] ?)[{CAPITAL}]$")
_VANCOUVER = re.compile(rf"{_GIVEN} [A-Z]{{1,3}}")  # `Mahoney MV`, as in medical journals
_SEGMENT = re.compile(rf", |(?<!\b[{CAPITAL}])(?:{_STOP}|\?) (?=[{CAPITAL}])|; ")
_SENTENCE = re.compile(rf"(?<=\?) |{_STOP} |, (?=(?:19|20)\d\d)|https?://")
_LAST_YEAR = re.compile(r" \([^()]{0,30}(?:19|20)\d\d[a-z]?\)$")
_SHORTEST_TITLE = 8


class Entry(NamedTuple):
    """The parsed fields of an entry; one that just names a paper by its identifier has no title."""

    title: str | None
    authors: tuple[str, ...]
    year: int | None
    confidence: float


def parse_entry(body: str) -> Entry | None:
    """Parse an entry, on one line and without its mark; None if it is not a reference."""
    year = _year(body)
    if untitled := _untitled(body, year):
        return untitled
    title, people = _title_and_people(body)
    known = bool(title) + bool(people) + (year is not None)
    if not title or (known < 2 and not _is_quoted(body, title)):
        return None
    return Entry(title, people, year, {1: 0.7, 2: 0.8, 3: 0.95}[known])


def _untitled(body: str, year: int | None) -> Entry | None:
    """Parse an entry that may be an identifier or an address, perhaps after its authors."""
    match = _IDENTIFIED.fullmatch(body)
    named = match["before"].strip(" ,.:;()[]") if match else ""
    people = _DATE_AFTER.sub("", named)
    if match is None or (people and not _are_surely_people(people)):
        return None
    # The label of a link is rather a title, as in `[Show, Attend and Tell](…)`.
    if body.startswith("[") and people == named and not named.endswith("et al"):
        return None
    return Entry(None, _people(people), year, _UNTITLED_CONFIDENCE)


def _year(body: str) -> int | None:
    """Return the first bracketed year, else the last year."""
    dated = _NO_YEAR.sub(" ", body)
    bracketed = _BRACKETED_YEAR.search(dated)
    years = [bracketed[1]] if bracketed else _YEAR.findall(dated)
    if not years:
        years = _YEAR.findall(_NEVER_YEAR.sub(" ", body))
    return int(years[-1]) if years else None


def _is_quoted(body: str, title: str) -> bool:
    """Whether an entry is just a title of several words, quoted or linked."""
    linked = _LINKED.match(body)
    alone = body.strip(_EDGES) == title if body[:1] in '"“' else linked and linked[0] == body
    return " " in title and bool(alone)


def _title_and_people(body: str) -> tuple[str | None, tuple[str, ...]]:
    if quoted := _QUOTED.search(body) or _LINKED.search(body):
        rest = body[: quoted.start()].strip(_EDGES) or body[quoted.end() :].strip(_EDGES)
        return _title(quoted[1]), _people(rest)
    if (marked := _EMPHASISED.search(body)) and _are_people(body[: marked.start()]):
        return _title(marked[1]), _people(body[: marked.start()])
    if (dated := _YEAR_AFTER_PEOPLE.match(body)) and _are_people(dated["authors"]):
        return _before_venue(body[dated.end() :]) or None, _people(dated["authors"])
    return _by_segments(body)


def _before_venue(text: str) -> str:
    """Return the title that begins a text; only if nothing surer ends it, a comma does."""
    title, *venue = _TITLE_END.split(text, maxsplit=1)
    return _title(title if venue else _PERHAPS_TITLE_END.split(text, maxsplit=1)[0])


def _are_people(text: str) -> bool:
    return bool(_PEOPLE.fullmatch(text.strip(" ,:")) or _PEOPLE.fullmatch(text.strip(" ,:.")))


def _are_surely_people(text: str) -> bool:
    """Whether a text of several capitalised words is people and not a title."""
    several = len(_names(text)) > 1 or "." in text or text.endswith("et al")
    words = (word for word in _WORD.findall(text) if word[0].isupper())
    return several and _are_people(text) and all(map(is_name, words))


def _behind_people(body: str) -> tuple[str | None, tuple[str, ...]] | None:
    """Return the title behind the authors that begin an entry; None if none surely do."""
    listed = _PEOPLE_AND_COMMA.match(body)
    if listed and not _begins_with_full_names(body):
        return _unless_venue(_before_venue(body[listed.end() :])), _names(listed["people"])
    leading = _PEOPLE.match(body)
    if leading is None:
        return None
    after = body[leading.end() :]
    names = _names(leading[0])
    separated = after[:2] in {". ", ": "} or (leading[0].rstrip().endswith(".") and bool(after))
    if separated and (len(names) > 1 or "." in leading[0] or _VANCOUVER.fullmatch(names[0])):
        return _title(_SENTENCE.split(after.lstrip(".: "))[0]) or None, names
    if leading[0].endswith(", ") and _ET_AL.search(leading[0]):
        return _unless_venue(_before_venue(after)), names
    return None


def _begins_with_full_names(body: str) -> bool:
    """Whether full names begin an entry, rather than one name and a short title, `Kites Aloft.`."""
    match = _FULL_NAMES.match(body)
    if match is None or not all(map(is_name, _WORD.findall(match["people"]))):
        return False
    return match["end"] == ":" or len(_names(match["people"])) > 2


def _unless_venue(title: str) -> str | None:
    """Return a title that follows its authors; None if it is short, as `ICML 2014` is."""
    return title if len(_WORD.findall(title)) >= _FEWEST_WORDS else None


def _by_segments(body: str) -> tuple[str | None, tuple[str, ...]]:
    """Separate title and authors by their shape."""
    if found := _behind_people(body):
        return found
    bracketed = _TITLE_BEFORE_PEOPLE.match(body)
    if bracketed and _are_surely_people(bracketed["people"]):
        return _title(bracketed["title"]), _names(bracketed["people"])
    if named := _TITLE_BY.match(body):
        return _title(named["title"]), _names(named["people"])
    segments = [part.strip(_EDGES) for part in _SEGMENT.split(body)]
    title = _LAST_YEAR.sub("", segments[0])
    people: list[str] = []
    for segment in segments[1:]:
        undated = _LAST_YEAR.sub("", segment)
        if not _PEOPLE.fullmatch(undated) or undated.isupper():
            break
        people += _names(undated)
    if not people and (single := _SINGLE.match(body)) and all(map(is_name, single[1].split())):
        return _title(_SENTENCE.split(body[single.end() :])[0]) or None, (single[1],)
    title = _title(title)
    return (title if len(title) >= _SHORTEST_TITLE else None), tuple(people)


def _title(text: str) -> str:
    """Strip punctuation around a title, except question marks and quotations that belong to it."""
    title = _OPEN_BRACKET.sub("", text).strip(_EDGES)
    return f"{title}”" if title.count("“") > title.count("”") else title


def _people(text: str) -> tuple[str, ...]:
    text = text.strip(" \t\n,;:*_\"“”'()").removeprefix("by ")
    alone = _DATE_AFTER.sub("", text)
    if _ONE_SURNAME_FIRST.fullmatch(alone):
        return (alone,)
    match = _PEOPLE.match(text)
    return (
        _names(text if _FIRST_SURNAME_FIRST.match(text.rstrip(".")) else match[0]) if match else ()
    )


def _names(text: str) -> tuple[str, ...]:
    text = text.strip()
    if _SURNAMES_FIRST.search(text):
        parts = _SURNAMES_FIRST_SPLIT.split(text)
        return tuple(_name(", ".join(pair)) for pair in zip(parts[::2], parts[1::2], strict=False))
    if mixed := _FIRST_SURNAME_FIRST.match(text.rstrip(".")):
        return tuple(_name(name) for name in mixed.group("first", "second") if name)
    return tuple(name for part in _NAME_SPLIT.split(text) if (name := _name(part)))


def _name(text: str) -> str:
    """Strip punctuation around a name, except the full stop of an initial."""
    name = text.strip(_EDGES)
    return f"{name}." if _LAST_INITIAL.search(name) and f"{name}." in text else name
