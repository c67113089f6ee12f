"""Telling linear cost from quadratic, on any machine: by comparing two sizes of one input."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Work = TypeVar("Work")

LONGER = 8
"""How many times as long the long input has to be as the short one."""
MOST_GROWTH = 24
"""Linear work costs 8 times as much for the long input, quadratic work 64 times."""
LEAST_SECONDS = 0.002
"""A shorter time is too noisy to compare, and counts as this."""
_MEASUREMENTS = 3


def is_linear(work: Callable[[Work], object], short: Work, long: Work) -> bool:
    """Whether work grows about as its input does; `long` is LONGER times as long as `short`.

    Processor time is compared, which other processes do not use up; the garbage collector is off,
    whose cost depends on all that the process holds.
    """
    least = min(_seconds(work, short) for _ in range(_MEASUREMENTS))
    limit = MOST_GROWTH * max(LEAST_SECONDS, least)
    return any(_seconds(work, long) < limit for _ in range(_MEASUREMENTS))


def _seconds(work: Callable[[Work], object], item: Work) -> float:
    gc.disable()
    try:
        started = time.process_time()
        work(item)
        return time.process_time() - started
    finally:
        gc.enable()
