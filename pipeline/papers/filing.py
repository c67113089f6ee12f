"""Where papers are filed: what reconciliation found, under the name of each paper."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from shortscience.pipeline.papers.conflicts import conflicts_of
from shortscience.pipeline.papers.naming import strongest
from shortscience.pipeline.papers.reconciliation import Components, Reconciled, reconcile
from shortscience.pipeline.tasks import by_hash, deal

UNNAMED = "summary:"


class Filed(NamedTuple):
    """One part of the papers that anybody speaks of.

    `names` has the `paper_id` of each `name`; `witnesses` that of each `witness`, null where the
    paper has no name, and a `place` that orders those of one paper as they are believed;
    `conflicts` lists sentences by `paper_id`.
    """

    names: pl.DataFrame
    witnesses: pl.DataFrame
    conflicts: pl.DataFrame


def file_papers(part: Components, told: pl.DataFrame) -> Filed:
    """File the papers of some components; `told` is what `reconcile` is told."""
    reconciled = reconcile(part, told)
    filed = strongest(reconciled.names, "paper")
    names = reconciled.names.join(filed, on="paper").select("name", "paper_id")
    witnesses = _witnesses(part, reconciled, filed)
    conflicts = conflicts_of(reconciled, names, witnesses)
    return Filed(names, witnesses.select("witness", "place", "paper_id"), conflicts)


def _witnesses(part: Components, reconciled: Reconciled, filed: pl.DataFrame) -> pl.DataFrame:
    """Add to each witness the `paper_id` of what it speaks of; null where that has no name.

    A paper that has none but is summarised is filed under the first of its summaries.
    """
    placed = (
        part.witnesses.select("witness", "place", "source", "first")
        .join(reconciled.witnesses, on="place", maintain_order="left")
        .join(filed, on="paper", how="left", maintain_order="left")
    )
    first = (
        placed.filter(pl.col("paper_id").is_null())
        .drop_nulls("first")
        .group_by("paper")
        .agg(pl.col("first").min().alias("summary"))
    )
    unnamed = pl.format(f"{UNNAMED}{{}}", "summary")
    return placed.join(first, on="paper", how="left", maintain_order="left").with_columns(
        paper_id=pl.coalesce("paper_id", unnamed)
    )


def split_filed(n_parts: int, filed: Filed, starts: Sequence[int]) -> list[pl.DataFrame]:
    """Tell the parts of the witnesses, who count from `starts`, what each speaks of."""
    part = np.searchsorted(starts, filed.witnesses["witness"].to_numpy(), "right") - 1
    return deal(filed.witnesses, pl.Series(part), n_parts)


def split_asked_names(n_parts: int, *frames: pl.DataFrame) -> list[pl.DataFrame]:
    """Ask the parts of the names for those that stand in some frames."""
    names = pl.concat([frame.select("name") for frame in frames]).drop_nulls().unique()
    return deal(names, by_hash("name", n_parts), n_parts)


def distinct_names(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return the names that some frames of one part have, each once."""
    return pl.concat([part.select("name") for part in parts]).unique().sort("name")


def split_names(n_parts: int, filed: Filed) -> list[pl.DataFrame]:
    """Give the `paper_id` of each name to the parts of the names."""
    return deal(filed.names, by_hash("name", n_parts), n_parts)


def split_resolved(_n_parts: int, names: pl.DataFrame, *asked: pl.DataFrame) -> list[pl.DataFrame]:
    """Answer each part that has asked for names: those that are known, with their `paper_id`."""
    return [part.join(names, on="name") for part in asked]


def split_identifiers(n_parts: int, filed: Filed) -> list[pl.DataFrame]:
    """Give names to parts by their papers."""
    return deal(filed.names, by_hash("paper_id", n_parts), n_parts)


def split_conflicts(n_parts: int, filed: Filed) -> list[pl.DataFrame]:
    """Give conflicts to parts by their papers."""
    return deal(filed.conflicts, by_hash("paper_id", n_parts), n_parts)
