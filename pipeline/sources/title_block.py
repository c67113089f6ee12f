"""The lines before a summary: title, authors, venue and year, votes."""

import re
from collections.abc import Sequence

from shortscience.pipeline.identifiers import parse_bibtex_key
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts

_VENUE = re.compile(r"(?P<venue>.*?) ?- (?P<year>\d{1,4})(?P<via> ?via .*)?")
_NUMBER = re.compile(r"-?\d{1,9}")
_ET_AL = re.compile(r"\s+et al\.?\Z|\Aet al\.?\Z")
_AND = re.compile(r"(?:\A|\s+)and(?:\s+|\Z)")
_MAX_AUTHOR_LINES = 100


def read(lines: Sequence[str]) -> Facts:
    """Read the lines from the title on; the year 0 and an empty venue are unknown."""
    if not lines:
        return NOTHING_KNOWN
    title, *rest = _parted(lines)
    venues = ((place, _VENUE.fullmatch(line)) for place, line in enumerate(rest))
    place, venue = next(((p, v) for p, v in venues if v and p < _MAX_AUTHOR_LINES), (0, None))
    authors = names(" ".join(rest[:place]))
    year = int(venue["year"]) if venue else 0
    # For an unknown title, the site shows the key and no authors.
    key = title if not authors and " " not in title and parse_bibtex_key(title) else None
    return Facts(
        bibtex_key=key,
        title=None if key else title or None,
        authors=authors or None,
        venue=(venue["venue"] or None) if venue else None,
        year=year or None,
        votes=votes(rest),
    )


def _parted(lines: Sequence[str]) -> Sequence[str]:
    """Part a title from the venue, which some extractors put on its line, with all between.

    That is possible for a key only, which stands for an unknown title, with the year 0.
    """
    venue = _VENUE.fullmatch(lines[0])
    if venue is None or venue["via"] is None:
        return lines
    key, _, rest = lines[0].partition(" ")
    if int(venue["year"]) == 0 and "/" in key and parse_bibtex_key(key):
        return (key, rest, *lines[1:])
    return ("", lines[0][venue.end("venue") :], *lines[1:])


def names(authors: str) -> tuple[str, ...]:
    """Return the names that the site joined by `and`, of which it shows twenty at most."""
    parts = (_ET_AL.sub("", name) for name in _AND.split(authors))
    return tuple(name for name in parts if name)


def votes(lines: Sequence[str]) -> int | None:
    """Return the last bare number, which is between the arrows for voting."""
    numbers = [line for line in lines if _NUMBER.fullmatch(line)]
    return int(numbers[-1]) if numbers else None
