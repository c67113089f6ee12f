"""How likely a paper is to be summarised, before a summary is read: by year, venue and kind.

The numbers are those that `python -m benchmarks.linking --prior` prints.
"""

import polars as pl

YEARS = (2007, 2013, 2015, 2017, 2018, 2019, 2020)
OF_YEARS = (-1.59, -1.5, 0.93, 1.07, 1.07, 0.43, -0.8, -3.51)
"""Log odds of being summarised before the first of YEARS, from each to the next, and since the
last: the site was alive in the 2010s, and people summarise what is new."""

KINDS = {
    "learning": pl.col("venue").str.contains(
        r"(?i)neural information processing|machine learning|learning representations|\bICLR\b"
    ),
    "several": pl.col("n_records") > 1,
    "reply": pl.col("title").str.contains(
        r"(?i)^\W*(?:a )?(?:comments?|correction|corrigendum|discussion|errat(?:um|a)|notes?"
        r"|rejoinder|remarks?|reply|replies|response)\b|\b(?:comment on|(?:reply|response) to)\b"
    ),
}
"""Kinds of papers, by title, `venue` and `n_records`: those at conferences on machine learning,
those of several records, and those that answer or correct a paper whose title they carry."""
OF_KINDS = {"learning": 1.22, "several": 1.37, "reply": -2.0}
"""Log odds of each kind."""


def year_bin() -> pl.Expr:
    """Return the place in OF_YEARS of the column `year`: 0 for none."""
    year = pl.col("year").fill_null(0)
    return pl.sum_horizontal((year >= first).cast(pl.Int32) for first in YEARS)


def prior() -> pl.Expr:
    """Return the log odds of being summarised, by `title`, `year`, `venue` and `n_records`."""
    by_year = year_bin().replace_strict(dict(enumerate(OF_YEARS)), return_dtype=pl.Float64)
    by_kind = (KINDS[name].cast(pl.Float64) * odds for name, odds in OF_KINDS.items())
    return by_year + pl.sum_horizontal(by_kind)
