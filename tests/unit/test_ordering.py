"""Sorting tables in parts: the parts are never seen in the result."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release.ordering import in_order
from shortscience.pipeline.schema import TABLES
from tests.conftest import SCRATCH

LINKS = TABLES["links"]
KEYS = st.tuples(st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(0, 9))


def links(keys: list[tuple[str, int]]) -> pl.DataFrame:
    """Return rows of the links table with some keys, and nothing else in them."""
    frame = pl.DataFrame(keys, schema=list(LINKS.key), orient="row")
    others = [column for column in LINKS.columns if column.name not in LINKS.key]
    return frame.select(
        *(pl.col(name).cast(LINKS.polars_schema[name]) for name in LINKS.key),
        *(pl.lit(None, column.type.polars).alias(column.name) for column in others),
    ).select(LINKS.polars_schema.names())


@given(st.lists(st.lists(KEYS), max_size=4), st.integers(2, 40))
def test_parts_do_not_show(frames: list[list[tuple[str, int]]], n_parts: int) -> None:
    whole = pl.concat([links([]), *map(links, frames)]).sort(LINKS.key)
    parts = in_order(map(links, frames), LINKS, n_parts, SCRATCH)
    assert pl.concat([links([]), *parts])[LINKS.key].equals(whole[LINKS.key])


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    rows = links([(f"{number:024x}", 0) for number in range(100)])
    parts = in_order([rows], LINKS, 8, tmp_path)
    next(parts)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_an_error_of_the_system(tmp_path: Path) -> None:
    rows = links([("0" * 24, 0)])
    with pytest.raises(OSError, match="gone"):
        list(in_order([rows], LINKS, 2, tmp_path / "gone"))
