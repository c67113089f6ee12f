"""What a parser makes of a source: pieces that cover every byte of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import ShortScienceError


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of bytes of one source, `data[start:end]`.

    A record carries a summary in `data[text_start:text_end]`; boilerplate is what the site puts
    around summaries; anything else is rejected, with the reason.
    """

    kind: Literal["record", "boilerplate", "rejected"]
    start: int
    end: int
    text_start: int = 0
    text_end: int = 0
    reason: str | None = None


class CoverageError(ShortScienceError):
    """A parser left bytes out or used them twice: a fault of this project, never of the input."""


def covering(pieces: Iterable[Piece], n_bytes: int) -> Iterator[Piece]:
    """Pass pieces on and make sure that they cover 0 to `n_bytes` without gap or overlap."""
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
