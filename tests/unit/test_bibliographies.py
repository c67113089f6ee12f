"""Bibliography files of every format, read into one index; other files are refused."""

import bz2
import gzip
import io
import json
import lzma
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.folders import keep_only
from shortscience.pipeline.markup import plain
from shortscience.pipeline.papers.bibliography import bibtex
from shortscience.pipeline.papers.bibliography import index as indexing
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.bibliography.json_lines import objects
from shortscience.pipeline.papers.bibliography.lookup import found_entries, found_names
from shortscience.pipeline.papers.descriptions import NAMESAKES, TITLE_PREFIX
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

KITE = {"key": "conf/kites/Roy19", "title": "How to fly a kite", "authors": "Ada Roy"}


def indexed(path: Path) -> Index:
    return index_file(path, path.name, path.parent / "cache")


def entries(index: Index) -> list[dict[str, Any]]:
    """Return the entries in the format of the cases, without columns added for title lookup."""
    names = (
        index.scan("names")
        .filter(~pl.col("name").str.starts_with(TITLE_PREFIX))
        .group_by("entry", maintain_order=True)
        .agg(names="name")
    )
    found = index.scan("entries").join(names, on="entry", how="left", maintain_order="left")
    described = found.with_columns(pl.col("names").fill_null([])).drop("entry").collect()
    return [
        {name: row[name] for name in ("names", "title", "authors", "year", "venue", "abstract")}
        for row in described.to_dicts()
    ]


def write_lines(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("case", cases("bibliographies", "files"))
def test_a_format_is_recognised_by_its_content_and_read(case, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(case["content"], encoding="utf-8")
    assert entries(indexed(path)) == case["entries"]


def _zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, _zstd])
def test_a_file_may_be_compressed(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(compress(json.dumps(KITE).encode()))
    assert [entry["title"] for entry in entries(indexed(path))] == [KITE["title"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "not a bibliography", id="nothing"),
        pytest.param(b"Some notes on kites.\n", "not a bibliography", id="prose"),
        pytest.param(b'{"a": 1}\n', "not a bibliography", id="other JSON lines"),
        pytest.param(b"[1, 2]\n", "not a bibliography", id="a JSON list"),
        pytest.param(b"<html><body/></html>", "not a bibliography", id="other XML"),
        pytest.param(b'<dblp><article key="a"><title>', "its XML is damaged", id="cut XML"),
        pytest.param(
            b'{"key": "a", "title": "b", "authors": "co', "a JSON object", id="a cut line alone"
        ),
        pytest.param(
            gzip.compress(json.dumps(KITE).encode() * 99)[:-20], "fetch it again", id="cut gzip"
        ),
    ],
)
def test_an_unreadable_file_is_refused_by_name(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"notes\.txt.*{message}") as refused:
        indexed(path)
    assert str(refused.value).count("\n") == 0
    assert list((tmp_path / "cache").iterdir()) == [], "nothing is left of it"


def test_entities_that_would_fill_the_memory_are_never_expanded(tmp_path: Path) -> None:
    defined = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 12))
    path = tmp_path / "dblp.xml"
    path.write_text(
        f'<!DOCTYPE dblp [<!ENTITY e0 "ha">{defined}]><dblp><article key="journals/kites/Roy1">'
        "<author>Ada Roy</author><title>&e11;</title></article></dblp>"
    )
    assert [entry["title"] for entry in entries(indexed(path))] == ["&e11;"]


def problems(path: Path) -> list[str]:
    return [str(problem) for problem in indexed(path).problems]


def test_entries_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    lines = tmp_path / "kites.jsonl"
    lines.write_text(f'{json.dumps(KITE)}\n{{"key": "co\n[1]\n{json.dumps(KITE)}\n')
    assert len(entries(indexed(lines))) == 2
    (problem,) = problems(lines)
    assert problem.startswith(
        "kites.jsonl: 2 entries could not be read, or only in part (not a JSON"
    )
    assert problem.endswith("first line 2, line 3")
    bibtex = tmp_path / "kites.bib"
    bibtex.write_text(
        "@article{a, title={One}}\n@article{b, title=, year=2}\n@article{c, title={T}}"
    )
    assert [entry["title"] for entry in entries(indexed(bibtex))] == ["One", "T"]
    (problem,) = problems(bibtex)
    assert problem.startswith("kites.bib: 1 entries could not be read, or only in part (")
    assert problem.endswith("first b (line 2)")


WORKS = [{"title": f"Kite {n}", "authorships": [{"author": {"id": n}}]} for n in range(30)]
MANY_LINES = json.dumps(WORKS, indent=2)
RESULTS = {"meta": {"count": 30}, "results": WORKS, "group_by": []}
KITE_LINES = "".join(json.dumps(KITE | {"title": f"Kite {n}"}) + "\n" for n in range(30))


@pytest.mark.parametrize(
    ("content", "old", "new", "place"),
    [
        pytest.param(KITE_LINES, "Kite 0", 'Kite "0', 1, id="the first line"),
        pytest.param(KITE_LINES, 'Kite 0"', "Kite 0", 1, id="the end of the first line"),
        pytest.param(KITE_LINES, "Kite 1", 'Kite "1', 2, id="the second line"),
        pytest.param(MANY_LINES, "Kite 0", 'Kite "0', 2, id="the first of an array"),
        pytest.param(
            "\ufeff" + KITE_LINES, '"authors": "Ada Roy"}', "", 1, id="the first line after a mark"
        ),
        pytest.param(
            MANY_LINES.replace("\n  ", "\n").replace("\n", "", 1),
            "Kite 0",
            'Kite "0',
            1,
            id="the first of an array beside its bracket",
        ),
        pytest.param(MANY_LINES, '"Kite 1"', '"Kite 1', 12, id="the second of an array"),
        pytest.param(MANY_LINES, '"Kite 2",', '"Kite 2"', 22, id="a comma within an array"),
        pytest.param(MANY_LINES[:-5], "Kite 0", "Kite 0", 292, id="the end of an array"),
        pytest.param(
            json.dumps(RESULTS, indent=2), "Kite 1", 'Kite "1', 16, id="an answer over many lines"
        ),
        pytest.param(json.dumps(RESULTS, indent=2)[:-35], "", "", 296, id="the end of an answer"),
    ],
)
def test_a_damaged_json_value_costs_only_its_entry(
    content: str, old: str, new: str, place: int, tmp_path: Path
) -> None:
    path = tmp_path / "kites.json"
    path.write_text(content.replace(old, new, 1))
    assert len(entries(indexed(path))) == 29
    (problem,) = problems(path)
    assert ": 1 entries could not be read" in problem
    assert problem.endswith(f"first line {place}")


@pytest.mark.parametrize(
    "unit",
    ["{", "{\n", '{"a"', '{"a":[\n', '{"results":[\n', ' {"a":1}\n', '{"a":\n{"b":1}\n', "[\n"],
)
def test_the_cost_of_a_damaged_json_file_is_linear(unit: str) -> None:
    def read(size: int) -> None:
        text = '{"title": "One",\n' + unit * (size // len(unit))
        for _ in objects(io.BytesIO(text.encode())):
            pass

    assert is_linear(read, 20_000, 20_000 * LONGER)


def test_a_damaged_answer_on_one_line_is_read_up_to_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "kites.json"
    path.write_text(json.dumps(RESULTS).replace("Kite 2", 'Kite "2'))
    assert [entry["title"] for entry in entries(indexed(path))] == ["Kite 0", "Kite 1"]
    assert len(problems(path)) == 1


def test_parents_fields_are_inherited_across_files(tmp_path: Path) -> None:
    child = "@inproceedings{a, title={Many heads}, crossref={Nips17}, doi={10.1000/aaaaaa}}\n"
    parent = "@proceedings{nips17, title={Advances}, xdata={common}}\n"
    common = "@xdata{common, year={2017}}\n"
    for name, files in (
        ("behind", [child + parent + common]),
        ("before", [common + parent + child]),
        ("apart", [parent, common, child]),
    ):
        (tmp_path / name).mkdir()
        indexes = []
        for place, content in enumerate(files):
            path = tmp_path / name / f"{place}.bib"
            path.write_text(content)
            indexes.append(indexed(path))
        names = found_names(indexes, pl.Series(["doi:10.1000/aaaaaa"]))
        found = found_entries(indexes, names)
        assert found.select("title", "year", "venue").rows() == [("Many heads", 2017, "Advances")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("Kirill Müller".encode("latin-1"), "Kirill Müller", id="ISO 8859-1"),
        pytest.param("Kirill “M”".encode("cp1252"), "Kirill “M”", id="windows-1252"),
        pytest.param("Kirill Müller".encode(), "Kirill Müller", id="UTF-8"),
    ],
)
def test_encodings_are_found_as_for_dumps(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "file.bib"
    path.write_bytes(b"@manual{r, title={An interface}, author={" + content + b"}, year={2017}}")
    (entry,) = entries(indexed(path))
    assert entry["authors"] == [expected]


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "@article{",
            "@article{a, title={",
            "@article{a, title={b},\n",
            "{",
            "}",
            '"',
            "@",
            "\\href",
        ),
        *('@article{a, title="{}', "@article{a,\ntitle={{\n", "$", "\\", "a and ", "<", "&", "# "),
    ],
)
def test_the_cost_of_a_file_is_linear(unit: str) -> None:
    def read(size: int) -> None:
        text = f'@article{{x, title="{{}}", author="a"}}\n@article{{y, title={{{unit}'
        for _ in bibtex.read(io.BytesIO((text + unit * (size // len(unit))).encode())):
            pass

    assert is_linear(read, 8_000, 8_000 * LONGER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("case", cases("bibliographies", "files"))
def test_a_file_with_a_byte_order_mark_has_the_same_entries(
    case, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(f"\ufeff{case['content']}".encode(encoding))
    assert entries(indexed(path)) == case["entries"]


def test_a_file_in_utf_16_may_be_long_and_damaged(tmp_path: Path) -> None:
    path = tmp_path / "kites.jsonl"
    title = "🪁é" * 99
    lines = (json.dumps(KITE | {"title": title}, ensure_ascii=False) + "\n") * 2_000
    text = '\ufeff{"key\n' + lines + "\ud83e\n" + json.dumps(KITE) + "\n"
    path.write_bytes(text.encode("utf-16-le", "surrogatepass") + b"x")
    titles = [entry["title"] for entry in entries(indexed(path))]
    assert titles == [title] * 2_000 + [KITE["title"]]
    (problem,) = problems(path)
    assert problem.endswith("first line 1, line 2002, line 2004")


def test_an_index_is_reused_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache = write_lines(tmp_path / "kites.jsonl", KITE), tmp_path / "cache"
    first = index_file(path, "1", cache)
    monkeypatch.setattr(indexing, "READERS", ())
    assert index_file(path, "1", cache) == first, "nothing was read"
    with pytest.raises(UsageError):
        index_file(path, "2", cache)
    monkeypatch.undo()
    second = index_file(path, "2", cache)
    keep_only(cache, {second.folder.name})
    assert list(cache.iterdir()) == [second.folder]


def test_two_builds_may_index_one_file_at_once(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "kites.jsonl", *[KITE] * 2_000)
    found: list[Index] = []
    threads = [threading.Thread(target=lambda: found.append(indexed(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(entries(index)) for index in found] == [2_000] * 4


def test_an_index_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "kites.jsonl", *[KITE | {"year": year} for year in range(1900, 1999)]
    )
    folders = [index_file(path, "1", tmp_path / name).folder for name in ("one", "other")]
    for name in ("entries.parquet", "names.parquet"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_lookup_follows_names_from_one_bibliography_into_the_other(tmp_path: Path) -> None:
    preprint = {
        "arxiv_id": "1901.00001",
        "title": "First",
        "authors": "Ada Roy",
        "doi": "10.1000/x",
    }
    printed = {
        "key": "conf/kites/Roy19",
        "title": "Second",
        "authors": "Ada Roy",
        "doi": "10.1000/X",
    }
    other = {"key": "conf/kites/Kim19", "title": "Third", "authors": "Bo Kim", "doi": "10.1000/z"}
    arxiv = indexed(write_lines(tmp_path / "arxiv", preprint))
    dblp = indexed(write_lines(tmp_path / "dblp", printed, other))
    both = [dblp, arxiv]
    names = found_names(both, pl.Series(["arxiv:1901.00001", "arxiv:1901.00002"]))
    assert found_entries(both, names).select("file", "title").rows() == [
        (0, "Second"),
        (1, "First"),
    ]
    own = names.filter("own")["name"].to_list()
    assert own == ["dblp:conf/kites/Roy19", "arxiv:1901.00001"]
    assert found_names(both, pl.Series([], dtype=pl.String)).is_empty()
    assert found_names([], pl.Series(["arxiv:1901.00001"])).is_empty()
    assert found_entries(both, names.clear()).is_empty()


def test_a_title_of_many_papers_matches_none(tmp_path: Path) -> None:
    def prefaces(count: int) -> Index:
        rows = [
            KITE | {"key": f"conf/kites/{place}", "title": "Message from the chairs"}
            for place in range(count)
        ]
        return indexed(write_lines(tmp_path / str(count), *rows))

    wanted = pl.Series(["title:messagefromthechairs"])
    assert found_names([prefaces(NAMESAKES)], wanted)["entry"].n_unique() == NAMESAKES
    assert found_names([prefaces(NAMESAKES + 1)], wanted).is_empty()


@given(st.text(alphabet=st.sampled_from("ab {}\\\"'$%&~^_\n"), max_size=24))
@settings(max_examples=150)
def test_any_latex_becomes_one_line_of_text(text: str) -> None:
    found = plain(text)
    assert found == " ".join(found.split())


def test_the_cost_of_many_broken_entries_is_linear() -> None:
    broken = b"@article{I 10.100\x01}}"
    assert is_linear(
        lambda data: list(bibtex.read(io.BytesIO(data))), broken * 1_200, broken * 1_200 * LONGER
    )
