"""How likely each candidate is the paper: a conditional logit model (McFadden, 1974).

A candidate's score is a weighted sum of its features, and *none of them* has a score of its own.
The softmax of these scores is how likely each is, so what speaks for the runner-up speaks against
the first. A logistic regression over the log odds of this, and the distance to the best of the
others, calibrates the probabilities (Platt, 1999).
"""

import numpy as np

from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.vocabulary import Floats
from shortscience.pipeline.papers.linking.weights import (
    COEFFICIENTS,
    NONE_OF_THEM,
    OF_DISTANCE,
    OF_ODDS,
    OFFSET,
)

FAR = 5.0
"""A distance of scores that leaves no doubt which candidate is the better one."""
_DIGITS = 6
"""Digits that are kept; further ones depend on the processor."""


def judge(values: Floats) -> Floats:
    """Return how likely each candidate of a summary is its paper.

    `values` has one row per candidate, with FEATURES.
    """
    if not len(values):
        return np.empty(0)
    weights = np.array([COEFFICIENTS[name] for name in FEATURES])
    odds, distance = compare(values @ weights, NONE_OF_THEM)
    probability = 1 / (1 + np.exp(-(OF_ODDS * odds + OF_DISTANCE * distance + OFFSET)))
    return np.round(probability, _DIGITS)


def compare(scores: Floats, none: float) -> tuple[Floats, Floats]:
    """Return the log odds of each candidate, and how far it is from the best of the others."""
    best = int(scores.argmax())
    highest = max(scores[best], none)
    shares = np.exp(scores - highest)
    others = np.exp(none - highest) + shares.sum() - shares
    # The difference would have no digits left where the best has nearly all of the sum.
    others[best] = np.exp(none - highest) + np.delete(shares, best).sum()
    rivals = np.full(len(scores), scores[best])
    rivals[best] = np.delete(scores, best).max(initial=-np.inf)
    return scores - highest - np.log(others), np.clip(scores - rivals, -FAR, FAR)
