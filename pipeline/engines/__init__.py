"""Engines: run the same stage functions on this machine or on a cluster."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from shortscience.pipeline.batches import Batch
    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.tasks import Tasks

Name = Literal["local", "ray"]
NAMES: tuple[str, ...] = get_args(Name)

Runner: TypeAlias = "Callable[[Batch, Settings, Path], None]"
"""Builds a batch's shards in a folder."""


class Engine(Protocol):
    """What a build asks of an engine; every engine gives the same results."""

    def start(self, n_batches: int) -> None:
        """Start what about `n_batches` will need, long before `runner` is called."""
        ...

    def runner(self, n_batches: int) -> "AbstractContextManager[Runner]":
        """Provide a function that builds a batch's shards; several threads may call it at once."""
        ...

    @property
    def batches_at_once(self) -> int:
        """How many batches run at once; a single one runs in the calling thread."""
        ...

    @property
    def tasks(self) -> "Tasks":
        """The runner for tasks of stages that work in parts."""
        ...

    def n_parts(self, n_records: int) -> int:
        """Return the number of parts to cut a stage over `n_records` into."""
        ...


@contextlib.contextmanager
def running(name: Name, workers: int, scratch: "Path") -> Iterator[Engine]:
    """Provide an engine, started or connected to; the local one spills to the folder `scratch`."""
    if name == "ray":
        # Ray takes a second to import and is an optional dependency.
        from shortscience.pipeline.engines.ray_cluster import connected

        with connected(workers) as engine:
            yield engine
    else:
        from shortscience.pipeline.engines.local import LocalEngine

        with contextlib.closing(LocalEngine(workers, scratch)) as local:
            yield local
