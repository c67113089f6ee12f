"""Frames in parts: rows move, and the number of parts does not affect the whole."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, NamedTuple, TypeVar

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.parts import Parts, by_key
from shortscience.pipeline.spilling import Spilling
from shortscience.pipeline.tasks import AtOnce

KEYS = st.tuples(st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(0, 9))
COLUMNS = ["id", "ordinal"]
TASKS = AtOnce()
Frame = TypeVar("Frame")


def frame(keys: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(keys, schema={"id": pl.String, "ordinal": pl.Int64}, orient="row")


def doubled(rows: pl.DataFrame, *, times: int) -> pl.DataFrame:
    return rows.with_columns(pl.col("ordinal") * times)


@given(st.lists(st.lists(KEYS), min_size=1, max_size=4), st.integers(1, 40))
def test_ranges_of_a_key_follow_each_other(frames: list[list[tuple[str, int]]], n: int) -> None:
    parts = Parts.of(map(frame, frames), TASKS)
    routed = parts.route(doubled, to=by_key("id", n), n_parts=n, times=2)
    assert len(routed) == n
    ordered = pl.concat([part.sort(COLUMNS) for part in routed.fetch()])
    assert ordered.equals(doubled(parts.collect(), times=2).sort(COLUMNS))


@given(st.lists(st.lists(KEYS), min_size=1, max_size=4), st.integers(1, 9))
def test_route_is_map_and_then_a_move(frames: list[list[tuple[str, int]]], n: int) -> None:
    parts = Parts.of(map(frame, frames), TASKS)
    routed = parts.route(doubled, to=pl.col("ordinal") % n, n_parts=n, times=2)
    moved = parts.map(doubled, times=2).repartition(
        lambda _, n_parts: pl.col("ordinal") % n_parts, n_parts=n
    )
    for one, other in zip(routed.fetch(), moved.fetch(), strict=True):
        assert one.equals(other)


def test_rows_keep_the_order_of_their_former_parts() -> None:
    parts = Parts.of([frame([("b", 2), ("a", 1)]), frame([("a", 3), ("b", 4)])], TASKS)
    odd = parts.route(doubled, to=pl.col("ordinal") % 2, n_parts=2, times=1).fetch()[1]
    assert odd["ordinal"].to_list() == [1, 3]


def test_moved_rows_keep_columns_of_any_name() -> None:
    named = pl.DataFrame({"part": [1, 0], "_part": [2, 3]})
    parts = Parts.of([named], TASKS).by("part", n_parts=2)
    assert parts.collect().sort("part").to_dict(as_series=False) == {
        "part": [0, 1],
        "_part": [3, 2],
    }


def added(constant: int, rows: list[pl.DataFrame], others: list[int], *, more: int) -> int:
    return constant + more + sum(part["ordinal"].sum() for part in rows) + sum(others)


def test_gather_calls_once_for_each_run_of_parts() -> None:
    parts = Parts.of([frame([("a", number)]) for number in (1, 2, 4, 8)], TASKS)
    others = Parts.of([10, 20, 40, 80], TASKS)
    each = Parts.of([100, 200, 300], TASKS)
    runs = [slice(0, 2), slice(1, 4), slice(4, 4)]
    assert parts.gather(runs, added, others, each=each, more=1000).fetch() == [1133, 1354, 1300]


def test_parts_beside_each_other() -> None:
    both = Parts.of("ab", TASKS).beside(Parts.of("c", TASKS))
    assert (both.fetch(), both.first(2).fetch(), both.last(1).fetch()) == (
        ["a", "b", "c"],
        ["a", "b"],
        ["c"],
    )


@given(st.lists(KEYS), st.integers(0, 2_000))
def test_spilled_results_are_read_back(keys: list[tuple[str, int]], bytes_in_memory: int) -> None:
    with TemporaryDirectory() as scratch:
        parts = Parts.of([frame(keys), frame(keys)], Spilling(Path(scratch), bytes_in_memory))
        assert parts.collect().equals(pl.concat([frame(keys)] * 2))
        del parts
        assert not any(Path(scratch).iterdir())


def test_memory_and_files_are_freed_with_their_parts(tmp_path: Path) -> None:
    rows = frame([(f"{number:024x}", number) for number in range(100)])
    tasks = Spilling(tmp_path, bytes_in_memory=int(1.5 * rows.estimated_size()))
    held = tasks.run(frame, rows.rows())
    spilled = tasks.run(frame, rows.rows())
    assert len(list(tmp_path.iterdir())) == 1
    del held, spilled
    again = tasks.run(frame, rows.rows())
    assert not any(tmp_path.iterdir())
    assert tasks.get([again])[0].equals(rows)


def test_a_full_disk_is_an_error_of_the_system(tmp_path: Path) -> None:
    tasks = Spilling(tmp_path / "gone", bytes_in_memory=0)
    with pytest.raises(OSError, match="gone"):
        tasks.run(frame, [("a", 1)])


class Halves(NamedTuple, Generic[Frame]):
    """The even and the odd rows of a frame."""

    even: Frame
    odd: Frame


def rows(*parts: list[int]) -> Parts:
    frames = (pl.DataFrame({"row": part}, schema={"row": pl.Int64}) for part in parts)
    return Parts.of(frames, TASKS)


def lists(parts: Parts) -> list[list[int]]:
    return [part["row"].to_list() for part in parts.fetch()]


def all_of(parts: list[list[int]]) -> list[int]:
    return [row for part in parts for row in part]


def divide(frame: pl.DataFrame, *, by: int) -> Halves[pl.DataFrame]:
    divisible = pl.col("row") % by == 0
    return Halves(frame.filter(divisible), frame.filter(~divisible))


def add(frame: pl.DataFrame, other: pl.DataFrame, *, third: pl.DataFrame, plus: int) -> list[int]:
    return [plus + sum(sum(part["row"]) for part in (frame, other, third))]


def test_a_function_gets_the_same_part_of_all_arguments() -> None:
    added = rows([1], [2]).map(add, rows([10], [20]), third=rows([100], [200]), plus=1_000)
    assert added.fetch() == [[1_111], [1_222]]


def test_the_fields_of_a_named_tuple_are_parts() -> None:
    halves = rows([1, 2], [4, 6], []).map_fields(Halves[Parts], divide, by=2)
    assert lists(halves.even) == [[2], [4, 6], []]
    assert lists(halves.odd) == [[1], [], []]


@given(st.lists(st.lists(st.integers(0, 9)), min_size=1, max_size=5), st.integers(1, 5))
def test_moving_rows_loses_none(parts: list[list[int]], n_parts: int) -> None:
    moved = lists(rows(*parts).by("row", n_parts=n_parts))
    assert len(moved) == n_parts
    assert sorted(all_of(moved)) == sorted(all_of(parts))
    assert sum(len({*part}) for part in moved) == len({*all_of(parts)})


@given(st.lists(st.lists(st.integers(0, 9)), min_size=1, max_size=5))
def test_together_and_cut_are_inverse(parts: list[list[int]]) -> None:
    together = rows(*parts).together()
    assert lists(together) == [all_of(parts)]
    assert lists(together.cut([len(part) for part in parts])) == parts


def test_rows_are_numbered_over_all_parts() -> None:
    numbered = rows([7, 8], [], [9]).numbered("number")
    assert numbered.collect().rows() == [(0, 7), (1, 8), (2, 9)]
    assert numbered.starts().fetch() == [0, 2, 2]
    assert numbered.numbers().fetch() == [0, 1, 2]
