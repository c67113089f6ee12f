"""Telling how far a build is, to whoever watches it: a terminal, or nobody."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A stage of the build, with how much of it is done."""

    stage: str
    done: int
    total: int


Watcher = Callable[[Step], None]
_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Have a function called with each step of the builds of this process."""
    _watchers.append(watcher)


def report(stage: str, done: int, total: int = 1) -> None:
    """Tell all watchers."""
    for watcher in _watchers:
        watcher(Step(stage, done, total))
