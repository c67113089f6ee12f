"""Whole builds: the sample dumps against their truth, and the real dumps if present."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.release.parquet import read_table
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import NO_SPOOL, PROJECT, RAW, Shortscience
from tests.processing import process

TRUTH = json.loads((PROJECT / "tests" / "data" / "sample_truth.json").read_text())


def records_with_names(release: Path) -> pl.DataFrame:
    names = read_table(release, "sources").select("source_id", "name")
    return read_table(release, "records").join(names, on="source_id")


def test_the_truth_covers_every_sample() -> None:
    assert TRUTH.keys() == {path.name for path in RAW.iterdir()}


def test_every_record_has_its_expected_outcome(built: Path) -> None:
    found = records_with_names(built).sort("name", "ordinal")
    planted = [(name, record) for name in sorted(TRUTH) for record in TRUTH[name]]
    assert found.select("name", "ordinal").rows() == [(n, r["ordinal"]) for n, r in planted]
    reasons = [record["reason"] for _, record in planted]
    assert found["reason"].to_list() == reasons
    # Among equal texts, ids decide which one is kept.
    fates = found.select("status", "relation").rows()
    assert Counter(fates) == Counter((r["status"], r["relation"]) for _, r in planted)
    for (_, record), fate in zip(planted, fates, strict=True):
        if record["relation"] in {"near", "truncated"}:
            assert fate == ("duplicate", record["relation"]), record


def test_copies_have_the_right_summary(built: Path) -> None:
    found = records_with_names(built)
    summary_of = {(n, o): s for n, o, s in found.select("name", "ordinal", "summary_id").rows()}
    for name, records in TRUTH.items():
        for record in records:
            if record["kept_in"]:
                kept = summary_of[tuple(record["kept_in"])]
                assert summary_of[name, record["ordinal"]] == kept, record


def test_the_planted_features_are_found(built: Path) -> None:
    summaries = read_table(built, "summaries").with_columns(
        mojibake=pl.col("repairs").list.eval(pl.element().str.contains("decode:")).list.any()
    )
    citations = read_table(built, "citations").group_by("summary_id").agg(pl.col("kind").unique())
    equations = (
        read_table(built, "equations").group_by("summary_id").agg(pl.col("display").unique())
    )
    facts = (
        records_with_names(built)
        .select("name", "ordinal", "summary_id")
        .join(summaries, on="summary_id")
        .join(citations, on="summary_id", how="left")
        .join(equations, on="summary_id", how="left")
    )
    rows = {(row["name"], row["ordinal"]): row for row in facts.iter_rows(named=True)}
    missed = []
    for name, records in TRUTH.items():
        for record in records:
            if record["status"] != "kept":
                continue
            row = rows[name, record["ordinal"]]
            kinds, displays = set(row["kind"] or ()), set(row["display"] or ())
            has = {
                "mojibake": row["mojibake"],
                "inline-math": False in displays,
                "display-math": True in displays,
                "image": row["n_images"] > 0,
                "link": row["n_links"] > 0,
                "language:de": row["language"] == "de",
                "language:es": row["language"] == "es",
                "reference": "reference" in kinds,
                "mention": "mention" in kinds,
                "cite": "cite" in kinds,
                "doi": "doi" in kinds,
                "openreview": "openreview" in kinds,
                "shortscience": "shortscience" in kinds,
            }
            planted = set(record["features"]) & has.keys()
            missed += [(name, record["ordinal"], item) for item in planted if not has[item]]
    assert missed == []


@pytest.fixture(scope="module")
def real(
    shared: Path, shortscience: Shortscience, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("real")
    done = shortscience("build", shared / "raw", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["notices"] == []
    return Path(result["release"])


def test_the_five_real_dumps_give_30_records_and_26_summaries(real: Path) -> None:
    fates = read_table(real, "records").group_by("status", "relation").len().sort("len")
    assert fates.rows() == [("duplicate", "exact", 4), ("kept", None, 26)]
    for table in TABLES.values():
        assert read_table(real, table.name).columns == [column.name for column in table.columns]


def test_the_shipped_catalogue_names_all_their_papers(real: Path, shared: Path) -> None:
    summaries = read_table(real, "summaries").join(read_table(real, "papers"), on="paper_id")
    found = records_with_names(real).join(summaries, on="summary_id").sort("name", "ordinal")
    truth = json.loads((shared / "corpus" / "seed_truth.json").read_text())
    expected = [(seed["file"], seed["bibtex_key"], seed["arxiv_id"]) for seed in truth]
    assert found.select("name", "bibtex_key", "arxiv_id").rows() == expected
    assert set(found["identified_by"]) == {"catalogue"}
    titles = [seed["title"] and re.sub(r"[{}]", "", seed["title"]) for seed in truth]
    assert [known or title for known, title in zip(titles, found["title"], strict=True)] == [
        *found["title"]
    ]
    assert found["title"].null_count() == 0
    assert found["paper_id"].n_unique() == 26


def test_their_text_is_exactly_the_bytes_between_mark_and_trailer(real: Path, shared: Path) -> None:
    stood = {
        match[1]
        for path in (shared / "raw").glob("*.txt")
        for match in re.finditer(r"^\[link\]\n(.*?)(?: !\[\]\(\))? \|$", path.read_text(), re.M)
    }
    assert set(read_table(real, "summaries")["text"]) == stood
    assert len(stood) == 26


def search(raw: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and outcomes of some dumps, without writing a release."""
    settings = Settings()
    frames = process(take_inventory([str(raw)], NO_SPOOL).inputs, settings)
    found = find_copies_at_hand(
        frames["signatures"], frames["cleaned"], settings.signatures, settings.duplicates
    )
    return frames["records"], found.outcomes


def test_pages_of_the_same_shape_give_every_record(shared: Path) -> None:
    pages = shared / "pages" / "text" / "trafilatura-1.12.2_txt_nostyle_nofallback_images"
    _, outcomes = search(pages)
    # Pages that list summaries elsewhere than in blocks have text that is no record.
    assert len(outcomes) == sum(path.read_text().count("\n[link]\n") for path in pages.iterdir())


def test_different_peoples_summaries_are_never_copies(shared: Path, tmp_path: Path) -> None:
    with gzip.open(shared / "corpus" / "flattened_pairs.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["flattened"] for line in lines]
    page = "".join(f"[link]\n{text} ![]() |\n" for text in texts)
    (tmp_path / "page.txt").write_text(page)
    records, outcomes = search(tmp_path)
    assert len(records) == len(outcomes) == len(texts)
    words = {tuple(re.findall(r"[^\W_]+", text.lower())) for text in texts}
    assert outcomes["summary_id"].n_unique() == len(words)


def test_the_export_gives_every_seed_its_paper(
    shared: Path, shortscience: Shortscience, tmp_path: Path
) -> None:
    export = shared / "corpus" / "shortscience_export.json.gz"
    done = shortscience("build", shared / "raw", export, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    release = Path(json.loads(done.stdout)["release"])
    summaries = read_table(release, "summaries").join(read_table(release, "papers"), on="paper_id")
    found = records_with_names(release).join(summaries, on="summary_id").sort("ordinal")
    truth = json.loads((shared / "corpus" / "seed_truth.json").read_text())
    expected = [(seed["file"], seed["bibtex_key"], "original") for seed in truth]
    dumps = found.filter(pl.col("name").str.ends_with(".txt")).sort("name", "ordinal")
    assert dumps.select("name", "bibtex_key", "structure").rows() == expected
    assert len(found) == len(truth) + 762
