"""How likely each candidate is the paper: a conditional logit model (McFadden, 1974).

A candidate's score is a weighted sum of its features, and *none of them* has a score of its own.
The softmax of these scores is how likely each is, so what speaks for the runner-up speaks against
the first. The probability of the first is then calibrated (Platt, 1999).

The numbers were fitted by `python -m benchmarks.linking --fit` on the development half of exported
summaries with confirmed papers, each taken twice: with its paper among the candidates, and without.
That of `abstract` was fitted after them by `python -m benchmarks.linking_abstracts --fit`.
"""

import numpy as np
import polars as pl

from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.weights import Weights

COEFFICIENTS: dict[str, float] = {
    "words": 0.1799,
    "lead": 0.08323,
    "opening": 2.375,
    "rarest": 0.2499,
    "phrases": 1.364,
    "share": 3.89,
    "acronym": 0.1684,
    "author": 0.7811,
    "stranger": -2.693,
    "abstract": 0.111,
    "length": -0.1591,
    "named": 0.9899,
    "prior": 0.7404,
}
NONE_OF_THEM = 13.84
SLOPE, OFFSET = 0.681, -0.265
"""Of the calibration, on the log odds of the softmax."""

_DIGITS = 12

YEARS = (2007, 2013, 2015, 2017, 2018, 2019, 2020)
OF_YEARS = (-1.59, -1.5, 0.93, 1.07, 1.07, 0.43, -0.8, -3.51)
"""Log odds of being summarised before the first of YEARS, from each to the next, and since the
last: the site was alive in the 2010s, and people summarise what is new."""
OF_VENUES = {"learning": 1.22, "several": 1.37}
"""Log odds for papers at conferences on machine learning, and those that several records have."""


def prior(titles: pl.DataFrame) -> Weights:
    """Return the log odds of each title for being summarised."""
    years = titles["year"].fill_null(0).to_numpy()
    odds = np.array(OF_YEARS)[np.digitize(years, YEARS)]
    for name, of_venue in OF_VENUES.items():
        odds = odds + of_venue * titles[name].to_numpy()
    found: Weights = odds.astype(np.float32)
    return found


def judge(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `score` and `probability` to pairs of `row` and `title` with FEATURES, sorted by row.

    The probabilities of a row and of none of its candidates sum up to one before calibration, which
    applies to each of them.
    """
    weighted = (pl.col(name).cast(pl.Float64) * COEFFICIENTS[name] for name in FEATURES)
    scored = pairs.with_columns(score=pl.sum_horizontal(weighted) - NONE_OF_THEM)
    highest = pl.max_horizontal(pl.col("score").max().over("row"), 0.0)
    scored = scored.with_columns(odds=(pl.col("score") - highest).exp(), none=(-highest).exp())
    # NumPy adds the candidates of a row in the same order wherever they stand, Polars does not.
    row = pairs["row"].to_numpy().astype(np.int64)
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    sums = np.add.reduceat(scored["odds"].to_numpy(), starts)
    others = pl.Series(np.repeat(sums, np.diff(starts, append=len(row)))) + pl.col("none")
    log_odds = (pl.col("odds") / (others - pl.col("odds"))).log()
    calibrated = 1 / (1 + (-(SLOPE * log_odds + OFFSET)).exp())
    # The last digits of an exponential depend on where in a column it is computed.
    return scored.with_columns(probability=calibrated.round(_DIGITS)).drop("odds", "none")
