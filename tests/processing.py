"""All layers of the map stage over some inputs, as a shard would hold them."""

from collections.abc import Sequence

from shortscience.pipeline.layers import DERIVED, Frames, read_texts
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import Input


def process(inputs: Sequence[Input], settings: Settings) -> Frames:
    """Compute the frames of all layers."""
    frames = read_texts(inputs, settings)
    for layer in DERIVED.values():
        frames |= layer.compute(frames, settings)
    return frames
