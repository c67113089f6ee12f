"""What runs the stages: the same functions, on this machine or on a cluster."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.shards import Batch
    from shortscience.pipeline.tasks import Tasks

Name = Literal["local", "ray"]
NAMES: tuple[str, ...] = get_args(Name)

Runner: TypeAlias = "Callable[[Batch, Settings, Path], bool]"
"""Builds a batch's shards in a folder; False if all were there already."""


class Engine(Protocol):
    """What a build asks of an engine. Its answers do not depend on which it is."""

    def runner(self, n_batches: int) -> "AbstractContextManager[Runner]":
        """Provide a function that several threads may call at once, for so many batches."""
        ...

    @property
    def batches_at_once(self) -> int:
        """How many batches are worked on at once; with one, in the thread that calls."""
        ...

    @property
    def tasks(self) -> "Tasks":
        """What runs the tasks of stages that are done in parts."""
        ...

    def n_parts(self, n_records: int) -> int:
        """Return in how many parts such a stage does so many records."""
        ...


@contextlib.contextmanager
def start(name: Name, workers: int, scratch: "Path") -> Iterator[Engine]:
    """Start an engine, or connect to it; this machine's has the folder `scratch` for itself."""
    if name == "ray":
        # It takes a second to import, and is installed by those who use it.
        from shortscience.pipeline.engines.ray_cluster import connected

        with connected(workers) as engine:
            yield engine
    else:
        from shortscience.pipeline.engines.local import LocalEngine

        yield LocalEngine(workers, scratch)
