"""How sure it is that a block begins where one was found.

`boundaries.json` holds, for each kind of boundary, the share of those found that were right: in the
texts of the development half of `benchmarks.structure`, as `python -m benchmarks.structure_model
--fit` counts them. A paragraph in prose has a probability of its own (`paragraph_model`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from shortscience.pipeline.cleaning.structure.layout import Mark

SHARES: dict[str, float] = dict(
    json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
)
ENDING = ("heading", "image", "math", "code", "table")
"""Kinds of blocks behind which prose begins anew."""
_DIGITS = 4


class Boundary(NamedTuple):
    """A place in a flattened text where a block begins, its kind, and how likely that is.

    `kind` is the kind of a `Mark`, `behind` one of these, `run-in`, `between lists` or `paragraph`.
    """

    start: int
    kind: str
    probability: float


def of_marks(marks: Sequence[Mark], length: int) -> Iterator[Boundary]:
    """Yield where the blocks that show in a text of some length begin, and the prose behind them.

    Nothing is parted at the beginning of the text. Thematic breaks and definitions are not judged.
    """
    starts = {mark.start for mark in marks}
    pictured = {mark.end for mark in marks if mark.kind == "image"}
    for mark in marks:
        goes_on = mark.kind == "image" and mark.start in pictured
        if mark.start and mark.kind in SHARES and not goes_on:
            yield Boundary(mark.start, mark.kind, SHARES[mark.kind])
        if mark.kind in ENDING and mark.end < length and mark.end not in starts:
            kind = f"behind {mark.kind}"
            yield Boundary(mark.end, kind, SHARES[kind])


def confidence(boundaries: Iterable[Boundary]) -> float | None:
    """Return the mean probability of boundaries, between 0 and 1; None if there are none."""
    found = [boundary.probability for boundary in boundaries]
    return round(fmean(found), _DIGITS) if found else None
