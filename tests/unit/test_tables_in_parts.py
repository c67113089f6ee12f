"""Tables that tasks write are those that one process writes, byte for byte."""

from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from shortscience.pipeline.duplicates.find import find_duplicates
from shortscience.pipeline.papers.stage import Identified, identify
from shortscience.pipeline.release import parquet
from shortscience.pipeline.release.parquet import table_files
from shortscience.pipeline.release.parts import write_tables_in_parts
from shortscience.pipeline.release.write import write_tables
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards, cut_batches
from shortscience.pipeline.sources.inputs import Input, take_inventory
from shortscience.pipeline.spilling import Spilling
from shortscience.pipeline.tasks import AtOnce, Tasks
from tests.conftest import NO_SPOOL, RAW, SCRATCH, differing

SETTINGS = Settings()


class Searched(NamedTuple):
    """The sample dumps, up to where the papers stage begins."""

    inputs: list[Input]
    shards: Shards
    verdicts: pl.DataFrame

    def found(self, n_parts: int, tasks: Tasks) -> Identified:
        told = self.shards, self.verdicts, [], SETTINGS.papers
        return identify(*told, n_parts=n_parts, tasks=tasks)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    folder = tmp_path_factory.mktemp("shards")
    inputs = take_inventory([str(RAW)], NO_SPOOL).distinct
    batches = cut_batches(inputs, batch_bytes=1 << 14)
    for batch in batches:
        build_shards(batch, SETTINGS, folder)
    shards = Shards.of(batches, SETTINGS, folder)
    verdicts = find_duplicates(
        shards.scan("signatures").collect(),
        shards.scan("cleaned").select("record_id", "text"),
        SETTINGS.signatures,
        SETTINGS.duplicates,
        SCRATCH,
    ).verdicts
    return Searched(list(inputs), shards, verdicts)


@pytest.mark.parametrize("file_rows", [20, 1_000])
@pytest.mark.parametrize("n_parts", [1, 2, 7, 20])
def test_the_parts_do_not_show(
    searched: Searched,
    n_parts: int,
    file_rows: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", file_rows // 2)
    monkeypatch.setattr(parquet, "FILE_ROWS", file_rows)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    whole.mkdir()
    write_tables(searched.inputs, searched.shards, searched.found(1, AtOnce()), whole)
    found = searched.found(n_parts, AtOnce())
    write_tables_in_parts(searched.inputs, searched.shards, found, parted, AtOnce())
    for name in TABLES:
        files = table_files(whole, name)
        assert [path.name for path in table_files(parted, name)] == [path.name for path in files]
        for one, other in zip(files, table_files(parted, name), strict=True):
            assert one.read_bytes() == other.read_bytes(), one
    assert len(table_files(whole, "records")) == (1 if file_rows == 1_000 else 4)


def test_what_lies_on_the_disk_in_the_meantime_does_not_show(
    searched: Searched, tmp_path: Path
) -> None:
    whole, spilled, scratch = (tmp_path / name for name in ("whole", "spilled", "scratch"))
    for folder in (whole, spilled, scratch):
        folder.mkdir()
    write_tables(searched.inputs, searched.shards, searched.found(1, AtOnce()), whole)
    tasks = Spilling(scratch)
    found = searched.found(3, tasks)
    assert any(scratch.iterdir())
    write_tables(searched.inputs, searched.shards, found, spilled)
    assert not differing(whole, spilled)
    del found
    assert not any(scratch.iterdir())


def test_what_a_task_that_was_given_up_has_begun_is_removed(
    searched: Searched, tmp_path: Path
) -> None:
    class Stray(AtOnce):
        """An engine of which tasks leave files behind."""

        def get(self, refs):
            for folder in (tmp_path / "data").glob("*"):
                (folder / "stray.writing").touch()
            return super().get(refs)

    found = searched.found(2, AtOnce())
    write_tables_in_parts(searched.inputs, searched.shards, found, tmp_path, Stray())
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"train-00000-of-00001.parquet"}
