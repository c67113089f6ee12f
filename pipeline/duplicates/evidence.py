"""The evidence for copies before any threshold applies, and what a threshold makes of it."""

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
    """The copies to keep, as an array over contents; each value is the number of a content.

    `canonical` is the copy that the content's component keeps; `kept` is the longer text that the
    canonical copy is a prefix of, or `canonical` if it is not truncated.
    """

    canonical: Numbers
    kept: Numbers


@dataclass(frozen=True)
class Evidence:
    """The evidence for copies before any threshold applies.

    `contents` has one row per distinct normal form, ordered by `content_id`. `pairs` has the
    verified pairs, sorted: `left` < `right` (row numbers of `contents`) and `similarity`.
    `extensions` maps each `text` that is a prefix of another to its `extension`, the next longer
    one; a text precedes its extensions.
    """

    contents: pl.DataFrame
    pairs: pl.DataFrame
    extensions: pl.DataFrame

    def choose(self, threshold: float) -> Chosen:
        """Choose one copy per connected component of the pairs with similarity ≥ threshold.

        Truncated copies join afterwards.
        """
        near = self.pairs.filter(pl.col("similarity") >= threshold)
        left, right = near["left"].to_numpy(), near["right"].to_numpy()
        canonical = canonical_copies(self.contents, components(len(self.contents), left, right))
        return Chosen(canonical, attach_cut_copies(canonical, dict(self.extensions.iter_rows())))

    def similarities(self, kept: Numbers) -> Similarities:
        """Return each content's similarity to the one kept for it; NaN for unverified pairs."""
        n_contents = len(self.contents)
        one, other = np.arange(n_contents), kept
        if not len(self.pairs):
            return np.where(one == other, 1.0, np.nan)
        verified = self.pairs["left"].to_numpy() * n_contents + self.pairs["right"].to_numpy()
        looked_up = np.minimum(one, other) * n_contents + np.maximum(one, other)
        # Pairs are sorted.
        place = np.searchsorted(verified, looked_up).clip(max=len(verified) - 1)
        found = self.pairs["similarity"].to_numpy()[place]
        return np.where(one == other, 1.0, np.where(verified[place] == looked_up, found, np.nan))
