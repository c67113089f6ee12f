"""How likely a paragraph begins at each place where one could.

A place begins a paragraph with the odds that the weights of its evidence add up to, which is a
logistic regression, given where the paragraph before it began: its length is evidence, too. Summed
over all places where that may have been, this is how likely the place begins a paragraph.

`python -m benchmarks.structure_model --fit` writes the weights, `paragraph_model.json`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from math import exp
from pathlib import Path

from shortscience.pipeline.cleaning.structure.evidence import (
    AT_PLACES,
    N_LENGTHS,
    STEP,
    Evidence,
    of_length,
    of_places,
    of_segment,
    of_text,
    of_unbroken,
)
from shortscience.pipeline.cleaning.structure.layout import Mark
from shortscience.pipeline.cleaning.structure.places import Place, parted

ANYWHERE = ("anywhere", "")
"""The evidence that every place has: how seldom paragraphs begin."""
_MAX_BEGUN = 16
"""At how many places the paragraph at hand may have begun: the oldest are merged."""
_UNLIKELY = 0.1
"""Where a paragraph is less likely to begin, the one at hand is taken to go on."""
_NOTHING = repeat(0.0)

Weights = dict[Evidence, float]
"""Weights in log odds. Evidence that is not among them weighs nothing."""


class ParagraphModel:
    """Weights, and what follows from them for all texts."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        by_name: dict[str, dict[str | None, float]] = {name: {} for name in AT_PLACES}
        for (name, value), weight in weights.items():
            by_name.setdefault(name, {})[value] = weight
        self._at_places = [by_name[name] for name in AT_PLACES]
        self._lengths = [exp(-self._total([of_length(STEP * step)])) for step in range(N_LENGTHS)]

    @classmethod
    def read(cls, path: Path) -> "ParagraphModel":
        """Read a file of rows: what was looked at, what was seen, and its weight."""
        rows = json.loads(path.read_text(encoding="utf-8"))
        return cls({(name, value): weight for name, value, weight in rows})

    def chances(
        self,
        prose: str,
        marks: Sequence[Mark],
        run_ins: Sequence[int],
        least: Mapping[str, float] | None = None,
    ) -> Iterator[tuple[Place, float]]:
        """Yield each place where a paragraph could begin, in order, and how likely one does.

        A segment is left where no place ahead could be as likely as the `least` for its ending.
        """
        of_all = self._total([ANYWHERE, *of_text(prose, marks, run_ins)])
        for segment, inside in parted(prose, marks, run_ins):
            of_these = of_all + self._total(of_segment(prose, segment))
            seen = of_places(prose, segment, inside)
            against = [
                exp(-sum(map(dict.get, self._at_places, values, _NOTHING), of_these))
                for values in seen
            ]
            unbroken = exp(-self._total([of_unbroken(segment)]))
            if least:
                reach = self._reach(segment.start, inside, against, unbroken, least)
                inside, against = inside[:reach], against[:reach]
            starts = [start for start, _ in inside]
            chances = _chances(segment.start, starts, against, self._lengths, unbroken)
            yield from zip(inside, chances, strict=True)

    def _reach(
        self,
        begin: int,
        places: Sequence[Place],
        against: Sequence[float],
        unbroken: float,
        least: Mapping[str, float],
    ) -> int:
        """Return how many places there are up to the last that could be likely enough.

        None is likelier than where the length of the paragraph at hand speaks most for a new one.
        """
        longest = (places[-1][0] - begin) // STEP
        factor = min(self._lengths[: longest + 1]) * min(1.0, unbroken)
        for number in range(len(places), 0, -1):
            if 1 / (1 + against[number - 1] * factor) >= least[places[number - 1][1]]:
                return number
        return 0

    def _total(self, evidence: Iterable[Evidence]) -> float:
        weigh = self._weights.get
        return sum([weigh(piece, 0.0) for piece in evidence])


def _chances(
    begin: int,
    starts: Sequence[int],
    against: Sequence[float],
    lengths: Sequence[float],
    unbroken: float,
) -> Iterator[float]:
    """Yield how likely each place begins a paragraph, whatever became of those before it.

    The odds `against` each place are those of its own evidence; `lengths` are the factors by which
    the length of the paragraph at hand changes them, and `unbroken` that of one that began with the
    segment, at `begin`.
    """
    begun, factors, shares = [begin], [unbroken], [1.0]
    longest = len(lengths) - 1
    for start, odds in zip(starts, against, strict=True):
        chance = 0.0
        for number, share in enumerate(shares):
            length = (start - begun[number]) // STEP
            factor = lengths[length if length < longest else longest] * factors[number]
            ends = share / (1 + odds * factor)
            shares[number] = share - ends
            chance += ends
        yield chance
        if chance < _UNLIKELY:
            shares[-1] += chance
            continue
        if len(begun) == _MAX_BEGUN:
            oldest = shares.pop(0)
            shares[0] += oldest
            del begun[0], factors[0]
        begun.append(start)
        factors.append(1.0)
        shares.append(chance)


MODEL = ParagraphModel.read(Path(__file__).with_suffix(".json"))
