"""The scope of result names: the modules that compute them and their libraries, no more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shortscience.pipeline import stages, version
from shortscience.pipeline.layers import DERIVED, TEXTS_CODE
from shortscience.pipeline.recipe import STAGES, Recipe
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import Input, Inventory

FILES = {
    "__init__.py": "",
    "pipeline/__init__.py": "raise ImportError('never imported')",
    "pipeline/plain.py": "import polars as pl\nfrom shortscience.pipeline.deep import leaf\n",
    "pipeline/late.py": "def f():\n    from shortscience.pipeline.deep.leaf import g\n",
    "pipeline/typed.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import pandas\nelse:\n    import numpy\n"
    ),
    "pipeline/tried.py": (
        "try:\n    import ray\nexcept ImportError:\n    from shortscience.pipeline import typed\n"
    ),
    "pipeline/package.py": "from shortscience.pipeline.deep import NAME\n",
    "pipeline/deep/__init__.py": "NAME = 1\n",
    "pipeline/deep/leaf.py": "import json\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with the files above in place of this one."""
    for name, source in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    cached = version._closure, version._imports, version.code_digest
    monkeypatch.setattr(version, "_ROOT", tmp_path)
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


@pytest.mark.parametrize(
    ("module", "modules", "libraries"),
    [
        pytest.param("plain", {"plain", "deep.leaf"}, {"polars"}, id="a module of a package"),
        pytest.param("late", {"late", "deep.leaf"}, set(), id="inside a function"),
        pytest.param("typed", {"typed"}, {"numpy"}, id="only for its types"),
        pytest.param("tried", {"tried", "typed"}, {"ray", "numpy"}, id="try and except"),
        pytest.param("package", {"package", "deep"}, set(), id="a name of a package"),
    ],
)
@pytest.mark.usefixtures("package")
def test_imports_are_followed(module: str, modules: set[str], libraries: set[str]) -> None:
    found, called = version._closure((f"pipeline.{module}",))
    assert {name.removeprefix("shortscience.pipeline.") for name in found} == modules
    assert called == libraries


@pytest.mark.parametrize(
    ("changed", "renames"),
    [
        ("pipeline/deep/leaf.py", True),
        ("pipeline/deep/leaf.json", True),
        ("pipeline/late.py", False),
        ("pipeline/__init__.py", False),
    ],
)
def test_a_change_renames_what_imports_it(package: Path, changed: str, renames: bool) -> None:
    before = version.code_digest("pipeline.plain")
    with (package / changed).open("a") as file:
        file.write('"""Another docstring."""\n')
    version.code_digest.cache_clear()
    assert (version.code_digest("pipeline.plain") != before) == renames


def covered(*modules: str) -> set[str]:
    return {name.removeprefix("shortscience.") for name in version._closure(modules)[0]}


def test_the_release_id_depends_on_the_stages_and_not_on_report_or_publishing() -> None:
    modules = covered(*STAGES)
    assert not [name for name in modules if "report" in name.split(".") or "publishing" in name]
    assert not [name for name in modules if name.startswith(("commands", "flows"))]
    assert "pipeline.engines.local" not in modules
    made_by = {
        getattr(stages, name).__module__.removeprefix("shortscience.")
        for name in ("identify_papers", "SuiteResults", "write_descriptions", "cut_batches")
    }
    assert made_by <= modules


def test_the_release_id_depends_on_libraries_that_affect_bytes() -> None:
    decide = {"PyYAML", "great_expectations", "pandas", "polars", "pyarrow", "selectolax", "warcio"}
    assert decide <= version.library_versions(*STAGES).keys()


def test_layers_are_named_after_their_own_modules() -> None:
    texts, languages = covered(*TEXTS_CODE), covered(DERIVED["languages"].code)
    assert "pipeline.extraction.citations" in texts
    assert "pipeline.cleaning.language" not in texts
    assert "pipeline.extraction.citations" not in languages
    assert "langdetect" in version.library_versions(DERIVED["languages"].code)


def recipe(source: Input, bibliography: str = "dblp.xml", catalogue: str = "") -> Recipe:
    entries = Input(Path(bibliography), bibliography, "b" * 64, 10)
    known = (Input(Path("known"), "known", catalogue, 10),) if catalogue else ()
    return Recipe(Inventory((source,), ()), (entries,), Settings(), catalogues=known)


PAGE = Input(
    Path("crawl.warc"), "crawl.warc!page", "a" * 64, 10, "0", "html", "https://example.org",
    datetime(2021, 11, 18, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(recipe(PAGE, "renamed.xml"), id="a renamed bibliography"),
        pytest.param(recipe(PAGE, catalogue="c" * 64), id="a catalogue"),
        pytest.param(
            recipe(Input(PAGE.path, PAGE.name, PAGE.source_id, 10, "0", "html", PAGE.url, None)),
            id="a crawl with another date",
        ),
        pytest.param(
            recipe(Input(PAGE.path, PAGE.name, PAGE.source_id, 10, "0", "wet", PAGE.url)),
            id="a crawl of another form",
        ),
    ],
)
def test_everything_that_affects_a_release_is_in_its_id(other: Recipe) -> None:
    assert other.release_id != recipe(PAGE).release_id


def test_the_release_id_depends_on_the_catalogues_bytes() -> None:
    known, other = (recipe(PAGE, catalogue=letter * 64) for letter in "cd")
    assert known.release_id != other.release_id
