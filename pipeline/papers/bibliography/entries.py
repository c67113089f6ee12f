"""What every reader of a bibliography yields, whatever the format."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import IO, NamedTuple, Protocol

from pylatexenc.latex2text import LatexNodes2Text

from shortscience.pipeline.identifiers import Identifier, also_named


class Entry(NamedTuple):
    """One paper as a bibliography describes it; the first of its `names` is the entry's own key.

    Names are identifiers as `scheme:value`.
    """

    names: tuple[str, ...]
    title: str | None
    authors: tuple[str, ...]
    year: int | None
    venue: str | None
    abstract: str | None = None


class Reader(Protocol):
    """A format: a module with these two functions."""

    def recognise(self, beginning: str) -> bool:
        """Whether a file that begins like this is of the format."""

    def read(self, stream: IO[bytes]) -> Iterator[Entry]:
        """Yield the entries of a decompressed file, in bounded memory; ValueError if damaged."""


def names(*identifiers: Identifier | None) -> tuple[str, ...]:
    """Return the distinct names of what could be parsed, and those they imply, in this order."""
    known = [item for item in identifiers if item]
    implied = [other for item in known if (other := also_named(item))]
    return tuple(dict.fromkeys(item.name for item in (*known, *implied)))


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_LATEX = LatexNodes2Text(math_mode="text", keep_comments=True)


def year_of(text: object) -> int | None:
    """Return the year that a date of any kind begins with or holds."""
    match = _YEAR.search(str(text or ""))
    return int(match[0]) if match else None


# Groups that begin with a command, `{\"{o}}`, and escaped signs, `\&`.
_SPECIAL = re.compile(r"\{\\(?:[^{}$]|\{[^{}$]*\})*\}|\\[&#%_]")
_MARKUP = str.maketrans({"{": None, "}": None, "~": " "})


def plain(text: str) -> str:
    r"""Turn LaTeX into text: `{\"{o}}` into ö, `{AAAI}` into AAAI; on one line."""
    simple = text
    if "\\" in text:
        # A few hundred commands make up all letters of a bibliography: each is parsed once.
        simple = _SPECIAL.sub(lambda found: _latex_to_text(found[0]), text)
    if "\\" in simple or "$" in simple:
        simple = _latex_to_text(text)
    elif "{" in simple or "~" in simple:
        simple = simple.translate(_MARKUP)
    return " ".join(simple.split())


@lru_cache(maxsize=1 << 14)
def _latex_to_text(text: str) -> str:
    # Per cent signs in titles are no comments, whether or not they are escaped.
    escaped = re.sub(r"(?<!\\)%", r"\\%", text)
    return str(_LATEX.latex_to_text(escaped, tolerant_parsing=True))


def plain_names(people: Iterable[str]) -> tuple[str, ...]:
    """Turn the names of authors into text, and leave out empty ones."""
    return tuple(name for name in map(plain, people) if name)
