"""Comparing titles and authors by what stays the same across spellings."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

UNDECOMPOSED = dict(
    zip("łøđðıßæœþ", ("l", "o", "d", "d", "i", "ss", "ae", "oe", "th"), strict=True)
)
"""Letters that Unicode does not decompose into a base letter and a mark."""
_UNDECOMPOSED = str.maketrans(UNDECOMPOSED)
_WORD = re.compile(r"[^\W_]+")
TITLE_PREFIX = "title:"
OTHER_AUTHORS = "other authors"
OTHER_TITLE = "another title"
_MIN_TITLE = 16
"""Letters and digits. Shorter titles are often those of columns and prefaces."""
_LONG_TITLE = 30
"""Of titles of this length, fewer than one in a thousand has namesakes by other authors."""
NAMESAKES = 20
"""Papers that may share a title; a title of more is that of a column or preface."""
_SHARED = 0.5
"""Share of the shorter title's words, or author list, that two descriptions of a paper have in
common.
"""


def fold(text: str) -> str:
    """Return a text in lower case without accents."""
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


def title_name(title: str | None, *, alone: bool = False) -> str | None:
    """Return `title:…`, all letters and digits of a title; None if too short to be evidence.

    A title is evidence together with authors, a long one also `alone`. A paper has this name under
    every identifier, and may share it with other papers.
    """
    key = "".join(title_words(title or ""))
    return f"{TITLE_PREFIX}{key}" if len(key) >= (_LONG_TITLE if alone else _MIN_TITLE) else None


def shared_authors(some: Collection[str], others: Collection[str]) -> float:
    """Return the share of the shorter list of authors that is also in the other one.

    Names match if all parts of the shorter one are in the other; initials and order do not count.
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
    """Return why two descriptions cannot be of one paper; None if they can.

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
