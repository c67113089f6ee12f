"""The yield of each form of dump, compared with the previous release.

A changed site or a broken parser shows as a form that gave records before and gives none now; such
a build must not be released unnoticed. Dumps that are no longer among the inputs do not count.
"""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from shortscience.pipeline.errors import LostFormError
from shortscience.pipeline.release.earlier import is_known
from shortscience.pipeline.release.parquet import scan_table


def check_yields(staged: Path, former: Path, allowed: Collection[str]) -> None:
    """Compare a staged release with the former one, if there is one.

    Raises LostFormError for the first form, by name, that is not allowed to be empty, gave records
    in the former release, and gives none now, although sources of this form or of no recognised
    form are present.
    """
    if not former.exists():
        return
    try:
        before = _yields(former)
    except (OSError, pl.exceptions.PolarsError):
        return  # an unreadable release cannot be compared, and is about to be replaced
    after = _yields(staged)
    read = set(after.filter(pl.col("read") > 0)["form"])
    gave = before.filter(pl.col("read") > 0, pl.col("form").is_not_null())
    records = dict(gave.group_by("form").agg(pl.col("read").sum()).sort("form").iter_rows())
    for form, count in records.items():
        if form in read or form in allowed:
            continue
        silent = after.filter(pl.col("form").is_null() | (pl.col("form") == form))
        if len(silent):
            raise LostFormError(form, count, sorted(silent["name"]))


def _yields(release: Path) -> pl.DataFrame:
    """Return `name`, `form` and `read`, the number of records not rejected, per source."""
    records = scan_table(release, "records")
    read = (
        records.filter((pl.col("status") != "rejected") | is_known(records))
        .group_by("source_id")
        .agg(read=pl.len())
    )
    return (
        scan_table(release, "sources")
        .join(read, on="source_id", how="left")
        .select("name", "form", pl.col("read").fill_null(0))
        .collect()
    )
