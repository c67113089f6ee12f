"""Catalogues of known summaries: what they recognise, and what they do not."""

import gzip
import json
import re
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.digests import digest
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.errors import OutputError, UsageError
from shortscience.pipeline.papers.catalogue.file import (
    CATALOGUE_SCHEMA,
    PAPER_FACTS,
    SIGNING,
    Catalogue,
    read_catalogue,
    write_catalogue,
)
from shortscience.pipeline.papers.catalogue.making import make_catalogue
from shortscience.pipeline.papers.catalogue.matching import compare, recognise
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.stock import SHIPPED_CATALOGUE
from tests.conftest import RAW
from tests.unit.cases import cases

MATCHING = Settings().catalogue


def summaries(texts: dict[str, str], papers: dict[str, str] | None = None) -> pl.DataFrame:
    """Return summaries by id; each has its own paper unless `papers` names another."""
    ids = list(texts)
    of_papers = [f"arxiv:{(papers or {}).get(name, name)}" for name in ids]
    return pl.DataFrame(
        {"summary_id": ids, "paper_id": of_papers, "text": list(texts.values())},
        schema=dict.fromkeys(("summary_id", "paper_id", "text"), pl.String),
    ).with_columns(structure=pl.lit("original"))


def papers_of(known: pl.DataFrame) -> pl.DataFrame:
    ids = known.select("paper_id", title=pl.format("The Title of {}", "paper_id")).unique()
    told = ids.with_columns(authors=pl.lit(["Ada Moss"]), identity_confidence=0.99)
    return pl.concat([PAPER_FACTS.to_frame(), told], how="diagonal")


def catalogue(known: pl.DataFrame) -> Catalogue:
    return Catalogue("known", make_catalogue([known], papers_of(known)))


def recognised(texts: dict[str, str], known: Catalogue, n_parts: int = 1) -> pl.DataFrame:
    """Return `record_id`, `match`, `similarity` and `paper_id` of recognised records."""
    records = pl.DataFrame(
        {"record_id": list(texts), "text": list(texts.values())},
        schema={"record_id": pl.String, "text": pl.String},
    ).with_columns(structure=pl.lit("restored"))
    size = -(-len(texts) // n_parts) or 1
    parts = list(records.iter_slices(size))
    found = [recognise(sign(part, SIGNING), [part], known, MATCHING) for part in parts]
    papers = known.rows.select("paper_id").with_row_index("row")
    return pl.concat(found).join(papers, on="row", maintain_order="left").drop("row")


def words(start: int, count: int) -> str:
    """Return a text of `count` different words, disjoint from those of other ranges."""
    return " ".join(f"w{number}" for number in range(start, start + count))


@pytest.mark.parametrize("case", cases("catalogue", "recognised", "left_alone"))
def test_what_is_recognised(case: dict[str, str | list[list[int]]]) -> None:
    """Texts of cases are ranges of words, `[start, count]`."""
    texts = {
        name: " ".join(words(*run) for run in runs) for name, runs in case["summaries"].items()
    }
    record = " ".join(words(*run) for run in case["record"])
    found = recognised({"record": record}, catalogue(summaries(texts, case.get("papers"))))
    said = found.select("match", "paper_id").rows()
    assert said == ([tuple(case["expected"])] if case["expected"] else [])


def test_form_does_not_matter() -> None:
    """A flattened text with other quotes, case and addresses is the same text."""
    known = catalogue(summaries({"a": "# The *Moss* paper\n\n* It’s about moss, ferns and light."}))
    flat = "The Moss paper It's about moss, FERNS and light. https://example.org/moss"
    assert recognised({"r": flat}, known)["match"].to_list() == ["exact"]


def test_similarity_is_estimated() -> None:
    known = catalogue(summaries({"a": words(0, 400)}))
    edited = words(0, 380) + " " + words(1000, 20)  # 378 of 398 + 20 shingles
    (similarity,) = recognised({"r": edited}, known)["similarity"]
    assert similarity == pytest.approx(378 / 418, abs=0.1)


def test_texts_are_read_only_where_a_record_may_be_cut_or_edited() -> None:
    def read() -> pl.DataFrame:
        raise AssertionError("the texts were read")
        yield

    records = summaries({"a": words(0, 100), "b": words(200, 100)}).rename(
        {"summary_id": "record_id"}
    )
    known = catalogue(summaries({"a": words(0, 100)}))
    found = compare(sign(records, SIGNING), read(), known, MATCHING)
    assert found["record_id"].to_list() == ["a"]


KNOWN = {
    name: words(start, 120)
    for start, name in enumerate(("a", "b", "c"), 1)
    for start in [start * 500]
}
VERSIONS = st.sampled_from(sorted(KNOWN)).flatmap(
    lambda name: st.one_of(
        st.just(KNOWN[name]),
        st.integers(1, 119).map(lambda n: " ".join(KNOWN[name].split()[:n])),
        st.lists(st.integers(0, 119), max_size=8).map(
            lambda places: " ".join(
                "edited" if place in places else word
                for place, word in enumerate(KNOWN[name].split())
            )
        ),
        st.integers(5_000, 6_000).map(lambda start: words(start, 80)),
    )
)


@given(st.lists(VERSIONS, min_size=1, max_size=8), st.randoms(), st.integers(1, 4))
def test_order_and_parts_do_not_affect_the_result(texts: list[str], random, n_parts: int) -> None:
    known = catalogue(summaries(KNOWN))
    records = {f"{place:02}": text for place, text in enumerate(texts)}
    shuffled = list(records.items())
    random.shuffle(shuffled)
    expected = recognised(records, known)
    found = recognised(dict(shuffled), known, n_parts).sort("record_id")
    assert found.equals(expected)


@given(st.permutations(sorted(KNOWN)), st.integers(1, 3))
def test_the_same_release_gives_the_same_bytes(
    tmp_path_factory, order: list[str], size: int
) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    known = summaries({name: KNOWN[name] for name in order})
    rows = make_catalogue(known.iter_slices(size), papers_of(known).sample(3, shuffle=True))
    write_catalogue(rows, folder / "one")
    write_catalogue(catalogue(summaries(KNOWN)).rows, folder / "other")
    assert (folder / "one").read_bytes() == (folder / "other").read_bytes()
    assert read_catalogue(folder / "one").rows.equals(rows)


def test_a_catalogue_holds_no_text(tmp_path: Path) -> None:
    path = tmp_path / "known.parquet"
    known = summaries(KNOWN)
    write_catalogue(make_catalogue([known], papers_of(known)), path)
    assert not re.search(rb"w\d{3}", decompressed(path))


def decompressed(path: Path) -> bytes:
    """Return the decompressed content of a Parquet file."""
    plain = path.with_suffix(".plain")
    pq.write_table(pq.read_table(path), plain, compression="none")
    return plain.read_bytes()


def test_fingerprints_are_those_of_this_version() -> None:
    """If this fails, existing catalogues recognise nothing: increment VERSION and remake them.

    The texts cover everything that normal forms treat: marks, addresses, accents and other scripts.
    """
    texts = (
        "Ärger à la *carte*: https://example.org/x – naïve\n\n$x^2$ " * 9,
        "短い文。Ὀδυσσεύς ﬁn",
    )
    known = summaries({str(place): text for place, text in enumerate(texts)})
    rows = make_catalogue([known], papers_of(known))
    said = json.dumps(rows.to_dicts(), default=lambda value: value.hex(), sort_keys=True)
    assert digest(said)[:16] == "c6762047bae8cdf6"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "known.parquet"
    write_catalogue(catalogue(summaries(KNOWN)).rows, path)
    return path


@given(st.data())
def test_a_damaged_byte_is_detected_or_harmless(tmp_path_factory, data) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.parquet"
    known = catalogue(summaries(KNOWN))
    write_catalogue(known.rows, path)
    damaged = bytearray(path.read_bytes())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    try:
        assert read_catalogue(path).rows.equals(known.rows)
    except UsageError as error:
        assert "damaged.parquet is" in str(error)


def test_a_truncated_catalogue_is_reported(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:-20])
    with pytest.raises(UsageError, match=r"known\.parquet is damaged"):
        read_catalogue(written)


def test_a_catalogue_of_another_version_is_reported(written: Path) -> None:
    metadata = {b"shortscience-catalogue-version": b"99"}
    pq.write_table(pq.read_table(written).replace_schema_metadata(metadata), written)
    with pytest.raises(UsageError, match=r"known\.parquet is a catalogue of version 99"):
        read_catalogue(written)


def test_another_parquet_file_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"content_id": ["a"]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(UsageError, match=r"other\.parquet is not a catalogue"):
        read_catalogue(tmp_path / "other.parquet")


def test_a_folder_as_output_is_refused(tmp_path: Path) -> None:
    nothing = CATALOGUE_SCHEMA.to_frame()
    with pytest.raises(OutputError, match="nowhere"):
        write_catalogue(nothing, tmp_path / "nowhere" / "known.parquet")
    with pytest.raises(OutputError, match="name another"):
        write_catalogue(nothing, tmp_path)


def test_the_shipped_catalogue_is_small_and_knows_titles() -> None:
    shipped = read_catalogue(SHIPPED_CATALOGUE)
    assert SHIPPED_CATALOGUE.stat().st_size < 1_000 * len(shipped.rows)
    papers = shipped.rows.unique("paper_id")
    assert papers["title"].count() / len(papers) > 0.7


def test_the_shipped_catalogue_does_not_know_the_sample_dumps() -> None:
    texts = {path.name: path.read_text(errors="replace") for path in RAW.glob("*.txt")}
    records = {
        f"{name} {place}": record
        for name, text in texts.items()
        for place, record in enumerate(text.split("[link]\n"))
    }
    assert recognised(records, read_catalogue(SHIPPED_CATALOGUE)).is_empty()


def test_the_shipped_catalogue_has_no_sentence_of_a_summary(shared: Path, tmp_path: Path) -> None:
    """The file has no run of eight words of the export except in titles and addresses."""
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(SHIPPED_CATALOGUE.read_bytes())
    held = plain(decompressed(copy).decode(errors="replace"))
    rows = read_catalogue(copy).rows
    facts = plain(" ".join([*rows["title"].drop_nulls(), *rows["url"].drop_nulls()]))
    with gzip.open(shared / "corpus" / "shortscience_export.json.gz") as file:
        texts = [plain(row["transcript"]).split() for row in json.load(file).values()]
    runs = {
        " ".join(text[start : start + 8]) for text in texts for start in range(0, len(text) - 8, 4)
    }
    assert len(runs) > 10_000
    assert not [run for run in runs if run in held and run not in facts]


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower())
