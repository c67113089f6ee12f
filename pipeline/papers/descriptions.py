"""How titles and names of authors are compared: by what stays the same however they are written."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

UNDECOMPOSED = dict(
    zip("łøđðıßæœþ", ("l", "o", "d", "d", "i", "ss", "ae", "oe", "th"), strict=True)
)
"""Letters that Unicode does not take apart into a letter and its mark."""
_UNDECOMPOSED = str.maketrans(UNDECOMPOSED)
_WORD = re.compile(r"[^\W_]+")
TITLE_PREFIX = "title:"
OTHER_AUTHORS = "other authors"
OTHER_TITLE = "another title"
_MIN_TITLE = 16
"""Shorter titles, in letters and digits, name columns and prefaces as well as papers."""
NAMESAKES = 20
"""Papers of one title; where there are more, it is what a column or a preface is called."""
_SHARED = 0.5
"""Of the shorter title's words, or list of authors, that two descriptions of a paper share."""


def fold(text: str) -> str:
    """Return a text in small letters without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def title_words(title: str) -> list[str]:
    """Return the words of a title, folded."""
    return _WORD.findall(fold(title))


@lru_cache(maxsize=1 << 16)
def name_words(name: str) -> frozenset[str]:
    """Return the parts of a person's name, folded, without initials."""
    return frozenset(part for part in _WORD.findall(fold(name)) if len(part) > 1)


def title_name(title: str | None) -> str | None:
    """Return `title:…`, all letters and digits of a title; None where it is too short to tell.

    Papers have it under every identifier, and may share it with others.
    """
    key = "".join(title_words(title or ""))
    return f"{TITLE_PREFIX}{key}" if len(key) >= _MIN_TITLE else None


def shared_authors(some: Collection[str], others: Collection[str]) -> float:
    """Return which part of the shorter of two lists of authors is in the other one, too.

    Names agree when all parts of the shorter one are in the other: initials and order do not count.
    """
    shorter, longer = sorted((some, others), key=len)
    known = [name_words(name) for name in longer]
    found = sum(
        any(len(words & name) == min(len(words), len(name)) > 0 for name in known)
        for words in map(name_words, shorter)
    )
    return found / max(1, len(shorter))


class Description(NamedTuple):
    """What a source says of a paper."""

    title: str | None
    authors: tuple[str, ...]


def contradict(one: Description, other: Description) -> str | None:
    """Say why two descriptions cannot be of one paper; None if they can.

    Titles change between a preprint and its publication, but not together with the authors.
    """
    people_known = bool(one.authors and other.authors)
    people = shared_authors(one.authors, other.authors) if people_known else 0.0
    if people_known and not people:
        return OTHER_AUTHORS
    if one.title and other.title and people < _SHARED:
        words, others = set(title_words(one.title)), set(title_words(other.title))
        if len(words & others) < _SHARED * min(len(words), len(others)):
            return OTHER_TITLE
    return None
