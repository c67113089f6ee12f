"""Workers that are killed: it costs time, and nothing else."""

import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest

from flows import workers
from pipeline.errors import WorkerError
from pipeline.settings import Settings
from pipeline.shards import Batch, build_shard, cut_batches
from pipeline.sources.inputs import take_inventory
from tests.conftest import NO_SPOOL, RAW

SETTINGS = Settings()


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Return the sample dumps as one batch."""
    return cut_batches(take_inventory([str(RAW)], NO_SPOOL).distinct)[0]


def die_once(batch: Batch, settings: Settings, folder: Path) -> bool:
    """Build a shard in the second life of a worker; the first ends as the system would end it."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return build_shard(batch, settings, folder)


def die(batch: Batch, settings: Settings, folder: Path) -> bool:
    """Never build a shard."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return False


def test_a_killed_worker_is_replaced_and_its_batch_done_again(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "build_shard", die_once)
    with workers.runner(2) as run:
        assert run(batch, SETTINGS, tmp_path)
    records = pl.read_parquet(tmp_path / batch.key(SETTINGS) / "records.parquet")
    assert records.height > 0


def test_a_batch_whose_workers_are_always_killed_is_named(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "build_shard", die)
    with workers.runner(2) as run, pytest.raises(WorkerError) as caught:
        run(batch, SETTINGS, tmp_path)
    assert batch.inputs[0].name in str(caught.value)
    assert "fewer --workers" in str(caught.value)
