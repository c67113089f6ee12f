"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 5.568,
    "share": 2.977,
    "lead": 0.0478,
    "opening": 2.193,
    "rarest": 0.1754,
    "phrases": 0.6788,
    "length": -0.05929,
    "author": 0.5602,
    "strangers": -1.326,
    "abstract": -3.248,
    "prior": 0.5556,
    "covered": 1.532,
    "telling": 4.093,
    "passages": 4.22,
}
NONE_OF_THEM = 9.424
OFFSET = -0.9098
OF_ODDS = 0.5291
OF_DISTANCE = 0.5498
