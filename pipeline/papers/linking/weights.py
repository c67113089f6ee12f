"""The weights of features: what `python -m benchmarks.linking --fit` prints."""

COEFFICIENTS: dict[str, float] = {
    "score": 6.769,
    "share": 2.773,
    "lead": 0.01447,
    "opening": 2.012,
    "rarest": 0.1561,
    "phrases": 0.4369,
    "length": -0.06227,
    "author": 0.3088,
    "strangers": -1.779,
    "abstract": -3.981,
    "prior": 0.5269,
    "covered": 0.8026,
    "telling": 4.0,
    "passages": 5.83,
}
NONE_OF_THEM = 9.2
OFFSET = -1.031
OF_ODDS = 0.4796
OF_DISTANCE = 0.5716
