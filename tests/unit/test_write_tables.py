"""Tables are the same files, byte for byte, in any number of parts and on any engine."""

from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.papers.stage import identify_papers
from shortscience.pipeline.release import parquet, table_files
from shortscience.pipeline.release.parquet import read_table
from shortscience.pipeline.release.parquet import table_files as files_of
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import Input, take_inventory
from shortscience.pipeline.spilling import Spilling
from shortscience.pipeline.tasks import AtOnce
from tests.conftest import NO_SPOOL, RAW, differing
from tests.processing import InParts

SETTINGS = Settings()


class Searched(NamedTuple):
    """The sample dumps, processed up to the papers stage."""

    inputs: list[Input]
    shards: Shards
    outcomes: pl.DataFrame

    def write(self, engine: InParts, release: Path) -> None:
        """Identify papers, and write all tables."""
        shards, outcomes = self.shards, self.outcomes
        found = identify_papers(shards, outcomes, [], [], SETTINGS, engine)
        write_tables(self.inputs, shards, outcomes, found, release, engine)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    folder = tmp_path_factory.mktemp("shards")
    inputs = take_inventory([str(RAW)], NO_SPOOL).distinct
    batches = cut_batches(inputs, batch_bytes=1 << 14)
    for batch in batches:
        build_shards(batch, SETTINGS, folder)
    shards = Shards.of(batches, SETTINGS, folder)
    return Searched(list(inputs), shards, find_copies(shards, None, SETTINGS, InParts(1)).outcomes)


@pytest.fixture(scope="module")
def whole(searched: Searched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables, written in one part."""
    folder = tmp_path_factory.mktemp("whole")
    searched.write(InParts(1), folder)
    return folder


@pytest.mark.parametrize("n_parts", [2, 7, 20])
def test_parts_do_not_affect_the_files(
    searched: Searched, n_parts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 10)
    monkeypatch.setattr(parquet, "FILE_ROWS", 20)
    searched.write(InParts(1), tmp_path / "whole")
    searched.write(InParts(n_parts), tmp_path / "parted")
    assert len(files_of(tmp_path / "whole", "records")) == 4
    assert not differing(tmp_path / "whole", tmp_path / "parted")


def test_more_records_than_memory_holds_are_written_in_more_parts(
    searched: Searched, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "_RECORDS_PER_PART", 10)
    searched.write(InParts(1), tmp_path)
    assert not differing(whole, tmp_path)


@pytest.mark.parametrize("bytes_in_memory", [0, 10_000])
def test_spilling_does_not_affect_the_files(
    searched: Searched, whole: Path, bytes_in_memory: int, tmp_path: Path
) -> None:
    release, scratch = tmp_path / "release", tmp_path / "scratch"
    scratch.mkdir()
    searched.write(InParts(3, Spilling(scratch, bytes_in_memory)), release)
    assert not differing(whole, release)
    assert not any(scratch.iterdir())


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_in_the_order_of_their_keys(whole: Path, name: str) -> None:
    rows = read_table(whole, name)
    assert rows.equals(rows.sort(TABLES[name].key))
    assert not rows.select(TABLES[name].key).is_duplicated().any()


def test_leftovers_of_abandoned_tasks_are_removed(searched: Searched, tmp_path: Path) -> None:
    class Stray(AtOnce):
        """An engine whose tasks leave files behind."""

        def get(self, refs):
            for folder in (tmp_path / "data").glob("*"):
                (folder / "stray.writing").touch()
            return super().get(refs)

    searched.write(InParts(2, Stray()), tmp_path)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"train-00000-of-00001.parquet"}
