"""Runs of equal numbers, by which columns are cut into pieces."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def runs(numbers: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Return the slice of each run of equal numbers, none of which is negative."""
    bounds = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1)).tolist()
    return map(slice, bounds, bounds[1:])
