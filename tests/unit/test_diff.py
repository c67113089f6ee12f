"""Differences between releases, checked against a comparison of dictionaries, row by row."""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shortscience.pipeline.release.diff as module
from shortscience.pipeline.release.diff import EXAMPLES, Difference, compare
from shortscience.pipeline.release.diff_text import excerpts, to_card, to_markdown, to_text
from shortscience.pipeline.report.write import write_changes
from shortscience.pipeline.schema import TABLES
from tests.releases import Row, write_small_tables
from tests.unit.cases import cases


def write(folder: Path, tables: dict[str, list[Row]]) -> Path:
    write_small_tables(folder, tables)
    (folder / "manifest.json").write_text(f'{{"release_id": "{folder.name}"}}')
    return folder


def differ(old: dict[str, list[Row]], new: dict[str, list[Row]]) -> Difference:
    with tempfile.TemporaryDirectory() as folder:
        return compare(
            write(Path(folder) / "old", old),
            write(Path(folder) / "new", new),
        )


LINKS = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(0, 3)),
    st.fixed_dictionaries(
        {
            "url": st.sampled_from(["u", "v"]),
            "label": st.sampled_from([None, "l", ""]),
            "start": st.integers(0, 1),
        }
    ),
)


def as_rows(links: dict[tuple[str, int], Row]) -> list[Row]:
    return [{"summary_id": s, "ordinal": n} | values for (s, n), values in links.items()]


@settings(max_examples=25)
@given(LINKS, LINKS, st.integers(1, 4))
def test_every_row_is_compared_once(
    old: dict[tuple[str, int], Row], new: dict[tuple[str, int], Row], range_rows: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RANGE_ROWS", range_rows)
        patch.setattr(module, "TABLES", {"links": TABLES["links"]})
        found = differ({"links": as_rows(old)}, {"links": as_rows(new)}).tables["links"]
    both = old.keys() & new.keys()
    assert found.rows == (len(old), len(new))
    assert (found.added.count, found.removed.count) == (len(new) - len(both), len(old) - len(both))
    assert found.changed == sum(old[key] != new[key] for key in both)
    counts = {
        column: sum(old[key][column] != new[key][column] for key in both)
        for column in ("url", "label", "start")
    }
    assert {name: changes.count for name, changes in found.columns.items()} == {
        name: count for name, count in counts.items() if count
    }
    for column, changes in found.columns.items():
        assert len(changes.examples) == min(EXAMPLES, changes.count)
        for example in changes.examples:
            key = (example["summary_id"], example["ordinal"])
            assert (example["old"], example["new"]) == (old[key][column], new[key][column])


def summary(name: str, paper: str) -> Row:
    return {"summary_id": name, "paper_id": paper}


def test_examples_are_named_by_title_else_by_first_words() -> None:
    paper = {"paper_id": "arxiv:1", "title": "A Title"}
    old = [summary("a", "arxiv:1") | {"plain_text": "Lost words."}]
    new = [summary("b", "arxiv:1"), summary("c", "summary:c") | {"plain_text": "New\nwords."}]
    found = differ({"summaries": old}, {"summaries": new, "papers": [paper]})
    assert found.names == {
        "a": "Lost words.…", "b": "A Title", "c": "New words.…", "arxiv:1": "A Title",
    }  # fmt: skip


def test_changed_identities_are_listed() -> None:
    old = [summary("a", "summary:a"), summary("b", "arxiv:1"), summary("c", "arxiv:1")]
    new = [summary("a", "arxiv:2"), summary("b", "summary:b"), summary("c", "doi:1")]
    same = [summary("d", "summary:d"), summary("e", "arxiv:3")]
    found = differ({"summaries": old + same}, {"summaries": new + same})
    assert {way: changes.examples for way, changes in found.identities.items()} == {
        "found": [{"summary_id": "a", "old": "summary:a", "new": "arxiv:2"}],
        "lost": [{"summary_id": "b", "old": "arxiv:1", "new": "summary:b"}],
        "exchanged": [{"summary_id": "c", "old": "arxiv:1", "new": "doi:1"}],
    }


def record(name: str, status: str, carries: str | None) -> Row:
    return {"record_id": name, "status": status, "summary_id": carries}


def test_moved_copies_are_listed() -> None:
    found = differ(
        {"records": [record("a", "kept", "s"), record("b", "duplicate", "s")]},
        {"records": [record("a", "kept", "s"), record("b", "kept", "t")]},
    )
    assert found.moved.examples == [{"record_id": "b", "old": "s", "new": "t"}]
    assert found.fates == {"duplicate to kept": 1}


def test_added_and_removed_columns_are_listed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        old, new = (write(Path(folder) / name, {}) for name in ("old", "new"))
        path = new / "data" / "links" / "train-00000-of-00001.parquet"
        pl.read_parquet(path).rename({"label": "caption"}).write_parquet(path)
        found = compare(old, new)
        page = write_changes(found, Path(folder) / "html").read_text()
    assert found.tables["links"].new_columns == ["caption"]
    assert found.tables["links"].lost_columns == ["label"]
    text = to_text(found)
    assert "links: new columns\n  caption" in text
    assert "links: lost columns\n  label" in text
    card = to_card(found)
    assert "- links: new columns `caption`" in card
    assert "- links: lost columns `label`" in card
    assert "New columns: <code>caption</code>." in page
    assert "Lost columns: <code>label</code>." in page
    assert not any("same rows" in shown for shown in (text, card, page))


def test_lists_and_nulls_are_compared_by_value() -> None:
    rows = [
        {"summary_id": "a", "repairs": ["x", "y"], "votes": None},
        {"summary_id": "b", "repairs": []},
    ]
    other = [
        {"summary_id": "a", "repairs": ["x", "z"], "votes": 0},
        {"summary_id": "b", "repairs": []},
    ]
    found = differ({"summaries": rows}, {"summaries": other})
    columns = found.tables["summaries"].columns
    assert {name: changes.count for name, changes in columns.items()} == {"repairs": 1, "votes": 1}
    assert 'a: ["x", "y"] -> ["x", "z"]' in to_text(found)
    assert "a: null -> 0" in to_text(found)


def test_equal_releases_give_one_line() -> None:
    found = differ(
        {"summaries": [summary("a", "arxiv:1")]}, {"summaries": [summary("a", "arxiv:1")]}
    )
    assert found.is_empty
    assert to_text(found) == "Releases old and new hold the same rows."


def test_both_layouts_show_counts_and_examples() -> None:
    found = differ(
        {"summaries": [summary("a", "summary:a")]},
        {"summaries": [summary("a", "arxiv:2"), summary("b", "arxiv:2")]},
    )
    for page in (to_text(found), to_markdown(found)):
        assert "identities found: 1" in page
        assert "a: summary:a -> arxiv:2" in page
        assert [int(part) for part in page.replace("|", " ").split() if part.isdigit()][
            3 * 5 : 4 * 5
        ] == [1, 2, 1, 0, 1]


def test_the_card_has_numbers_and_no_texts() -> None:
    hostile = "<script>[x](javascript:1)"
    told = to_card(
        differ(
            {"links": [{"summary_id": "a", "ordinal": 0, "url": "https://a.example"}]},
            {"links": [{"summary_id": "a", "ordinal": 0, "url": hostile}]},
        )
    )
    assert "| links | 1 | 1 | 0 | 0 | 1 |" in told
    assert "- links: `url` 1" in told
    assert "script" not in told


@pytest.mark.parametrize("case", cases("diff_excerpts", "excerpts"))
def test_excerpts_show_where_texts_differ(case: dict[str, Any]) -> None:
    assert excerpts(case["old"], case["new"]) == tuple(case["shown"])
