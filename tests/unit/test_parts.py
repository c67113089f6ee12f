"""Frames in parts: what functions see of them, and where rows go."""

from typing import Generic, NamedTuple, TypeVar

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.parts import Parts
from shortscience.pipeline.tasks import AtOnce

Frame = TypeVar("Frame")


class Halves(NamedTuple, Generic[Frame]):
    """The even and the odd rows of a frame."""

    even: Frame
    odd: Frame


def rows(*parts: list[int]) -> Parts:
    frames = (pl.DataFrame({"row": part}, schema={"row": pl.Int64}) for part in parts)
    return Parts.of(frames, AtOnce())


def lists(parts: Parts) -> list[list[int]]:
    return [part["row"].to_list() for part in parts.fetch()]


def all_of(parts: list[list[int]]) -> list[int]:
    return [row for part in parts for row in part]


def divide(frame: pl.DataFrame, *, by: int) -> Halves[pl.DataFrame]:
    divisible = pl.col("row") % by == 0
    return Halves(frame.filter(divisible), frame.filter(~divisible))


def add(frame: pl.DataFrame, other: pl.DataFrame, *, third: pl.DataFrame, plus: int) -> list[int]:
    return [plus + sum(sum(part["row"]) for part in (frame, other, third))]


def test_a_function_gets_the_same_part_of_all_that_is_in_parts() -> None:
    added = rows([1], [2]).map(add, rows([10], [20]), third=rows([100], [200]), plus=1_000)
    assert added.fetch() == [[1_111], [1_222]]


def test_the_fields_of_a_named_tuple_are_parts() -> None:
    halves = rows([1, 2], [4, 6], []).map_fields(Halves[Parts], divide, by=2)
    assert lists(halves.even) == [[2], [4, 6], []]
    assert lists(halves.odd) == [[1], [], []]


@given(st.lists(st.lists(st.integers(0, 9)), min_size=1, max_size=5), st.integers(1, 5))
def test_rows_move_and_none_is_lost(parts: list[list[int]], n_parts: int) -> None:
    moved = lists(rows(*parts).by("row", n_parts=n_parts))
    assert len(moved) == n_parts
    assert sorted(all_of(moved)) == sorted(all_of(parts))
    assert sum(len({*part}) for part in moved) == len({*all_of(parts)})


@given(st.lists(st.lists(st.integers(0, 9)), min_size=1, max_size=5))
def test_what_comes_together_is_cut_into_the_same_parts_again(parts: list[list[int]]) -> None:
    together = rows(*parts).together()
    assert lists(together) == [all_of(parts)]
    assert lists(together.cut([len(part) for part in parts])) == parts


def test_rows_are_numbered_over_all_parts() -> None:
    numbered = rows([7, 8], [], [9]).numbered("number")
    assert numbered.collect().rows() == [(0, 7), (1, 8), (2, 9)]
    assert numbered.starts().fetch() == [0, 2, 2]
    assert numbered.numbers().fetch() == [0, 1, 2]
