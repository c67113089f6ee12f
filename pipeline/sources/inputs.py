"""Finding the raw dumps named in a call."""

import errno
import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shortscience.pipeline.errors import NoInputError, is_transient, os_errors_named
from shortscience.pipeline.sources.compression import SourceError
from shortscience.pipeline.sources.encodings import without_surrogates
from shortscience.pipeline.sources.members import members


@dataclass(frozen=True)
class Input:
    """One readable raw file, or one member of an archive.

    Inputs with equal decompressed bytes are one source. `archive` is the name of the file that it
    is a member of; `name` does not tell, as any file may be named like a member.
    """

    path: Path
    name: str
    source_id: str
    n_bytes: int
    locator: str = ""
    form: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
    archive: str | None = None


@dataclass(frozen=True)
class Problem:
    """A raw file that could not be used, at least in part, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        """Return one sentence."""
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class Inventory:
    """The inputs found, ordered by content and name whatever the order of the call."""

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]

    @property
    def distinct(self) -> tuple[Input, ...]:
        """One input per source: one that knows its address if possible, then the first by name."""
        ranked = sorted(self.inputs, key=lambda item: (item.source_id, item.url is None, item.name))
        return tuple({item.source_id: item for item in reversed(ranked)}.values())[::-1]

    @property
    def files(self) -> dict[str, str]:
        """The name of the raw file that each source is, or is a member of, by source id."""
        return {item.source_id: item.archive or item.name for item in self.distinct}


def list_inputs(raw: Sequence[str], skipped: Set[Path] = frozenset()) -> list[tuple[Path, Path]]:
    """Return (root, file) of every file below the given files, folders and glob patterns.

    Hidden files are skipped, and the real paths in `skipped` unless one is named itself. Raises
    NoInputError if there are no files, or a name does not exist.
    """
    found = [pair for item in raw for pair in _expand(item, skipped)]
    if not found:
        raise NoInputError(
            f"No raw dump found in {', '.join(raw)}; name files, folders or patterns that exist."
        )
    return found


def take_inventory(raw: Sequence[str], spool: Path, skipped: Set[Path] = frozenset()) -> Inventory:
    """Find and hash every file below the given files, folders and glob patterns.

    Names are relative to the folder, or to the fixed part of the pattern. Archives compressed as a
    whole are unpacked into the folder `spool`, which must stay until the inputs are read. `skipped`
    is as in `list_inputs`. Raises NoInputError if nothing is found or readable, and OSError if a
    disk fails to answer.
    """
    inputs: list[Input] = []
    problems: set[Problem] = set()
    for path, name in _named(list_inputs(raw, skipped)).items():
        for taken in _taken(path, name, spool):
            if isinstance(taken, Problem):
                problems.add(taken)
            else:
                inputs.append(taken)
    if not inputs:
        raise NoInputError(f"No raw dump could be read: {min(problems, key=str)}.")
    return Inventory(
        tuple(sorted(inputs, key=lambda item: (item.source_id, item.name, item.locator))),
        tuple(sorted(problems, key=str)),
    )


def _named(found: Sequence[tuple[Path, Path]]) -> dict[Path, str]:
    """Name each file once, relative to its root; the first name if it has several."""
    named = sorted(
        (path.relative_to(root).as_posix() if path != root else path.name, path)
        for root, path in found
    )
    first: dict[Path, tuple[Path, str]] = {}
    for name, path in named:
        first.setdefault(path.resolve(), (path, name))
    return dict(first.values())


def _expand(pattern: str, skipped: Set[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield (root, file) pairs for a file, a folder or a pattern."""
    path = Path(pattern)
    if not path.exists() and glob.has_magic(pattern):
        root = Path(_fixed_part(pattern))
        for match in map(Path, sorted(glob.glob(pattern, recursive=True))):
            if skipped.isdisjoint((real := match.resolve(), *real.parents)):
                found = _walk(match, skipped) if match.is_dir() else [match]
                yield from ((root, file) for file in found)
    elif path.is_dir():
        yield from ((path, file) for file in _walk(path, skipped))
    elif path.exists():
        yield path.parent, path
    else:
        raise NoInputError(f"{pattern} does not exist; name files, folders or patterns that do.")


def _fixed_part(pattern: str) -> str:
    parts = Path(pattern).parts
    magic = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return str(Path(*parts[:magic]))


def _walk(folder: Path, skipped: Set[Path]) -> Iterator[Path]:
    unreadable: list[Path] = []

    def remember(error: OSError) -> None:
        unreadable.append(Path(error.filename))

    entered = {folder.resolve(), *skipped}
    for parent, folders, files in os.walk(folder, onerror=remember, followlinks=True):
        visible = sorted(name for name in folders if not name.startswith("."))
        folders[:] = _new(parent, visible, entered)
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith("."))
    yield from unreadable


def _new(parent: str, folders: Sequence[str], entered: set[Path]) -> Iterator[str]:
    """Yield folders that were not entered yet: links may lead to one twice, or in a circle."""
    for name in folders:
        real = Path(parent, name).resolve()
        if real not in entered:
            entered.add(real)
            yield name


def _taken(path: Path, name: str, spool: Path) -> Iterator[Input | Problem]:
    """Yield the inputs in a file, and a problem where it becomes unreadable.

    Raises OSError if its disk fails to answer: a release without this file would look as if its
    records had gone.
    """
    empty = True
    try:
        with os_errors_named(path):
            # Workers on other machines have other working folders.
            for taken in _hashed(path.absolute(), name, spool.absolute()):
                empty = False
                yield taken
        if empty:
            yield Problem(name, "is an empty archive")
    except OSError as error:
        if is_transient(error):
            raise
        yield Problem(name, f"cannot be read ({error.strerror}); check its permissions")
    except SourceError as error:
        yield Problem(name, str(error))


def _hashed(path: Path, name: str, spool: Path) -> Iterator[Input | Problem]:
    """Yield the members of a file with their hashes, or their problems.

    Raises OSError if it cannot be read, SourceError where it becomes unusable.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not stat.S_ISREG(status.st_mode):
        raise SourceError("is not a regular file; copy its content into one")
    for member in members(path, spool):
        full_name = without_surrogates(f"{name}!{member.name}" if member.name else name)
        if member.problem is not None:
            yield Problem(full_name, member.problem)
            continue
        yield Input(
            member.path,
            full_name,
            hashlib.sha256(member.data).hexdigest(),
            len(member.data),
            member.locator,
            member.form,
            member.url,
            member.retrieved_at,
            without_surrogates(name) if member.locator else None,
        )
