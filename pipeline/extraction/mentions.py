"""Author-year mentions in prose: `Saxe et al. (2013)`, `Shah et al`, `(Kim, 2014)`."""

import re
from collections.abc import Iterator
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
    (?=[{_CAPITAL}vdl ])  # what a mention may begin with: most positions are given up here
    (?:(?<![\w-])(?P<many>(?P<many_authors>{_NAME}(?:(?:,|{_AND})[ ]{_NAME}){{0,4}})
        ,?[ ]et[ ]?al\b\.?
        (?:['’]s)?(?:(?:,[ ]?|[ ])[\(\[]?{_YEAR.format("many_year")}[\)\]]?)?)
  | (?<![\w-])(?P<two>(?P<two_authors>{_NAME}{_AND}[ ]{_NAME})
        (?:['’]s?)?(?:,[ ]?|[ ])[\(\[]?{_YEAR.format("two_year")}[\)\]]?)
  | (?<![\w-])(?P<one>(?P<one_author>{_NAME})(?:['’]s)?[ ]\({_YEAR.format("one_year")}\))
  | (?<=[\(\[;])[ ]?(?P<inside>(?P<inside_author>{_NAME}),[ ]{_YEAR.format("inside_year")})
        (?=[\)\];,]))
    """,
    re.VERBOSE,
)
# Every mention has one of these, with at most five names before it.
_ANCHOR = re.compile(r"et[ ]?al\b|(?:19|20)\d\d")
_REACH = 200
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
    for anchor in _ANCHOR.finditer(text):
        position = max(position, anchor.start() - _REACH)
        while position < anchor.end() and (
            match := _MENTION.search(text, position, anchor.end() + _REACH)
        ):
            yield match
            position = match.end()


def _parts(match: re.Match[str], kind: str) -> tuple[tuple[str, ...], int | None]:
    group = {"many": "many_authors", "two": "two_authors"}.get(kind, f"{kind}_author")
    names = tuple(_SPLIT.split(match[group]))
    year = match[f"{kind}_year"]
    return names, int(year) if year else None
