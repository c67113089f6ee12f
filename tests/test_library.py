"""The functions of the library that read and write folders."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import shortscience
from shortscience.pipeline import build as build_module
from shortscience.pipeline.errors import NoInputError, NothingNewError, UsageError
from shortscience.pipeline.parameters import BuildParameters, PublishParameters
from shortscience.pipeline.release.store import Store
from tests.conftest import RAW

DUMP = "[link]\nA summary that no release has had so far, of a paper on ferns. |\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder with a dump, and an empty current folder."""
    home, here = tmp_path / "home", tmp_path / "here"
    (home / "dumps").mkdir(parents=True)
    (home / "dumps" / "new.txt").write_text(DUMP)
    (home / "known.bib").write_text("@article{a, title={A study of ferns}, year={2019}}\n")
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    yield home
    assert not list(here.iterdir()), "something was written here"


def test_a_build_takes_and_writes_folders_at_home(home: Path, built: Path) -> None:
    options = {"out": "~/dataset", "bibliography": ["~/known.bib"], "shipped_catalogue": False}
    made = shortscience.build("~/dumps", **options)
    assert made.path == home / "dataset" / "releases" / made.release_id
    shutil.copytree(built, home / "earlier")
    delta = shortscience.build("~/dumps/*.txt", out=Path("~/delta"), against="~/earlier", workers=1)
    assert delta.path.parent == home / "delta" / "releases"
    assert shortscience.open_release("~/dataset/latest").release_id == made.release_id


@pytest.mark.parametrize("names", [["~/dumps"], ["~/dumps/*.txt"], [Path("~/dumps/new.txt")]])
def test_dumps_at_home_are_read(home: Path, names: list[str | Path]) -> None:
    assert shortscience.read(*names).summaries.height == 1


PLACES: dict[str, Callable[[str], object]] = {
    "raw": lambda name: BuildParameters(raw=[name]).raw[0],
    "out": lambda name: BuildParameters(out=name).out,
    "work": lambda name: BuildParameters(work=name).work,
    "bibliography": lambda name: BuildParameters(bibliography=[name]).bibliography[0],
    "catalogue": lambda name: BuildParameters(catalogue=[name]).catalogue[0],
    "against": lambda name: BuildParameters(against=name).against,
    "dataset": lambda name: PublishParameters(repo="a/b", dataset=name).dataset,
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~/dumps", "{home}/dumps"),
        (Path("~/dumps"), "{home}/dumps"),
        ("s3://bucket/~/dumps", "s3://bucket/~/dumps"),
        ("https://example.org/~me/", "https://example.org/~me/"),
        ("./~/dumps", "./~/dumps"),
        ("~nobody-of-that-name/dumps", "~nobody-of-that-name/dumps"),
    ],
)
def test_the_home_folder_is_known_in_every_parameter(
    home: Path, place: Callable[[str], object], written: str, meant: str
) -> None:
    assert place(written) == meant.format(home=home)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"bibliography": ["{home}/nope.bib"]}, "no bibliography at {home}/nope.bib;"),
        ({"bibliography": ["{home}/dumps"]}, "no bibliography at {home}/dumps;"),
        ({"catalogue": ["{home}/nope.parquet"]}, "no catalogue at {home}/nope.parquet;"),
    ],
)
def test_a_missing_file_is_named(home: Path, options: dict[str, list[str]], named: str) -> None:
    filled = {name: [file.format(home=home) for file in files] for name, files in options.items()}
    with pytest.raises(UsageError, match=re.escape(named.format(home=home))):
        shortscience.build("~/dumps", out=home / "out", workers=1, **filled)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"wokers": 2}, "wokers is wrong: "),
        ({"workers": 0}, "workers is wrong: "),
        ({"out": ""}, "out is wrong: String should have at least 1 character"),
        ({"bibliography": ["known.bib", ""]}, "bibliography.1 is wrong: "),
    ],
)
def test_a_wrong_parameter_is_named(home: Path, options: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=f"^The parameter {wrong}"):
        shortscience.build("~/dumps", **options)


@pytest.mark.parametrize("kind", ["bibliography", "catalogue"])
@pytest.mark.parametrize("name", ["nope", Path("nope")])
def test_one_file_needs_no_list(home: Path, kind: str, name: str | Path) -> None:
    with pytest.raises(UsageError, match=f"no {kind} at nope;"):
        shortscience.build("~/dumps", out=home / "out", **{kind: name})


def test_an_unknown_form_of_dumps_is_named(home: Path) -> None:
    with pytest.raises(UsageError, match="Unknown dump form 'pdf'"):
        shortscience.build("~/dumps", out=home / "out", allow_empty=["pdf"])


@pytest.mark.parametrize("threshold", [2, 1.001, 0, -0.5, float("nan")])
def test_a_threshold_that_is_no_similarity_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match=f"cannot be {threshold};"):
        shortscience.deduplicate(["one", "two"], threshold=threshold)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("caf\udce9 society", "café society", id="an undecodable byte"),
        pytest.param("a \ud800 sign", "a � sign", id="half a character"),
    ],
)
def test_surrogates_are_replaced(text: str, cleaned: str) -> None:
    assert shortscience.clean(text).text == cleaned
    found = shortscience.deduplicate([text, "another text", cleaned])
    (copy,) = found.copies
    assert {copy.kept, copy.copy} == {0, 2}
    assert set(found.selected) < {text, "another text", cleaned}


@pytest.mark.parametrize(
    ("flattened", "context"),
    [
        pytest.param(True, "* trees (arXiv:1611.03530)", id="its list item"),
        pytest.param(False, "Kinds: * nets * trees (arXiv:1611.03530) * more", id="its line"),
    ],
)
def test_a_context_is_within_the_lines_of_the_text(flattened: bool, context: str) -> None:
    text = "Kinds: * nets * trees (arXiv:1611.03530) * more"
    (citation,) = shortscience.clean(text, flattened=flattened).citations
    assert citation.context == context


def test_urls_are_not_taken_for_paths_at_home() -> None:
    with pytest.raises(NoInputError, match=r"^s3://bucket/x does not exist"):
        shortscience.read("s3://bucket/x")
    with pytest.raises(UsageError, match="is not a release"):
        shortscience.open_release("~nobody-of-that-name/latest")


@pytest.mark.parametrize("has_latest", [False, True])
def test_a_build_with_nothing_new_says_so(built: Path, tmp_path: Path, has_latest: bool) -> None:
    out = tmp_path / "out"
    if has_latest:
        shutil.copytree(built.parents[1], out, symlinks=True)
    with pytest.raises(NothingNewError, match=f"are in release {built.name} already"):
        shortscience.build(RAW, out=out, against=str(built), workers=1)


def test_the_release_that_was_built_is_opened(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(built.parents[1], out, symlinks=True)
    run = build_module.build_release

    def and_another_build(parameters: BuildParameters) -> build_module.BuildResult:
        result = run(parameters)
        Store(out).point_latest_to(built.name)
        return result

    monkeypatch.setattr(build_module, "build_release", and_another_build)
    dump = tmp_path / "new.txt"
    dump.write_text(DUMP)
    made = shortscience.build(dump, out=out, workers=1)
    assert made.release_id != built.name
    assert made.tables["summaries"] == 1
