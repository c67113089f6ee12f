r"""What tells where a paragraph begins: `python -m benchmarks.structure_model [PAIRS] [--fit]`.

PAIRS is as in `benchmarks.structure`. Without `--fit`, the curve of precision against recall is
printed, of the places in prose where a paragraph could begin: for the development half with each
fold judged by weights that were fitted to the others, and for the other half with the weights that
come with the project. Below it stand predicted and observed frequencies.

`--fit` fits the weights to the development half, and writes `paragraph_model.json` and
`boundaries.json` below `pipeline/cleaning/structure`. It takes seconds. Weights are overconfident
about the texts that they were fitted to: all are scaled so that the predictions for each fold by
the others come true (Platt, 1999).
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_array

from benchmarks.halves import HALVES, half
from benchmarks.structure import DEFAULT_PAIRS, Pair, blocks, read_pairs
from shortscience.pipeline.cleaning.structure import (
    boundaries,
    paragraph_model,
    paragraphs,
    restore,
)
from shortscience.pipeline.cleaning.structure.evidence import (
    AT_PLACES,
    Evidence,
    of_length,
    of_places,
    of_segment,
    of_text,
    of_unbroken,
)
from shortscience.pipeline.cleaning.structure.layout import Layout, Mark
from shortscience.pipeline.cleaning.structure.paragraph_model import (
    ANYWHERE,
    MODEL,
    ParagraphModel,
    Weights,
)
from shortscience.pipeline.cleaning.structure.paragraphs import run_in_starts
from shortscience.pipeline.cleaning.structure.places import parted
from shortscience.pipeline.cleaning.structure.restoring import read_blocks
from shortscience.pipeline.scanner import scan

PRECISIONS = (0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3)
BINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
_FOLDS = 5
_RIDGE = 2.0
_LEAST = 3  # places that must have some evidence, for it to get a weight
_DIGITS = 3
_BLOCKS = {
    "heading": "heading",
    "item": "list item",
    "quote": "quote",
    "code": "code",
    "table": "table",
    "math": "display math",
}
"""What the benchmark calls the blocks that begin at a kind of boundary; others are paragraphs."""

Floats = npt.NDArray[np.float64]


class Read(NamedTuple):
    """A flattened text, read as `restore` does, and the tokens at which paragraphs begin in it."""

    text: str
    prose: str
    marks: list[Mark]
    run_ins: list[int]
    paragraphs: frozenset[int]

    @classmethod
    def of(cls, pair: Pair) -> "Read":
        """Read a pair."""
        text = pair.flattened
        prose, marks = read_blocks(text, scan(text), Layout(text))
        written = (block.token for block in blocks(pair.markdown) if block.kind == "paragraph")
        run_ins = sorted(set(run_in_starts(prose, marks)))
        return cls(text, prose, marks, run_ins, frozenset(written))

    def begins(self, start: int) -> bool:
        """Whether a paragraph begins at a place, by its author."""
        return len(self.text[:start].split()) in self.paragraphs


@dataclass
class Examples:
    """Places where a paragraph could begin: their evidence, and whether one does."""

    evidence: list[list[Evidence]]
    right: npt.NDArray[np.float64]

    @classmethod
    def of(cls, texts: Sequence[Read]) -> "Examples":
        """Take all places of some texts, each with the length of its author's paragraph so far."""
        rows = [row for text in texts for row in _places(text)]
        return cls([pieces for pieces, _ in rows], np.array([right for _, right in rows], float))

    def fit(self) -> Weights:
        """Maximise the likelihood less a ridge, which spares the weight of all places."""
        counts = Counter(name for pieces in self.evidence for name in pieces)
        known = sorted(name for name, count in counts.items() if count >= _LEAST)
        number = {name: column for column, name in enumerate(known)}
        columns = [[number[name] for name in pieces if name in number] for pieces in self.evidence]
        ends = np.cumsum([0, *map(len, columns)])
        flat = np.fromiter((column for row in columns for column in row), dtype=np.int64)
        shape = len(columns), len(known)
        values = csr_array((np.ones(len(flat)), flat, ends), shape=shape)
        signs = 2 * self.right - 1
        ridge = np.array([0.0 if name == ANYWHERE else _RIDGE for name in known])

        def loss(weights: Floats) -> tuple[float, Floats]:
            margins = signs * (values @ weights)
            gradient = values.T @ (-signs / (1 + np.exp(margins))) + ridge * weights
            return float(np.logaddexp(0, -margins).sum() + ridge @ weights**2 / 2), gradient

        options = {"maxiter": 2_000}
        found = minimize(loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options=options)
        rounded = (round(float(weight), _DIGITS) for weight in found.x)
        return {name: weight for name, weight in zip(known, rounded, strict=True) if weight}


def _places(text: Read) -> Iterator[tuple[list[Evidence], bool]]:
    """Yield the evidence at each place of a text, and whether a paragraph begins there."""
    common = [ANYWHERE, *of_text(text.prose, text.marks, text.run_ins)]
    for segment, inside in parted(text.prose, text.marks, text.run_ins):
        shared = [*common, *of_segment(text.prose, segment)]
        begun = segment.start
        seen = of_places(text.prose, segment, inside)
        for (start, _), values in zip(inside, seen, strict=True):
            named = zip(AT_PLACES, values, strict=False)
            pieces = [(name, value) for name, value in named if value is not None]
            right = text.begins(start)
            unbroken = [of_unbroken(segment)] if begun == segment.start else []
            yield [*shared, *pieces, of_length(start - begun), *unbroken], right
            begun = start if right else begun


class Judged(NamedTuple):
    """How likely paragraphs are said to begin at some places, and whether they do."""

    chances: Floats
    right: npt.NDArray[np.bool_]

    @classmethod
    def by(cls, model: ParagraphModel, texts: Sequence[Read]) -> "Judged":
        """Judge all places of some texts by a model."""
        found = [
            (chance, text.begins(start))
            for text in texts
            for (start, _), chance in model.chances(text.prose, text.marks, text.run_ins)
        ]
        chances, right = zip(*found, strict=True)
        return cls(np.array(chances), np.array(right))

    def report(self) -> Iterator[str]:
        """Yield the lines of the curve, then predicted and observed frequencies."""
        order = np.argsort(-self.chances, kind="stable")
        hits = np.cumsum(self.right[order])
        precision = hits / np.arange(1, len(hits) + 1)
        yield f"{'precision':>12}{'recall':>8}{'F1':>8}{'from':>8}"
        for least in PRECISIONS:
            reached = np.flatnonzero(precision >= least)
            if len(reached):
                last = reached[-1]
                recall = hits[last] / hits[-1]
                f1 = 2 * precision[last] * recall / (precision[last] + recall)
                chance = self.chances[order[last]]
                yield f"{precision[last]:>12.3f}{recall:>8.3f}{f1:>8.3f}{chance:>8.3f}"
        yield f"{'predicted':>12}{'places':>8}{'mean':>8}{'observed':>10}"
        for low, high in pairwise(BINS):
            inside = (self.chances >= low) & (self.chances < high)
            if inside.any():
                mean, observed = self.chances[inside].mean(), self.right[inside].mean()
                yield f"{f'{low}-{high}':>12}{inside.sum():>8}{mean:>8.3f}{observed:>10.3f}"


class Scale(NamedTuple):
    """What log odds are multiplied by, and what is added."""

    slope: float = 1.0
    shift: float = 0.0

    @classmethod
    def of(cls, judged: Judged) -> "Scale":
        """Return the scale by which what was said becomes most likely."""
        log_odds = np.log(judged.chances / (1 - judged.chances))
        signs = 2 * judged.right.astype(float) - 1

        def loss(scale: Floats) -> float:
            return float(np.logaddexp(0, -signs * (scale[0] * log_odds + scale[1])).sum())

        return cls(*map(float, minimize(loss, cls()).x))

    def apply(self, weights: Weights) -> Weights:
        """Return weights on this scale."""
        return {
            name: round(self.slope * weight + (self.shift if name == ANYWHERE else 0.0), _DIGITS)
            for name, weight in weights.items()
        }


def cross_validated(texts: Sequence[Read], scale: Scale) -> Judged:
    """Judge each fold of the texts by weights that were fitted to the others."""
    folds = [sum(text.text.encode()) % _FOLDS for text in texts]
    parts = []
    for fold in range(_FOLDS):
        others = [text for text, of in zip(texts, folds, strict=True) if of != fold]
        own = [text for text, of in zip(texts, folds, strict=True) if of == fold]
        weights = scale.apply(Examples.of(others).fit())
        parts.append(Judged.by(ParagraphModel(weights), own))
    return Judged(*map(np.concatenate, zip(*parts, strict=True)))


def shares(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return the share of the boundaries of each kind that are right, as in Laplace's rule."""
    found, right = Counter[str](), Counter[str]()
    for pair in pairs:
        written = {(block.token, block.kind) for block in blocks(pair.markdown)}
        for start, kind, _ in restore(pair.flattened).boundaries:
            token = len(pair.flattened[:start].split())
            wanted = _BLOCKS.get(kind, "paragraph")
            found[kind] += 1
            right[kind] += (token, wanted) in written
    return {
        kind: round((right[kind] + 1) / (found[kind] + 2), _DIGITS) for kind in boundaries.SHARES
    }


def write(pairs: Sequence[Pair]) -> None:
    """Fit the weights to pairs, and write them and the shares."""
    texts = [Read.of(pair) for pair in pairs]
    scale = Scale.of(cross_validated(texts, Scale()))
    weights = scale.apply(Examples.of(texts).fit())
    _write(paragraph_model.__file__, [[*name, weight] for name, weight in weights.items()])
    paragraphs.MODEL = ParagraphModel(weights)
    _write(boundaries.__file__, [*shares(pairs).items()])


def _write(module: str, rows: Sequence[Sequence[object]]) -> None:
    written = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sorted(rows, key=str))
    Path(module).with_suffix(".json").write_text(f"[\n{written}\n]\n", encoding="utf-8")


def main() -> None:
    """Print the curves, or fit the weights and write them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.structure_model", description=__doc__.splitlines()[0]
    )
    parser.add_argument("pairs", type=Path, nargs="?", default=DEFAULT_PAIRS)
    parser.add_argument("--fit", action="store_true", help="write the weights")
    arguments = parser.parse_args()
    pairs = read_pairs(arguments.pairs)
    development, other = ([pair for pair in pairs if half(pair.flattened) == n] for n in HALVES)
    if arguments.fit:
        write(development)
        return
    print(f"{HALVES[0]}, each fold by the others")
    texts = [Read.of(pair) for pair in development]
    scale = Scale.of(cross_validated(texts, Scale()))
    print("\n".join(cross_validated(texts, scale).report()))
    print(f"\n{HALVES[1]}")
    texts = [Read.of(pair) for pair in other]
    print("\n".join(Judged.by(MODEL, texts).report()))


if __name__ == "__main__":
    main()
