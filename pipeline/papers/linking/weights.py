"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 4.741,
    "share": 3.598,
    "lead": 0.02421,
    "opening": 1.696,
    "rarest": 0.147,
    "phrases": 0.8,
    "length": -0.04064,
    "author": 0.5283,
    "strangers": -1.609,
    "abstract": -3.502,
    "prior": 0.5479,
    "covered": 4.554,
    "telling": 2.904,
    "passages": 3.533,
    "chief": 4.657,
    "named": 1.295,
    "words": -0.6713,
}
NONE_OF_THEM = 6.15
OFFSET = -1.106
OF_ODDS = 0.4547
OF_DISTANCE = 0.6037
