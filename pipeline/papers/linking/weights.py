"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 4.957,
    "share": 2.63,
    "lead": 0.02446,
    "opening": 2.026,
    "rarest": 0.1745,
    "phrases": 0.6643,
    "length": -0.06153,
    "author": 0.2924,
    "strangers": -1.732,
    "abstract": -3.18,
    "prior": 0.5365,
    "covered": 0.921,
    "telling": 4.055,
    "passages": 6.838,
}
NONE_OF_THEM = 8.512
OFFSET = -0.7328
OF_ODDS = 0.5617
OF_DISTANCE = 0.4959
