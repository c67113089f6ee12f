"""One build of dumps and bibliographies in which every record and entry is odd."""

import json
import os
from pathlib import Path

import polars as pl

from shortscience.pipeline.build import build
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.release.manifest import read_manifest
from tests.unit import test_html_page, test_rss

EXPORT = [
    {"transcript": "A text about nets.", "sourceUrl": "/paper?bibtexKey=a", "linkToPaper": "x y"},
    {"transcript": "Another one, about trees.", "sourceUrl": "shortscience.org/paper?bibtexKey=b"},
    {"transcript": "One about Ã© and Ã` forests*.", "sourceUrl": "http://[", "linkToPaper": "//"},
    {"transcript": "A cut emoji: ðŸ…", "sourceUrl": "https://a.org/\x1fb?bibtexKey=c\x1fd"},
    {"transcript": "No formula: \\\x01$a\x02b$ at all.", "linkToPaper": "https://a.org/\x1cb"},
]
BIBTEX = r"""
@article{a, title={Nets \href}, year={217}, abstract={See \href{https://example.org}{it}, \foo{x}}}
@article{b, title={Broken {trees}, year=2001
@article{b, title={Trees}, year=2001, note={1}, note={2}}
@article{, author={Roy, Ann, and, and}, doi={DOI 10.1000/a(b}}
"""


def test_no_odd_input_stops_a_release(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "export.json").write_text(json.dumps(EXPORT))
    blocks = test_html_page.title_block(venue="Kites - 215"), test_html_page.summary_block("Trees.")
    (raw / "page.html").write_bytes(test_html_page.page(*blocks).replace(b"http:", b""))
    (raw / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"[link]\nA text in a file. |\n")
    feed = test_rss.HEAD + test_rss.item("A feed.") + test_rss.item("...") + test_rss.FOOT
    (raw / "feed.xml").write_text(feed.replace("http://www.shortscience.org/paper", "/paper"))
    (tmp_path / "odd.bib").write_text(BIBTEX)
    result = build(
        BuildParameters(
            raw=[str(raw)],
            out=str(tmp_path / "out"),
            bibliography=[str(tmp_path / "odd.bib")],
            workers=1,
        )
    )
    release = Path(str(result["release"]))
    manifest = read_manifest(release)
    notices = "\n".join(result["notices"])
    assert (
        "export.json: 3 values do not fit summaries.url and became null, first '/paper" in notices
    )
    assert "feed.xml: 1 value does not fit summaries.url and became null" in notices
    assert "page.html: 1 value does not fit papers.year and became null, " in notices
    assert "odd.bib: " in notices
    named = {problem["name"] for problem in manifest["not_read"]}
    assert named >= {"export.json", "feed.xml", "page.html", "odd.bib"}
    summaries = pl.read_parquet(release / "data/summaries/*.parquet")
    assert len(summaries) == 8
    assert "café.txt" in pl.read_parquet(release / "data/sources/*.parquet")["name"]
    assert summaries["url"].drop_nulls().to_list() == ["http://["]
