"""The result of parsing a source: pieces that cover every byte of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from shortscience.pipeline.errors import ShortScienceError


class Facts(NamedTuple):
    """The facts in a form besides a summary's text; None for unknown ones."""

    bibtex_key: str | None = None
    title: str | None = None
    authors: tuple[str, ...] | None = None
    venue: str | None = None
    year: int | None = None
    abstract: str | None = None
    paper_url: str | None = None
    author: str | None = None
    votes: int | None = None
    posted_at: datetime | None = None
    url: str | None = None


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of bytes of one source, `data[start:end]`.

    A record carries a summary: its `body` is the text as the author wrote it, decoded, unescaped
    and with line feeds as its line ends, but not repaired. Boilerplate is the site's own text
    around summaries; anything else is rejected, with a reason.
    """

    kind: Literal["record", "boilerplate", "rejected"]
    start: int
    end: int
    body: str | None = None
    facts: Facts = NOTHING_KNOWN
    reason: str | None = None


def summary(start: int, end: int, body: str, facts: Facts = NOTHING_KNOWN) -> Piece:
    """Return the record of a summary, rejected if its text is empty."""
    if not body:
        return Piece("rejected", start, end, reason="no text")
    # Formulas and code end at empty lines, and repair never enters them.
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    return Piece("record", start, end, lines, facts)


def unended(start: int, end: int) -> Piece:
    """Return a rejected piece that begins with a summary; where that ends is not certain."""
    return Piece("rejected", start, end, reason="a summary whose end is not marked")


class CoverageError(ShortScienceError):
    """A parser skipped bytes or used them twice: a bug in this project."""


def covering(pieces: Iterable[Piece], n_bytes: int) -> Iterator[Piece]:
    """Pass pieces on, checking that they cover 0 to `n_bytes` without gap or overlap."""
    position = 0
    for piece in pieces:
        if piece.start != position or piece.end <= piece.start:
            raise CoverageError(
                f"The parser left a gap or an overlap: expected a piece at byte {position},"
                f" got {piece.start} to {piece.end}; please report this with the file."
            )
        position = piece.end
        yield piece
    if position != n_bytes:
        raise CoverageError(
            f"The parser stopped at byte {position} of {n_bytes}; please report this with the file."
        )
