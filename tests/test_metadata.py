"""The card and the Croissant metadata of a release: true of its files, and read by others."""

import json
import logging
from pathlib import Path

import mlcroissant
import pytest
from datasets import Features, load_dataset
from datasets.utils.info_utils import NonMatchingSplitsSizesError
from huggingface_hub import DatasetCard

from pipeline.release.card import dataset_card
from pipeline.release.croissant import croissant
from pipeline.release.manifest import read_manifest, sha256
from pipeline.release.parquet import count_rows, read_table
from pipeline.schema import TABLES, Table
from pipeline.settings import ReleaseSettings

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def card(built: Path) -> DatasetCard:
    return DatasetCard.load(built / "README.md")


@EVERY_TABLE
def test_the_card_types_and_counts_the_files(
    card: DatasetCard, built: Path, tmp_path: Path, table: Table
) -> None:
    infos = {info["config_name"]: info for info in card.data.to_dict()["dataset_info"]}
    info = infos[table.name]
    expected = Features.from_arrow_schema(table.arrow_schema)
    assert Features._from_yaml_list(info["features"]) == expected
    path = built / "data" / table.name / "train-00000-of-00001.parquet"
    assert info["download_size"] == path.stat().st_size
    assert info["splits"][0]["num_examples"] == count_rows(built, table.name)
    # Read without the card, so that `datasets` measures by itself.
    measured = load_dataset("parquet", data_files=str(path), split="train", cache_dir=tmp_path).info
    assert info["splits"][0]["num_bytes"] == info["dataset_size"] == measured.dataset_size


def test_a_card_with_a_wrong_count_does_not_load(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "data").symlink_to(built / "data")
    right = (built / "README.md").read_text()
    rows = count_rows(built, "images")
    (copy / "README.md").write_text(
        right.replace(f"num_examples: {rows}\n", f"num_examples: {rows + 1}\n")
    )
    with pytest.raises(NonMatchingSplitsSizesError):
        load_dataset(str(copy), "images", cache_dir=tmp_path / "cache")


def test_the_card_promises_no_licence_unless_it_is_set(built: Path, card: DatasetCard) -> None:
    rows = read_manifest(built)["tables"]
    assert card.data.license == "unknown"
    assert "states no licence" in card.text
    settings = ReleaseSettings(licence="other", licence_link="https://example.org/terms")
    told = DatasetCard(dataset_card(built, rows, built.name, settings))
    assert (told.data.license, told.data.license_link) == ("other", settings.licence_link)
    assert "as `other`" in told.text


def test_the_card_tells_the_numbers_of_its_tables(card: DatasetCard, built: Path) -> None:
    for name, table in TABLES.items():
        assert f"| `{name}` | {count_rows(built, name):,} | {table.description} |" in card.text
    fates = read_table(built, "records").group_by("status", "relation").len()
    for status, relation, count in fates.iter_rows():
        assert f"| extracted-text | {status} | {relation or ''} | {count} |" in card.text


def test_the_manifest_knows_every_part_of_the_card(card: DatasetCard, built: Path) -> None:
    parts = read_manifest(built)["card"].keys()
    headings = {line for line in card.text.splitlines() if line.startswith("## ")}
    assert parts == {f"front.{key}" for key in card.data.to_dict()} | headings | {""}


def test_croissant_is_valid(built: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=str(built / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    # A date of publication would differ from build to build.
    assert {warning.split('"')[1].rsplit("/", 1)[1] for warning in issues.warnings} == {
        "citeAs",
        "datePublished",
    }


def test_croissant_holds_hashes_keys_references_and_responsible_use(built: Path) -> None:
    described = json.loads((built / "croissant.json").read_text())
    for file in described["distribution"]:
        assert file["sha256"] == sha256(built / file["contentUrl"])
    for record_set in described["recordSet"]:
        table = TABLES[record_set["name"]]
        assert [key["@id"].split("/")[1] for key in record_set["key"]] == list(table.key)
    fields = [field for record_set in described["recordSet"] for field in record_set["field"]]
    declared = {field["@id"] for field in fields if "references" in field}
    defined = {
        f"{name}/{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if column.references
    }
    assert defined - declared == {"summaries/record_id"}, "the circle is cut in one place"
    assert "http://mlcommons.org/croissant/RAI/1.0" in described["conformsTo"]
    assert described["rai:personalSensitiveInformation"]


def test_croissant_that_refers_to_nothing_is_refused(built: Path, tmp_path: Path) -> None:
    described = croissant(built, built.name, ReleaseSettings())
    described["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere"
    (tmp_path / "croissant.json").write_text(json.dumps(described))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))


@EVERY_TABLE
def test_croissant_loads_every_table(built: Path, table: Table) -> None:
    dataset = mlcroissant.Dataset(jsonld=str(built / "croissant.json"))
    key = f"{table.name}/{table.columns[0].name}"
    found = sorted(row[key].decode() for row in dataset.records(table.name))
    assert found == sorted(read_table(built, table.name).to_series(0))
