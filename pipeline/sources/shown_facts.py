"""Facts as the site shows them: how it joins several, and what stands for unknown ones."""

import re
from collections.abc import Sequence

from shortscience.pipeline.identifiers import parse_bibtex_key
from shortscience.pipeline.sources.pieces import NOTHING_KNOWN, Facts

_VENUE = re.compile(r"(?P<venue>.*?) ?- (?P<year>\d{1,4})(?P<via> ?via .*)?")
_NUMBER = re.compile(r"-?\d{1,9}")
_ET_AL = re.compile(r"\s+et al\.?\Z|\Aet al\.?\Z")
_AND = re.compile(r"(?:\A|\s+)and(?:\s+|\Z)")
_MAX_AUTHOR_LINES = 100
_ANONYMOUS = "anon"


def of_lines(lines: Sequence[str]) -> Facts:
    """Read the lines before a summary, from the title on."""
    if not lines:
        return NOTHING_KNOWN
    title, *rest = _parted(lines)
    venues = ((place, venue_and_year(line)) for place, line in enumerate(rest[:_MAX_AUTHOR_LINES]))
    place, (venue, year) = next(((p, v) for p, v in venues if v), (0, (None, None)))
    authors = names(" ".join(rest[:place]))
    # The key that stands for an unknown title has no authors.
    key = title if not authors and " " not in title and parse_bibtex_key(title) else None
    return Facts(
        bibtex_key=key,
        title=title_unless_key(title or None, key),
        authors=authors or None,
        venue=venue,
        year=year,
        votes=last_votes(rest),
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


def title_unless_key(shown: str | None, key: str | None) -> str | None:
    """Return a title; None for the paper's key, which stands for an unknown one."""
    return None if shown == key else shown


def venue_and_year(shown: str) -> tuple[str | None, int | None] | None:
    """Read `VENUE - YEAR`, either of which may be unknown: the year is 0 then."""
    match = _VENUE.fullmatch(shown)
    return (match["venue"] or None, int(match["year"]) or None) if match else None


def names(authors: str) -> tuple[str, ...]:
    """Return the names that the site joined by `and`, of which it shows twenty at most."""
    parts = (_ET_AL.sub("", name) for name in _AND.split(authors))
    return tuple(name for name in parts if name)


def user(shown: str | None) -> str | None:
    """Return the name of a user; None for one who is not named."""
    return None if shown in {_ANONYMOUS, ""} else shown


def votes(shown: str | None) -> int | None:
    """Return a number of votes; None for anything else."""
    return int(shown) if shown and _NUMBER.fullmatch(shown) else None


def last_votes(lines: Sequence[str]) -> int | None:
    """Return the last bare number, which is between the arrows for voting."""
    found = map(votes, reversed(lines))
    return next((number for number in found if number is not None), None)
