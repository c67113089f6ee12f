"""What every bibliography reader yields, whatever the format."""

import re
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, Protocol, TypeVar

from shortscience.pipeline.identifiers import Identifier, also_named


class Entry(NamedTuple):
    """A paper as a bibliography describes it; the first of its `names` is the entry's own key.

    Names are identifiers as `scheme:value`. Missing fields are inherited from the entries whose
    keys are in `parents`.
    """

    names: tuple[str, ...]
    title: str | None
    authors: tuple[str, ...]
    year: int | None
    venue: str | None
    abstract: str | None = None
    parents: tuple[str, ...] = ()


class Parent(NamedTuple):
    """Fields that other entries inherit by naming this key."""

    key: str
    year: int | None
    venue: str | None
    parents: tuple[str, ...]


class Unread(NamedTuple):
    """An entry that could not be read, or only in part: its place, and the reason."""

    place: str
    reason: str


Found = Entry | Parent | Unread


class Reader(Protocol):
    """A format: a module with these two functions."""

    def recognise(self, beginning: str) -> bool:
        """Whether a file with this beginning has the format."""

    def read(self, stream: IO[bytes]) -> Iterator[Found]:
        """Yield the entries of a decompressed file, in bounded memory; ValueError if damaged."""


Kind = TypeVar("Kind", Entry, Parent)
Item = TypeVar("Item")


def attempt(read: Callable[[Item], Kind], item: Item, place: object) -> Kind | Unread:
    """Read one entry; if that fails, return it as Unread."""
    try:
        return read(item)
    except Exception as error:
        return Unread(str(place), f"{type(error).__name__}: {error}")


def names(*identifiers: Identifier | None) -> tuple[str, ...]:
    """Return the distinct names of the parsed identifiers and those they imply, in order.

    A paper has one arXiv id, so only the first counts.
    """
    found = [item for item in identifiers if item]
    preprint = next((item.name for item in found if item.scheme == "arxiv"), None)
    known = [item for item in found if item.scheme != "arxiv" or item.name == preprint]
    implied = [other for item in known if (other := also_named(item))]
    return tuple(dict.fromkeys(item.name for item in (*known, *implied)))


_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d")


def year_of(text: object) -> int | None:
    """Return the first year in a date of any format."""
    match = _YEAR.search(str(text or ""))
    return int(match[0]) if match else None
