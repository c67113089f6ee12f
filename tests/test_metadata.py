"""The card and the Croissant metadata of a release agree with its files and load in readers."""

import json
import logging
import re
from pathlib import Path
from xml.etree import ElementTree

import mlcroissant
import pytest
from datasets import Features, load_dataset
from datasets.utils.info_utils import NonMatchingSplitsSizesError
from huggingface_hub import DatasetCard

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.release import parquet
from shortscience.pipeline.release.card import dataset_card
from shortscience.pipeline.release.croissant import croissant
from shortscience.pipeline.release.manifest import read_manifest
from shortscience.pipeline.release.parquet import count_rows, read_table, table_files
from shortscience.pipeline.release.validation import validate
from shortscience.pipeline.schema import TABLES, Table
from shortscience.pipeline.settings import ReleaseSettings
from tests.releases import write_frames

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
    # Read without the card, so that `datasets` measures itself.
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


def test_the_card_states_no_licence_unless_set(built: Path, card: DatasetCard) -> None:
    rows = read_manifest(built)["tables"]
    assert card.data.license == "unknown"
    assert "states no licence" in card.text
    settings = ReleaseSettings(licence="other", licence_link="https://example.org/terms")
    told = DatasetCard(dataset_card(built, rows, built.name, settings))
    assert (told.data.license, told.data.license_link) == ("other", settings.licence_link)
    assert "as `other`" in told.text


def test_the_card_has_the_row_counts(card: DatasetCard, built: Path) -> None:
    for name, table in TABLES.items():
        assert f"| `{name}` | {count_rows(built, name):,} | {table.description} |" in card.text
    fates = read_table(built, "records").group_by("status", "relation").len()
    for status, relation, count in fates.iter_rows():
        assert f"| extracted-text | {status} | {relation or ''} | {count} |" in card.text


def test_the_manifest_has_a_digest_of_every_card_part(card: DatasetCard, built: Path) -> None:
    parts = read_manifest(built)["card"].keys()
    headings = {line for line in card.text.splitlines() if line.startswith("## ")}
    assert parts == {f"front.{key}" for key in card.data.to_dict()} | headings | {""}


def test_the_card_shows_pictures_that_the_release_holds(card: DatasetCard, built: Path) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", card.text)
    files = read_manifest(built)["files"]
    assert sorted(shown) == sorted(path for path in files if path.endswith(".svg"))
    records = ElementTree.parse(built / "charts" / "records.svg").getroot()
    texts = [item.text for item in records.iter("{http://www.w3.org/2000/svg}text")]
    fates = dict(read_table(built, "records").group_by("status").len().iter_rows())
    counts = ", ".join(f"{fates[status]} {status}" for status in ("kept", "duplicate", "rejected"))
    assert f"extracted-text: {counts}." in texts


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


@pytest.fixture(scope="module")
def cut(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a release in files of twenty rows, like the many files of a large one."""
    folder = tmp_path_factory.mktemp("cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 10)
        patch.setattr(parquet, "FILE_ROWS", 20)
        for name, table in TABLES.items():
            write_frames([read_table(built, name)], table, folder)
    rows = {name: count_rows(folder, name) for name in TABLES}
    told = "0" * 16, ReleaseSettings()
    (folder / "README.md").write_text(dataset_card(folder, rows, *told))
    (folder / "croissant.json").write_text(json.dumps(croissant(folder, *told)))
    return folder


@EVERY_TABLE
def test_tables_of_several_files_are_read_as_one(
    cut: Path, built: Path, tmp_path: Path, table: Table
) -> None:
    files = table_files(cut, table.name)
    assert (len(files) > 1) == (count_rows(built, table.name) > 20)
    assert read_table(cut, table.name).equals(read_table(built, table.name))
    loaded = load_dataset(str(cut), table.name, split="train", cache_dir=tmp_path)
    keys = read_table(built, table.name).select(table.key)
    assert [loaded[name] for name in table.key] == [keys[name].to_list() for name in table.key]
    records = mlcroissant.Dataset(jsonld=str(cut / "croissant.json")).records(table.name)
    found = [record[f"{table.name}/{table.key[0]}"].decode() for record in records]
    assert sorted(found) == sorted(keys[table.key[0]])


def test_tables_of_several_files_pass_the_same_validation(cut: Path, built: Path) -> None:
    assert validate(cut).report == validate(built).report


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
