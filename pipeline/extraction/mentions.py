"""Author-year mentions in prose: `Saxe et al. (2013)`, `Shah et al`, `(Kim, 2014)`."""

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

# Capitalised words that begin a sentence, or stand before a year, without being anybody's name.
_NOT_NAMES = """
    January February March April May June July August September October November December
    Figure Fig Table Section Sec Chapter Equation Eq Appendix Algorithm Theorem Lemma Part Page
    Version The This That These Those It In On At By For From And But Also See Since Until During
    Before After About Around Proceedings Conference Workshop Journal Transactions Challenge
    Competition Dataset Paper Published Submitted Spring Summer Autumn Fall Winter
    ImageNet Nature Science Neural Nips Neurips Interspeech Pascal Coco Kaggle Arxiv Model Network
    Networks Learning Year Review Update Edition
    Therefore However Moreover Furthermore Additionally Instead Hence Thus Then Finally Here Later
    Specifically Originally Recently Similarly Previously Concretely Interestingly Consequently
    Symposium Security Privacy Speech Language Vision Recognition Intelligence Systems Robotics
    Further First Second Third Next Meanwhile Indeed Like While Although Unlike Overall Again
""".split()
# Models and data sets are dated like authors; acronyms and their camel case tell them apart.
_NOT_NAME = (
    rf"(?!(?:{'|'.join(_NOT_NAMES)})\b|[A-Z]{{2,}}\b"
    r"|\w+(?:Nets?|GANs?|[A-Z]{2,}s?)\b)"
)
_CAPITAL = "A-ZÀ-ÖØ-ÞĆČĐĽŁŃŇŘŚŠŤŽŻ"
_NAME = (
    rf"(?:(?:van|von|de|der|den|di|da|la|le|El|Mc)[ ]?){{0,4}}"
    rf"{_NOT_NAME}[{_CAPITAL}][^\W\d_]+(?:[-'’][{_CAPITAL}a-z][^\W\d_]+)*"
)
_YEAR = r"(?P<{}>(?:19|20)\d\d)[a-z]?"
_AND = r"(?:,?[ ]and|,?[ ]&)"
_MENTION = re.compile(
    rf"""
    (?:(?<![\w-])(?P<many>(?P<many_authors>{_NAME}(?:(?:,|{_AND})[ ]{_NAME}){{0,4}})
        ,?[ ]et[ ]?al\b\.?
        (?:['’]s)?(?:(?:,[ ]?|[ ])[\(\[]?{_YEAR.format("many_year")}[\)\]]?)?)
  | (?<![\w-])(?P<two>(?P<two_authors>{_NAME}{_AND}[ ]{_NAME})
        (?:['’]s?)?(?:,[ ]?|[ ])[\(\[]?{_YEAR.format("two_year")}[\)\]]?)
  | (?<![\w-])(?P<one>(?P<one_author>{_NAME})(?:['’]s)?[ ]\({_YEAR.format("one_year")}\))
  | (?:(?<=[\(\[;])|(?<=[\(\[;][ ]))
        (?P<inside>(?P<inside_author>{_NAME}),[ ]{_YEAR.format("inside_year")})(?=[\)\];,]))
    """,
    re.VERBOSE,
)
# Every mention has one of these, with at most five names before it.
_ET_AL = re.compile(r"al\b(?:(?<=\bet al)|(?<=\betal))")
_YEARS = re.compile(r"19\d\d"), re.compile(r"20\d\d")
# With what a name begins, its particle included: only there is `_MENTION` tried.
_START = re.compile(rf"[{_CAPITAL}vdl](?<![\w-].)")
_BEFORE_ET_AL = 200  # five names
_BEFORE_YEAR = 110  # two names
_BEHIND = 16  # a year in brackets behind `et al.`
_LONGEST_NAME = 48
_SPLIT = re.compile(r",? and |,? & |, ")


class Mention(NamedTuple):
    """One author-year mention."""

    raw: str
    start: int
    end: int
    authors: tuple[str, ...]
    year: int | None
    confidence: float


def mentions(text: str) -> Iterator[Mention]:
    """Yield the mentions in a text; the caller leaves out those inside code, math and URLs."""
    for match in _matches(text):
        kind = match.lastgroup or ""
        kind = next(name for name in ("many", "two", "one", "inside") if match[name])
        authors, year = _parts(match, kind)
        start, end = match.span(kind)
        raw = text[start:end]
        # A closing bracket belongs to the mention only together with its opening one.
        if raw[-1] in ")]" and not re.search(r"[\(\[]", raw):
            end -= 1
        confidence = {"many": 0.97 if year else 0.9, "two": 0.95, "one": 0.8, "inside": 0.95}[kind]
        yield Mention(text[start:end], start, end, authors, year, confidence)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `_MENTION`, tried only where an anchor is in reach."""
    position = 0
    for start, end in _anchors(text):
        position = max(position, start, 0)
        while match := _first_match(text, position, end):
            yield match
            position = match.end()


def _first_match(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first match that begins in `text[start:end]`.

    What begins behind has an anchor of its own.
    """
    for name in _START.finditer(text, start, end):
        if match := _MENTION.match(text, name.start(), end + _BEHIND):
            return match
    return None


def _anchors(text: str) -> list[tuple[int, int]]:
    """Return pieces of text that end with `et al` or with a year that may follow a name."""
    found = [(m.start() - _BEFORE_ET_AL, m.end()) for m in _ET_AL.finditer(text)]
    found += (
        (m.start() - _BEFORE_YEAR, m.end())
        for year in _YEARS
        for m in year.finditer(text)
        if _follows_name(text, m.start())
    )
    return sorted(found, key=itemgetter(1))


def _follows_name(text: str, year: int) -> bool:
    """Whether the word before a year begins with a capital, as every name does."""
    before = text[max(0, year - _LONGEST_NAME) : year].rstrip(" ([,")
    return before[max(before.rfind(" "), before.rfind("\n")) + 1 :].lstrip("([;")[:1].isupper()


def _parts(match: re.Match[str], kind: str) -> tuple[tuple[str, ...], int | None]:
    group = {"many": "many_authors", "two": "two_authors"}.get(kind, f"{kind}_author")
    names = tuple(_SPLIT.split(match[group]))
    year = match[f"{kind}_year"]
    return names, int(year) if year else None
