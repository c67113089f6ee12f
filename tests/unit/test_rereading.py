"""Records read again from a release: by the parsers of their form, whatever their texts quote."""

import json
from pathlib import Path

import pytest

from shortscience.pipeline.release.explain import explain
from shortscience.pipeline.release.pairs import _difference_lines, differing_texts
from shortscience.pipeline.report.slices import read_slice
from shortscience.pipeline.sources.reading import reread
from tests.releases import write_small_tables

ITEM = "<item> <title>T</title> <description>x</description> </item>"
BLOCK = '<div id="u" class="vignette a"> <pre class="source b">x</pre> </table> </div>'
QUOTING = f"A feed reader sees {ITEM} and shows it."


def listed(text: str) -> str:
    return f"[link]\n{text} ![]() |"


def exported(text: str) -> str:
    return json.dumps({"0": {"transcript": text}})[1:-1]


@pytest.mark.parametrize(
    ("form", "raw", "body"),
    [
        ("extracted-text", listed(QUOTING), QUOTING),
        ("wet", listed(QUOTING), QUOTING),
        ("extracted-text", listed(f"A page has {BLOCK}."), f"A page has {BLOCK}."),
        ("json", exported(QUOTING), QUOTING),
        ("rss", "<item><description>A text.</description></item>", "A text."),
        ("html", BLOCK, "x"),
        ("warc", BLOCK, "x"),
        ("extracted-text", BLOCK, None),
        ("json", listed(QUOTING), None),
    ],
)
def test_a_record_is_read_by_a_parser_of_its_form(form: str, raw: str, body: str | None) -> None:
    again = reread(raw, form)
    assert (again and again.body) == body


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """One summary and its copy, which both quote an item of a feed."""
    summary = {"summary_id": "summary", "paper_id": "paper", "record_id": "kept", "text": QUOTING}
    carries = {"summary_id": "summary", "source_id": "page"}
    kept = {"record_id": "kept", "raw": listed(QUOTING), "status": "kept"}
    copy = {"record_id": "copy", "raw": listed(f"{QUOTING} Ha."), "status": "duplicate"}
    write_small_tables(
        tmp_path / "release",
        {
            "sources": [{"source_id": "page", "form": "extracted-text"}],
            "papers": [{"paper_id": "paper"}],
            "summaries": [summary | {"repairs": ["0:6 decode:utf-8"]}],
            "records": [kept | carries, copy | carries],
        },
    )
    return tmp_path / "release"


def test_a_summary_is_explained_from_its_own_record(release: Path) -> None:
    story = explain(release, "summary")
    assert (story["facts"], story["repairs"][0]["before"]) == ({}, QUOTING[:6])
    (copy,) = story["copies"]
    assert (copy["facts"], copy["differences"]) == ({}, [{"kept": "", "copy": "Ha."}])


def test_copies_are_compared_by_their_own_texts(release: Path) -> None:
    assert explain(release, "copy")["differences"] == [{"kept": "", "copy": "Ha."}]
    assert read_slice(release, 0).copied_texts == {"copy": f"{QUOTING} Ha."}
    (pair,) = differing_texts(release, [{"left": "kept", "right": "copy"}])
    assert pair["differences"] == ['adds "Ha."']


@pytest.mark.parametrize(
    ("places", "last"),
    [
        (0, "none: only white space"),
        (3, 'has "y2" for "x2"'),
        (4, "and 1 more place"),
        (5, "and 2 more places"),
    ],
)
def test_differences_beyond_the_first_are_counted(places: int, last: str) -> None:
    kept, copy = (
        " ".join(f"{letter}{place} same" for place in range(places)) for letter in ("x", "y")
    )
    assert _difference_lines(kept, copy)[-1] == last
