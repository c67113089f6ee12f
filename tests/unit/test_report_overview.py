"""The charts of the overview: what bars show, and their lengths."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release.census import _binned, _each_year, _most, outcomes
from shortscience.pipeline.release.charts import Bar, Chart, single, stacked
from tests.releases import write_small_tables


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
    assert single(frame, "Language", "code", "summaries").bars == (
        Bar("de", (1,)),
        Bar("en", (54,)),
    )


def test_records_of_no_known_form_are_counted(tmp_path: Path):
    source = {"source_id": "a", "form": None}
    record = {"source_id": "a", "status": "rejected"}
    write_small_tables(tmp_path / "release", {"sources": [source], "records": [record]})
    assert outcomes(tmp_path / "release").bars == (Bar("unknown", (0, 0, 1)),)


def test_a_bar_links_to_its_summaries():
    frame = pl.DataFrame({"venue": ["A & B"], "len": [3]})
    (bar,) = single(frame, "Venues", "venue", "summaries", query="venue").bars
    assert bar.link == "?venue=A+%26+B"


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (
            Chart("t", "of", ("summaries",), (Bar("original", (56,)),)),
            "All 56 summaries: original.",
        ),
        (Chart("t", "of", ("kept", "copies"), (Bar("html", (2, 1)),)), "html: 2 kept, 1 copies."),
        (chart((1,), (2,)), ""),
        (Chart("t", "of", ("n",), ()), ""),
    ],
)
def test_one_bar_is_a_sentence(drawn, sentence):
    assert drawn.sentence == sentence


def test_years_have_no_gaps_and_early_ones_share_a_bar():
    bars = _each_year({1990: 1, 2015: 2, 1637: 3, 2018: 4})
    assert [bar.label for bar in bars] == ["until 1988", *map(str, range(1989, 2019))]
    assert sum(bar.values[0] for bar in bars) == 10
    assert bars[0].link == "?year=1..1988"
    assert _each_year({}) == []


def test_a_missing_series_is_zero():
    rows = [("html", "kept", 2), ("rss", "duplicate", 3), ("html", "rejected", 1)]
    frame = pl.DataFrame(rows, schema=["form", "status", "len"], orient="row")
    found = stacked(frame, "Fates", "form", ("kept", "duplicate", "rejected"))
    assert found.bars == (Bar("html", (2, 0, 1)), Bar("rss", (0, 3, 0)))


@pytest.mark.parametrize(
    ("values", "bins"),
    [
        (
            [0, 1, 2, 4, 1_000, 9_999],
            [
                Bar("0", (1,), "?n=0..0"),
                Bar("1", (1,), "?n=1..1"),
                Bar("2 to 999", (2,), "?n=2..999"),
                Bar("1,000 and more", (2,), "?n=1000.."),
            ],
        ),
        ([1], [Bar("0", (0,), "?n=0..0"), Bar("1", (1,), "?n=1..1")]),
        ([], []),
    ],
)
def test_values_are_counted_between_edges_and_link_to_their_summaries(values, bins):
    frame = pl.LazyFrame({"n": pl.Series(values, dtype=pl.Int32)})
    assert [*_binned(frame, "n", (1, 2, 1_000))] == bins


def test_small_counts_are_summed_up():
    counts = pl.DataFrame({"code": [f"c{n:02}" for n in range(20)], "len": range(20, 0, -1)})
    kept = _most(counts.cast({"len": pl.UInt32}))
    assert kept.height == 16
    assert kept.row(-1) == ("5 others", 1 + 2 + 3 + 4 + 5)
    assert _most(counts.head(3)).height == 3
