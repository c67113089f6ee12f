"""The charts of the overview: what a bar stands for, and how long it is."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release.census import _binned, _most
from shortscience.pipeline.release.charts import Bar, Chart, counted, stacked


def chart(*values: tuple[int, ...]) -> Chart:
    bars = tuple(Bar(str(number), counts) for number, counts in enumerate(values))
    return Chart("title", "of", tuple("abc"[: len(values[0])]), bars)


@given(st.lists(st.tuples(*[st.integers(0, 10**9)] * 3), min_size=1, max_size=5))
def test_rectangles_lie_side_by_side_and_show_whatever_there_is(values):
    drawn = chart(*values)
    for bar in drawn.bars:
        position = 0
        for value, (start, width) in zip(bar.values, drawn.rectangles(bar), strict=True):
            assert start == position
            assert (width > 0) == (value > 0)
            position += width
        assert position <= 1000 + 2 * len(bar.values)


def test_the_longest_bar_is_full_and_others_are_to_its_scale():
    drawn = chart((50, 50), (25, 0))
    assert [list(drawn.rectangles(bar)) for bar in drawn.bars] == [
        [(0, 500), (500, 500)],
        [(0, 250), (250, 0)],
    ]


def test_a_frame_of_counts_as_bars():
    frame = pl.DataFrame({"language": ["de", "en"], "len": [1, 54]})
    assert counted(frame, "Language", "code", "summaries").bars == (
        Bar("de", (1,)),
        Bar("en", (54,)),
    )


def test_a_series_that_a_label_lacks_is_nought():
    rows = [("html", "kept", 2), ("rss", "duplicate", 3), ("html", "rejected", 1)]
    frame = pl.DataFrame(rows, schema=["form", "status", "len"], orient="row")
    found = stacked(frame, "Fates", "form", ("kept", "duplicate", "rejected"))
    assert found.bars == (Bar("html", (2, 0, 1)), Bar("rss", (0, 3, 0)))


@pytest.mark.parametrize(
    ("values", "least", "bins"),
    [
        ([0, 1, 2, 4, 5, 9, 10, 99], 0, [("0", 1), ("1", 1), ("2 to 4", 2), ("5 and more", 4)]),
        ([0], 0, [("0", 1)]),
        ([], 0, []),
    ],
)
def test_values_are_counted_between_edges(values, least, bins):
    frame = pl.LazyFrame({"n": pl.Series(values, dtype=pl.Int32)})
    assert _binned(frame, "n", (1, 2, 5), least).rows() == bins


def test_what_is_rare_is_summed_up():
    counts = pl.DataFrame({"code": [f"c{n:02}" for n in range(20)], "len": range(20, 0, -1)})
    kept = _most(counts.cast({"len": pl.UInt32}))
    assert kept.height == 16
    assert kept.row(-1) == ("5 others", 1 + 2 + 3 + 4 + 5)
    assert _most(counts.head(3)).height == 3
