"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 4.676,
    "share": 3.556,
    "lead": 0.02288,
    "opening": 1.664,
    "rarest": 0.1484,
    "phrases": 0.833,
    "length": -0.03905,
    "author": 0.5491,
    "strangers": -1.586,
    "abstract": -3.458,
    "prior": 0.5452,
    "covered": 4.595,
    "telling": 2.907,
    "passages": 3.517,
    "chief": 4.803,
    "named": 1.651,
    "words": -0.6754,
}
NONE_OF_THEM = 6.126
OFFSET = -1.246
OF_ODDS = 0.4715
OF_DISTANCE = 0.6633
