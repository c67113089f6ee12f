"""What another threshold would change, computed from the pairs that a build verified."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.evidence import Evidence


@dataclass(frozen=True)
class Comparison:
    """Two thresholds side by side.

    `summaries` counts the kept summaries at each. `changes` lists the verified pairs of distinct
    texts that are copies at only one of them: `left` and `right` (record ids, or `earlier:` and the
    id of a summary of the earlier release) and `similarity`, most similar first.
    """

    summaries: tuple[int, int]
    changes: pl.DataFrame


def compare_thresholds(evidence: Evidence, old: float, new: float) -> Comparison:
    """Compare the threshold of a build with another one."""
    is_new = ~evidence.contents["earlier"].to_numpy()
    kept = {threshold: evidence.choose(threshold).kept for threshold in (old, new)}
    between = pl.col("similarity").is_between(min(old, new), max(old, new), closed="left")
    ids = evidence.contents["record_id"]
    pairs = evidence.pairs.filter(between)
    # Other pairs, or a truncation, may unite two texts at both thresholds.
    with_less = kept[max(old, new)]
    pairs = pairs.filter(with_less[pairs["left"]] != with_less[pairs["right"]])
    changes = pl.DataFrame(
        {
            "left": ids.gather(pairs["left"]),
            "right": ids.gather(pairs["right"]),
            "similarity": pairs["similarity"],
        }
    )
    old_summaries, new_summaries = (
        int(is_new[np.unique(kept[threshold])].sum()) for threshold in (old, new)
    )
    return Comparison(
        (old_summaries, new_summaries),
        changes.sort("similarity", "left", "right", descending=[True, False, False]),
    )
