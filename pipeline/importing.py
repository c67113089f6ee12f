"""Sparing imports that libraries make and nothing here needs."""

import contextlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Hiding(MetaPathFinder):
    """Makes packages appear uninstalled unless they are already imported."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def find_spec(self, name: str, *_place: object) -> None:
        """Raise ModuleNotFoundError for a hidden package."""
        if name in self._packages:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class _Deferring(MetaPathFinder):
    """Finds modules that run only when an attribute of them is used."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a deferred module; None for all others."""
        spec = PathFinder.find_spec(name, path, target) if name in self._modules else None
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def hide(*packages: str) -> None:
    """Make packages appear uninstalled in this process from now on, unless already imported."""
    sys.meta_path.insert(0, _Hiding(packages))


@contextlib.contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Make packages appear uninstalled for a while, even if they are already imported."""
    known = sys.modules.copy()  # other threads may import at the same time
    imported = {name: known[name] for name in known if name.partition(".")[0] in packages}
    for name in imported:
        del sys.modules[name]
    with _asked_first(_Hiding(packages)):
        try:
            yield
        finally:
            sys.modules.update(imported)


@contextlib.contextmanager
def deferred(*modules: str) -> Iterator[None]:
    """Make modules that are imported for a while run only when an attribute of them is used."""
    with _asked_first(_Deferring(modules)):
        yield


@contextlib.contextmanager
def _asked_first(finder: MetaPathFinder) -> Iterator[None]:
    """Let a finder look for modules before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
