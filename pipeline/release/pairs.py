"""Pairs of records side by side: the words in which their texts differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.counting import counted
from shortscience.pipeline.duplicates.differences import differing_words
from shortscience.pipeline.release.explain import texts_of
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.release.story import format_difference

_FIRST = 3
_WIDTH = 30


def differing_texts(release: Path, pairs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add `differences` to each pair: its first differing words, at least one line.

    Pairs name two records, `left` and `right`; those of an earlier release have no text here.
    """
    wanted = {pair[side] for pair in pairs for side in ("left", "right")}
    records = (
        scan_table(release, "records")
        .filter(pl.col("record_id").is_in(wanted))
        .join(scan_table(release, "sources"), on="source_id")
        .select("record_id", "raw", "form")
        .collect()
        .to_dicts()
    )
    ids = [record["record_id"] for record in records]
    texts = dict(zip(ids, texts_of(records), strict=True))
    return [
        pair | {"differences": _difference_lines(texts.get(pair["left"]), texts.get(pair["right"]))}
        for pair in pairs
    ]


def _difference_lines(left: str | None, right: str | None) -> list[str]:
    if left is None or right is None:
        return ["not compared: the earlier release has one of the texts"]
    places = differing_words(left, right)
    lines = [format_difference(place.kept, place.copy, _WIDTH) for place in places[:_FIRST]]
    more = len(places) - _FIRST
    if more > 0:
        return [*lines, f"and {counted(more, 'more place')}"]
    return lines or ["none: only white space"]
