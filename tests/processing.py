"""Running the stages in this process: layers as in a shard, and stages in parts."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from shortscience.pipeline.cleaning.encoding import Repaired, repair_all
from shortscience.pipeline.engines import Runner
from shortscience.pipeline.layers import DERIVED, Frames, read_texts
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import build_shards
from shortscience.pipeline.sources.inputs import Input
from shortscience.pipeline.tasks import AtOnce, Tasks


def process(inputs: Sequence[Input], settings: Settings) -> Frames:
    """Compute the frames of all layers."""
    frames = read_texts(inputs, settings)
    for layer in DERIVED.values():
        frames |= layer.compute(frames, settings)
    return frames


def repair(text: str) -> Repaired:
    """Repair the prose of one text."""
    return repair_all([text])[0]


class InParts:
    """An engine that runs every stage in a fixed number of parts."""

    def __init__(self, n_parts: int, tasks: Tasks | None = None) -> None:
        self._n_parts = n_parts
        self.tasks: Tasks = tasks or AtOnce()

    def n_parts(self, _n_records: int) -> int:
        """Return the number of parts."""
        return self._n_parts

    def runner(self, _n_batches: int) -> AbstractContextManager[Runner]:
        """Build shards in this process."""
        return nullcontext(build_shards)
