"""Cutting inputs into batches, which are processed one by one on any worker.

This module imports nothing slow, so that worker processes can be started first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shortscience.pipeline.settings import BATCH_BYTES
from shortscience.pipeline.sources.inputs import Input


@dataclass(frozen=True)
class Batch:
    """Inputs that are processed together, ordered by `source_id`."""

    inputs: tuple[Input, ...]

    def __str__(self) -> str:
        """Name the inputs, or the first of several."""
        more = len(self.inputs) - 1
        return f"{self.inputs[0].name} and {more} more" if more else self.inputs[0].name

    @property
    def n_bytes(self) -> int:
        """The total size of the inputs."""
        return sum(item.n_bytes for item in self.inputs)


def cut_batches(inputs: Iterable[Input], batch_bytes: int = BATCH_BYTES) -> list[Batch]:
    """Cut inputs, sorted by `source_id`, into batches.

    A batch ends when it is full, and behind an input whose hash ends in a number that is small for
    its size, which is about once in `batch_bytes` bytes. So a new input changes only its own batch,
    and seldom a few behind it.
    """
    batches: list[Batch] = []
    current: list[Input] = []
    n_bytes = 0
    for item in inputs:
        current.append(item)
        n_bytes += item.n_bytes
        is_border = int(item.source_id[-8:], 16) * batch_bytes < item.n_bytes << 32
        if n_bytes >= batch_bytes or is_border:
            batches.append(Batch(tuple(current)))
            current, n_bytes = [], 0
    if current:
        batches.append(Batch(tuple(current)))
    return batches
