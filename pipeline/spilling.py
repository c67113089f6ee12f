"""Tasks on one machine, with results in memory or spilled to disk."""

import pickle
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from shortscience.pipeline.tasks import Ref

BYTES_IN_MEMORY = 256 << 20
"""Intermediate results of some forty thousand records; smaller builds spill nothing."""


class Spilling:
    """An engine that runs each task immediately, in this process.

    Frames stay in memory while all of them together fit into `bytes_in_memory`; all other results
    are files in the folder.
    """

    def __init__(self, folder: Path, bytes_in_memory: int = BYTES_IN_MEMORY) -> None:
        self._folder, self._left = folder, bytes_in_memory
        self._lock = threading.RLock()

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Run a task."""
        return self._keep(function(*_loaded(arguments)))

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Run a task that returns `n_parts` parts."""
        return [self._keep(part) for part in function(n_parts, *_loaded(arguments))]

    def join(self, refs: Sequence[Ref]) -> Ref:
        """Return a reference to the concatenated frames, without loading them."""
        return refs[0] if len(refs) == 1 else _Joined(refs)

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Read results."""
        return list(_loaded(refs))

    def _keep(self, result: object) -> "_Held | _Spilled":
        if not isinstance(result, pl.DataFrame):
            return _Spilled(result, self._folder)
        size = int(result.estimated_size())
        if size > self._left:
            return _Spilled(result, self._folder)
        held = _Held(result)
        self._take(size)
        weakref.finalize(held, self._take, -size)
        return held

    def _take(self, size: int) -> None:
        with self._lock:
            self._left -= size


class _Held:
    """A frame in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def load(self) -> pl.DataFrame:
        return self._frame


class _Spilled:
    """A result in a file, which is deleted with its last reference.

    Frames are written in their in-memory format and read as a memory map.
    """

    def __init__(self, result: object, folder: Path) -> None:
        self._schema = result.schema if isinstance(result, pl.DataFrame) else None
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            self._path = Path(file.name)
            weakref.finalize(self, self._path.unlink, missing_ok=True)
            if isinstance(result, pl.DataFrame):
                result.write_ipc(self._path, compression="uncompressed")
            else:
                pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)

    def load(self) -> Any:
        if self._schema is not None:
            with pa.memory_map(str(self._path)) as file:
                rows = pl.DataFrame(pa.ipc.open_file(file).read_all())
            return rows if rows.schema == self._schema else rows.cast(self._schema)
        with self._path.open("rb") as file:
            return pickle.load(file)  # noqa: S301 - this process has written it


class _Joined:
    """The concatenated rows of several frames."""

    def __init__(self, refs: Sequence[Ref]) -> None:
        self._refs = refs

    def load(self) -> pl.DataFrame:
        frames: Iterable[pl.DataFrame] = _loaded(self._refs)
        return pl.concat(frames)


def _loaded(arguments: Iterable[Any]) -> Iterator[Any]:
    kept = _Held | _Spilled | _Joined
    return (item.load() if isinstance(item, kept) else item for item in arguments)
