"""What the search for copies knows before any threshold is applied, and what follows from one."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.duplicates.clusters import (
    Numbers,
    attach_cut_copies,
    canonical_copies,
    components,
)

Similarities = npt.NDArray[np.float64]


class Chosen(NamedTuple):
    """The copies that are kept: for each content, the number of another one, or its own.

    `canonical` is the copy that its component keeps; `kept` is the text that this is the beginning
    of, and the same as `canonical` where it is not cut.
    """

    canonical: Numbers
    kept: Numbers


@dataclass(frozen=True)
class Evidence:
    """What was found out about copies, before any threshold is applied.

    `contents` has one row per distinct normal form, in the order of `content_id`; `pairs` the
    verified pairs of them, sorted: `left` < `right` (row numbers of `contents`), `similarity`;
    `extensions` leads from each `text` that is the beginning of another to its `extension`, the
    next longer one. A text stands before those that extend it.
    """

    contents: pl.DataFrame
    pairs: pl.DataFrame
    extensions: pl.DataFrame

    def choose(self, threshold: float) -> Chosen:
        """Choose the copies to keep: one of each connected component of similar pairs.

        Pairs count that are similar at least to the threshold. Cut copies join afterwards.
        """
        near = self.pairs.filter(pl.col("similarity") >= threshold)
        left, right = near["left"].to_numpy(), near["right"].to_numpy()
        canonical = canonical_copies(self.contents, components(len(self.contents), left, right))
        return Chosen(canonical, attach_cut_copies(canonical, dict(self.extensions.iter_rows())))

    def similarities(self, one: Numbers, other: Numbers) -> Similarities:
        """Return the similarity of pairs of contents, NaN for those that are not verified."""
        if not len(self.pairs):
            return np.full(len(one), np.nan)
        n_contents = len(self.contents)
        verified = self.pairs["left"].to_numpy() * n_contents + self.pairs["right"].to_numpy()
        looked_up = np.minimum(one, other) * n_contents + np.maximum(one, other)
        # Pairs are sorted.
        place = np.searchsorted(verified, looked_up).clip(max=len(verified) - 1)
        found = self.pairs["similarity"].to_numpy()[place]
        return np.where(verified[place] == looked_up, found, np.nan)
