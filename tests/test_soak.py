"""Repeated builds leave nothing behind that grows; `make soak` is the long form."""

import itertools
from pathlib import Path

import pytest

from tests.soak import ALLOWED, FEWEST_BUILDS, Level, complaints, soaking

BUILDS = 40
RECORDS = 100  # added by each build


def levels(measure: str, values: list[float]) -> list[Level]:
    """Return builds in which only one measure is not flat."""
    flat = dict.fromkeys(ALLOWED, 1000.0)
    return [
        Level(RECORDS * number, 1.0, flat | {measure: value})
        for number, value in enumerate(values, 1)
    ]


def noisy(slope: float) -> list[float]:
    """Return values with noise, and an outlier in every fourth."""
    return [
        1000 + slope * RECORDS * build + 7 * (build * 37 % 11) / 11 + (300 if build % 4 == 0 else 0)
        for build in range(BUILDS)
    ]


@pytest.mark.parametrize("measure", ALLOWED)
@pytest.mark.parametrize(
    ("slope", "grows"),
    [
        pytest.param(0.0, False, id="flat"),
        pytest.param(0.5, False, id="half of what is allowed"),
        pytest.param(-1.0, False, id="falling"),
        pytest.param(2.0, True, id="twice what is allowed"),
    ],
)
def test_growth_beyond_the_allowance_is_reported(measure: str, slope: float, grows: bool) -> None:
    scale = 1000 / ALLOWED[measure] / RECORDS
    values = [1000 + (value - 1000) / scale for value in noisy(slope * 1000 / RECORDS)]
    found = complaints(levels(measure, values))
    assert [sentence.partition(":")[0] for sentence in found] == [measure] * grows


def test_filling_caches_at_the_start_is_not_growth() -> None:
    values = [*range(100, 1000, 100), *([1000.0] * (BUILDS - 9))]
    assert not complaints(levels("open files of the server", values))


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(("every", "grows"), [(3, True), (BUILDS, False)])
def test_a_file_that_every_third_build_leaves_is_found(every: int, grows: bool) -> None:
    values = [float(number // every) for number in range(BUILDS)]
    assert bool(complaints(levels("temporary files", values))) == grows


def test_too_few_builds_give_no_verdict() -> None:
    values = [float(number) for number in range(FEWEST_BUILDS - 1)]
    assert not complaints(levels("temporary files", values))


@pytest.mark.long
@pytest.mark.server
def test_builds_with_and_without_a_server_leave_no_temporary_files(tmp_path: Path) -> None:
    with soaking(tmp_path, dumps=2, records=20, seed=0) as soak:
        alone, served = itertools.islice(soak.builds(), 2)
    for level in (alone, served):
        assert level.measured.keys() == ALLOWED.keys()
        assert level.measured["temporary files"] == 0
    assert (alone.records, served.records) == (60, 80)
