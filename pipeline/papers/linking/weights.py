"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 4.66,
    "share": 3.6,
    "lead": 0.02419,
    "opening": 1.706,
    "rarest": 0.1469,
    "phrases": 0.791,
    "length": -0.04011,
    "author": 0.5275,
    "strangers": -1.615,
    "abstract": -3.493,
    "prior": 0.5486,
    "covered": 4.572,
    "telling": 2.896,
    "passages": 3.541,
    "chief": 4.858,
    "named": 1.298,
    "words": -0.663,
}
NONE_OF_THEM = 6.196
OFFSET = -1.049
OF_ODDS = 0.4841
OF_DISTANCE = 0.5886
