"""Copies share their facts: what one record knows, its summary knows."""

import json
from pathlib import Path

import polars as pl

from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.papers.copies import choose_facts, known_facts
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import NO_SPOOL
from tests.processing import process
from tests.unit.identified import Identified, identify

SETTINGS = Settings()
TEXT = (
    "The step size adapts to each weight.\n\n* It divides by a running mean of squared gradients."
)
FLAT = " ".join(TEXT.split())
PAGE = "https://www.shortscience.org/paper?bibtexKey="


def build(folder: Path, **files: str) -> tuple[Identified, pl.DataFrame]:
    """Return identities and kept texts of some dumps."""
    for name, content in files.items():
        (folder / name).write_text(content)
    frames = process(take_inventory([str(folder)], NO_SPOOL).inputs, SETTINGS)
    outcomes = find_copies_at_hand(
        frames["signatures"], frames["cleaned"], SETTINGS.signatures, SETTINGS.duplicates
    ).outcomes
    kept = outcomes.filter(pl.col("status") == "kept").select("record_id", "summary_id")
    cleaned = frames["cleaned"].join(kept, on="record_id")
    of_records = (
        frames["records"]
        .select("record_id")
        .join(outcomes, on="record_id", how="left", maintain_order="left")
    )
    facts = choose_facts(known_facts(frames["records"], of_records))
    citations = frames["citations"].join(kept, on="record_id")
    return identify(facts, citations, []), cleaned


def export(*keys: str, text: str = TEXT) -> str:
    return json.dumps([{"transcript": text, "sourceUrl": f"{PAGE}{key}"} for key in keys])


def dump(*texts: str) -> str:
    return "".join(f"[link]\n{text} ![]() |\n" for text in texts)


def test_a_flattened_summary_takes_its_paper_from_an_export(tmp_path: Path) -> None:
    found, cleaned = build(tmp_path, dump=dump(FLAT), export=export("journals/corr/KingmaB14"))
    assert cleaned["text"].to_list() == [TEXT]
    assert cleaned["structure"].to_list() == ["original"]
    paper = found.papers.to_dicts()[0]
    assert paper["paper_id"] == "dblp:journals/corr/KingmaB14"
    assert paper["bibtex_key"] == "journals/corr/KingmaB14"
    assert paper["identified_by"] == "copy"
    assert found.summaries["url"].to_list() == [f"{PAGE}journals/corr/KingmaB14"]


def test_an_export_alone_identifies_its_paper(tmp_path: Path) -> None:
    found, _ = build(tmp_path, export=export("journals/corr/1412.6980"))
    assert found.papers.select("paper_id", "identified_by").rows() == [("arxiv:1412.6980", "page")]


def test_a_dump_alone_knows_nothing(tmp_path: Path) -> None:
    found, _ = build(tmp_path, dump=dump(FLAT))
    assert found.papers["identified_by"].to_list() == ["nothing"]


def test_the_kept_copy_decides_between_disagreeing_copies(tmp_path: Path) -> None:
    found, cleaned = build(tmp_path, export=export("conf/a/B1", "conf/c/D2"))
    assert len(cleaned) == 1
    assert found.papers["paper_id"].to_list() in (["dblp:conf/a/B1"], ["dblp:conf/c/D2"])
    again, _ = build(tmp_path, export=export("conf/c/D2", "conf/a/B1"))
    assert len(again.papers) == 1


def test_two_summaries_of_one_paper_share_its_row(tmp_path: Path) -> None:
    other = json.dumps([{"transcript": "Another view.", "sourceUrl": f"{PAGE}conf/a/B1"}])
    found, cleaned = build(tmp_path, one=export("conf/a/B1"), two=other)
    assert len(cleaned) == 2
    assert found.papers["paper_id"].to_list() == ["dblp:conf/a/B1"]
