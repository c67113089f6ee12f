"""Tasks of one machine whose results lie on the disk: memory holds those of one at a time."""

import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.tasks import Ref


class Spilling:
    """An engine that does each task at once, in this process, and keeps results in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, function: Callable[..., Any], *arguments: Any) -> Ref:
        """Do a task."""
        return _Spilled(function(*_loaded(arguments)), self._folder)

    def split(self, function: Callable[..., Any], n_parts: int, *arguments: Any) -> Sequence[Ref]:
        """Do a task that answers with so many parts."""
        return [_Spilled(part, self._folder) for part in function(n_parts, *_loaded(arguments))]

    def get(self, refs: Sequence[Ref]) -> list[Any]:
        """Read results."""
        return list(_loaded(refs))


class _Spilled:
    """A result in a file, which goes with the last reference to it.

    Frames are stored as Arrow files: pickling them takes six times as long.
    """

    def __init__(self, result: object, folder: Path) -> None:
        self._is_frame = isinstance(result, pl.DataFrame)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            self._path = Path(file.name)
            weakref.finalize(self, self._path.unlink, missing_ok=True)
            if isinstance(result, pl.DataFrame):
                result.write_ipc(file, compression="lz4")
            else:
                pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)

    def load(self) -> Any:
        with self._path.open("rb") as file:
            if self._is_frame:
                return pl.read_ipc(file)
            return pickle.load(file)  # noqa: S301 - this process has written it


def _loaded(arguments: Iterable[Any]) -> Iterator[Any]:
    return (item.load() if isinstance(item, _Spilled) else item for item in arguments)
