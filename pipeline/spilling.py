"""Tasks of one machine whose results lie on the disk: memory holds those of one at a time."""

import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

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
    """A result in a file, which goes with the last reference to it."""

    def __init__(self, result: object, folder: Path) -> None:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            self._path = Path(file.name)
            weakref.finalize(self, self._path.unlink, missing_ok=True)
            pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)

    def load(self) -> Any:
        with self._path.open("rb") as file:
            return pickle.load(file)  # noqa: S301 - this process has written it


def _loaded(arguments: Iterable[Any]) -> Iterator[Any]:
    return (item.load() if isinstance(item, _Spilled) else item for item in arguments)
