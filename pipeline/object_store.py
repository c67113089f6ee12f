"""Raw dumps and releases in object stores, through fsspec: `s3://`, `gs://`, `https://` and more.

Builds work on local folders: inputs are downloaded first, and a release is uploaded once it is
complete and validated.
"""

import contextlib
import errno
import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from shortscience.pipeline.digests import digest
from shortscience.pipeline.errors import NoInputError, StoreError, UsageError
from shortscience.pipeline.folders import keep_only
from shortscience.pipeline.layout import LATEST, MANIFEST

_DISK_FULL = errno.ENOSPC, errno.EDQUOT
_HTTP_VERSIONS = "ETag", "Content-MD5", "Digest", "Last-Modified"
_EXTRAS = {"s3": "s3", "http": "https", "https": "https"}
"""This project's optional dependencies for URL schemes."""


def is_url(name: str) -> bool:
    """Whether a name is a URL rather than a path."""
    return "://" in name


def fetch(url: str, folder: Path) -> Path:
    """Download an object, prefix or pattern; return its folder below `folder`.

    Objects are downloaded again if they changed, or if the store does not say; an interrupted call
    goes on from there. Raises NoInputError if nothing matches, and StoreError if the store fails.
    """
    target = _target(folder, url)
    known_versions = _versions_of(target)
    with _store_errors_named(url):
        store, path = fsspec.core.url_to_fs(url)
        objects = {name: key for name, key in _list(store, path) if not _is_hidden(name)}
        if not objects:
            raise NoInputError(f"No objects match {url}; check its name.")
        versions = {name: _version(store, key) for name, key in objects.items()}
        with _kept_versions(known_versions) as fetched:
            for name, key in objects.items():
                known = fetched.get(name)
                if known is None or known != versions[name] or not (target / name).exists():
                    fetched[name] = None
                    _fetch(store, key, target / name)
                fetched[name] = versions[name]
            for gone in fetched.keys() - objects.keys():
                (target / gone).unlink(missing_ok=True)
                del fetched[gone]
    return target


def put(release: Path, release_id: str, url: str) -> bool:
    """Make a release the latest one of a dataset at a URL; return False if it is already.

    Its files go to `releases/<release_id>`, the manifest last. Then one request writes `latest`, an
    object that holds the id, so readers of `latest` always find a complete release.
    """
    with _store_errors_named(url):
        store, root = fsspec.core.url_to_fs(url)
        target, latest = f"{root}/releases/{release_id}", f"{root}/{LATEST}"
        if store.exists(latest) and store.cat_file(latest).decode().strip() == release_id:
            return False
        files = sorted(path for path in release.rglob("*") if path.is_file())
        for path in sorted(files, key=lambda path: path == release / MANIFEST):
            key = f"{target}/{path.relative_to(release).as_posix()}"
            store.makedirs(key.rpartition("/")[0], exist_ok=True)
            store.put_file(str(path), key)
        store.pipe_file(latest, f"{release_id}\n".encode())
    return True


def local_folder(url: str) -> Path:
    """Return the default folder of this machine in which to build for a URL."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return _target(Path(cache) / "shortscience", url)


def prune(folder: Path, keep: Collection[str]) -> None:
    """Remove the downloads of all URLs but these."""
    targets = [_target(folder, url) for url in keep]
    keep_only(folder, {path.name for target in targets for path in (target, _versions_of(target))})


def _target(folder: Path, url: str) -> Path:
    return folder / digest(url)[:16]


def _versions_of(target: Path) -> Path:
    """Return the file that records the versions of the objects in a folder."""
    return target.with_suffix(".json")


def _list(store: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the objects below a path or pattern, by name relative to its fixed part."""
    if any(sign in path for sign in "*?["):
        fixed = path[: min(path.find(sign) for sign in "*?[" if sign in path)]
        root = fixed.rpartition("/")[0]
        found = [key for match in store.glob(path) for key in store.find(match)]
    elif store.isfile(path):
        root, found = path.rpartition("/")[0], [path]
    else:
        root, found = path, store.find(path)
    for key in sorted(set(found)):
        yield key.removeprefix(root).lstrip("/"), key


def _version(store: Any, key: str) -> str | None:
    """Return a marker of an object's version; None if the store has none."""
    if "https" not in store.protocol:
        return str(store.ukey(key))
    # For HTTP, fsspec's `ukey` depends on the address alone.
    headers = store.info(key)
    marks = {name: headers[name] for name in _HTTP_VERSIONS if name in headers}
    return json.dumps(marks) if marks else None


def _is_hidden(name: str) -> bool:
    """Whether a name has a hidden part, or one that would escape the folder."""
    return any(part.startswith(".") for part in PurePosixPath(name).parts)


def _fetch(store: Any, key: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    store.get_file(key, str(part))
    part.replace(path)


@contextlib.contextmanager
def _kept_versions(file: Path) -> Iterator[dict[str, str | None]]:
    """Provide the recorded versions of objects, and record what becomes of them, also on failure.

    None is the version of an object that has to be downloaded again or removed.
    Meanwhile there is no record: one that a killed process left might be wrong.
    """
    try:
        versions: dict[str, str | None] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        versions = {}
    file.unlink(missing_ok=True)
    try:
        yield versions
    finally:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(versions, sort_keys=True), encoding="utf-8")


@contextlib.contextmanager
def _store_errors_named(url: str) -> Iterator[None]:
    """Turn the errors of stores, which fsspec does not unify, into one sentence."""
    scheme = url.partition("://")[0]
    extra = _EXTRAS.get(scheme)
    try:
        yield
    except UsageError:
        raise
    except ImportError as error:
        install = f" with `pip install 'shortscience-dataset[{extra}]'`" if extra else ""
        raise UsageError(
            f"{scheme}:// needs a library that is not installed ({error}); install it{install}."
        ) from error
    except FileNotFoundError as error:
        raise NoInputError(f"{url} does not exist; name what does.") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            raise
        raise StoreError(
            f"{url} failed ({type(error).__name__}: {error}); check the"
            " address, your credentials and the network, and call again."
        ) from error
