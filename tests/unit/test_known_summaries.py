"""What a build learns about papers from catalogues of known summaries."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.catalogue.file import PAPER_FACTS, Catalogue
from shortscience.pipeline.papers.catalogue.making import make_catalogue
from shortscience.pipeline.papers.catalogue.recognition import KNOWN
from shortscience.pipeline.papers.stage import Identified, identify_papers
from shortscience.pipeline.release.paper_evidence import recognised_by, write_paper_evidence
from shortscience.pipeline.settings import Settings, SignatureSettings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import NO_SPOOL
from tests.processing import InParts

SETTINGS = Settings()
MOSS = " ".join(f"moss{number}" for number in range(120))
FERN = " ".join(f"fern{number}" for number in range(120))
FACTS_OF_MOSS = {
    "paper_id": "arxiv:1611.03530",
    "identifiers": ["arxiv:1611.03530", "doi:10.1000/moss"],
    "bibtex_key": "journals/corr/1611.03530",
    "title": "Mosses Rethought from the Ground",
    "authors": ["Ada Moss", "Ben Fern"],
    "year": 2016,
    "venue": "arXiv",
    "url": "https://arxiv.org/abs/1611.03530",
    "identity_confidence": 0.9,
}


def catalogue(*facts: dict, text: str = MOSS, name: str = "known.parquet") -> Catalogue:
    """Return a catalogue with one text, whose paper has these facts."""
    (known,) = facts or (FACTS_OF_MOSS,)
    papers = pl.DataFrame([known], schema=PAPER_FACTS)
    summaries = pl.DataFrame(
        {"summary_id": ["s"], "paper_id": papers["paper_id"], "text": [text], "structure": [None]},
        schema_overrides={"structure": pl.String},
    )
    return Catalogue(name, make_catalogue([summaries], papers))


def found_in(
    folder: Path,
    dumps: dict[str, str],
    *catalogues: Catalogue,
    bibliography: Sequence[Index] = (),
    settings: Settings = SETTINGS,
    n_parts: int = 1,
) -> Identified:
    raw = folder / "raw"
    raw.mkdir()
    for name, content in dumps.items():
        (raw / name).write_text(content)
    batches = cut_batches(take_inventory([str(raw)], NO_SPOOL).distinct, 1)
    for batch in batches:
        build_shards(batch, settings, folder / "shards")
    shards = Shards.of(batches, settings, folder / "shards")
    outcomes = find_copies(shards, None, settings, InParts(1)).outcomes
    return identify_papers(shards, outcomes, bibliography, catalogues, settings, InParts(n_parts))


def dump(*texts: str) -> str:
    return "".join(f"[link]\n{text} ![]() |\n" for text in texts)


def summarised(found: Identified) -> list[dict]:
    papers = found.papers.collect()
    return papers.filter(pl.col("n_summaries") > 0).sort("paper_id").to_dicts()


def test_a_known_summary_has_its_paper(tmp_path: Path) -> None:
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(MOSS)}, catalogue()))
    facts = {name: paper[name] for name in FACTS_OF_MOSS}
    assert facts == FACTS_OF_MOSS
    assert paper["identified_by"] == "catalogue"
    assert paper["described_by"] == ["known.parquet"]
    assert paper["doi"] == "10.1000/moss"


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        pytest.param(MOSS, 0.9, id="exact"),
        pytest.param(" ".join(MOSS.split()[:70]), 0.9 * 0.98, id="truncated"),
        pytest.param(MOSS + " and a few words more", 0.9 * 0.95, id="near"),
    ],
)
def test_confidence_follows_from_the_match(tmp_path: Path, text: str, confidence: float) -> None:
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(text)}, catalogue()))
    assert paper["identity_confidence"] == pytest.approx(confidence)


def test_explain_shows_how_a_summary_was_recognised(tmp_path: Path) -> None:
    found = found_in(tmp_path, {"a.txt": dump(" ".join(MOSS.split()[:70]))}, catalogue())
    release = tmp_path / "releases" / "r"
    write_paper_evidence(found, release)
    (known,) = found.known.collect().to_dicts()
    (told,) = recognised_by(release, known["summary_id"])
    assert told["catalogue"] == "known.parquet"
    assert (told["match"], told["paper_id"]) == ("truncated", FACTS_OF_MOSS["paper_id"])
    assert told["record_id"] == known["record_id"]
    assert recognised_by(release, "another") == []


def test_an_unknown_summary_stays_unknown(tmp_path: Path) -> None:
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(FERN)}, catalogue()))
    assert paper["identified_by"] == "nothing"
    assert paper["title"] is None


@pytest.mark.parametrize("n_parts", [1, 3])
@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(f"[link to paper](https://arxiv.org/abs/1611.03530) {FERN}", True, id="own"),
        pytest.param(f"{FERN} as in [moss](https://doi.org/10.1000/moss)", True, id="cited"),
        pytest.param(f"{FERN} \\cite{{journals/corr/1611.03530}}", True, id="cited by key"),
        pytest.param(f"{FERN} see arXiv:1611.03531", False, id="another"),
        pytest.param(FERN, False, id="none"),
    ],
)
def test_a_catalogue_describes_papers_that_other_summaries_name(
    tmp_path: Path, text: str, title: bool, n_parts: int
) -> None:
    found = found_in(tmp_path, {"a.txt": dump(text)}, catalogue(), n_parts=n_parts)
    described = found.papers.collect().filter(pl.col("title").is_not_null())
    assert described["title"].to_list() == [FACTS_OF_MOSS["title"]] * title
    assert described["paper_id"].to_list() == [FACTS_OF_MOSS["paper_id"]] * title
    assert "catalogue" not in set(found.papers.collect()["identified_by"])
    assert not found.known.collect().height


def test_a_paper_that_a_catalogue_describes_twice_has_one_source(tmp_path: Path) -> None:
    text = f"{FERN} as in [moss](https://doi.org/10.1000/moss)"
    found = found_in(tmp_path, {"a.txt": dump(MOSS, text)}, catalogue())
    assert found.evidence.collect()["source"].to_list() == ["known.parquet"]
    assert len(summarised(found)) == 2


def test_a_page_takes_precedence_over_a_catalogue(tmp_path: Path) -> None:
    export = f'[{{"transcript": "{MOSS}", "sourceUrl": "https://shortscience.org/paper?bibtexKey=conf/a/B1"}}]'
    (paper,) = summarised(found_in(tmp_path, {"a.json": export}, catalogue()))
    assert (paper["paper_id"], paper["identified_by"]) == ("dblp:conf/a/B1", "page")


def test_a_catalogue_takes_precedence_over_the_header(tmp_path: Path) -> None:
    text = "[Paper](https://arxiv.org/abs/1412.6980) " + MOSS
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(text)}, catalogue()))
    assert (paper["paper_id"], paper["identified_by"]) == ("arxiv:1611.03530", "catalogue")


def test_a_catalogue_takes_precedence_over_bibliographies_which_fill_its_gaps(
    tmp_path: Path,
) -> None:
    lines = tmp_path / "arxiv.jsonl"
    lines.write_text(
        '{"arxiv_id": "1611.03530", "title": "Mosses rethought, from the ground",'
        ' "authors": "A. Moss",'
        ' "doi": null, "categories": null, "created": "2015-01-01"}\n'
    )
    silent = FACTS_OF_MOSS | {"authors": None, "venue": None}
    index = index_file(lines, "digest", tmp_path / "indexes")
    dumps = {"a.txt": dump(MOSS)}
    (paper,) = summarised(found_in(tmp_path, dumps, catalogue(silent), bibliography=[index]))
    assert paper["title"] == FACTS_OF_MOSS["title"]
    assert paper["authors"] == ["A. Moss"]
    assert paper["year"] == 2016
    assert paper["described_by"] == ["known.parquet", "arxiv.jsonl"]


def test_the_first_of_several_catalogues_decides(tmp_path: Path) -> None:
    other = dict.fromkeys(PAPER_FACTS) | {
        "paper_id": "dblp:conf/a/B1", "identifiers": ["dblp:conf/a/B1"], "identity_confidence": 1.0,
    }  # fmt: skip
    near = catalogue(other, text=MOSS + " and some", name="first.parquet")
    dumps = {"a.txt": dump(MOSS)}
    (paper,) = summarised(found_in(tmp_path, dumps, near, catalogue()))
    assert paper["paper_id"] == "dblp:conf/a/B1"


def test_a_catalogue_without_a_name_gives_the_title(tmp_path: Path) -> None:
    unnamed = FACTS_OF_MOSS | {
        "paper_id": "summary:s", "identifiers": [], "bibtex_key": None, "url": None,
    }  # fmt: skip
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(MOSS)}, catalogue(unnamed)))
    assert paper["paper_id"].startswith("summary:")
    assert paper["identified_by"] == "nothing"
    assert paper["title"] == FACTS_OF_MOSS["title"]


def test_two_summaries_of_a_known_paper_are_of_one_paper(tmp_path: Path) -> None:
    one, other = catalogue(), catalogue(text=FERN)
    both = Catalogue("both", pl.concat([one.rows, other.rows]).sort("content_id"))
    (paper,) = summarised(found_in(tmp_path, {"a.txt": dump(MOSS), "b.txt": dump(FERN)}, both))
    assert paper["n_summaries"] == 2


@pytest.mark.parametrize("n_parts", [2, 3])
def test_the_number_of_parts_does_not_affect_the_result(tmp_path: Path, n_parts: int) -> None:
    cut = " ".join(FERN.split()[:60])
    dumps = {"a.txt": dump(MOSS), "b.txt": dump(cut), "c.txt": dump("A third text.")}
    catalogues = catalogue(), catalogue(FACTS_OF_MOSS | {"paper_id": "doi:10.1000/moss"}, text=FERN)
    found = []
    for parts in (1, n_parts):
        folder = tmp_path / str(parts)
        folder.mkdir()
        whole = found_in(folder, dumps, *catalogues, n_parts=parts)
        found.append([part.collect().sort("summary_id") for part in (whole.known, whole.summaries)])
    assert all(one.equals(other) for one, other in zip(*found, strict=True))
    assert len(found[0][0]) == 2


def test_with_other_signatures_records_are_signed_again(tmp_path: Path) -> None:
    settings = Settings(signatures=SignatureSettings(shingle_words=2, bands=10, prefix_words=9))
    cut = " ".join(MOSS.split()[:70])
    found = found_in(tmp_path, {"a.txt": dump(cut)}, catalogue(), settings=settings)
    assert found.known.collect()["match"].to_list() == ["truncated"]
    assert found.known.collect().schema == KNOWN
