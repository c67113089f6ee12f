"""Tables in files: the table alone decides which rows are in which file."""

from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release import parquet
from shortscience.pipeline.schema import TABLES
from tests.releases import write_frames

LINKS = TABLES["links"]


@pytest.fixture(scope="module", autouse=True)
def small() -> None:
    """Make files and row groups as small as the tables here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 4)
        patch.setattr(parquet, "FILE_ROWS", 12)
        yield


def rows(count: int) -> pl.DataFrame:
    ids = pl.DataFrame({"summary_id": [f"{place:024x}" for place in range(count)]})
    return pl.concat([LINKS.polars_schema.to_frame(), ids], how="diagonal").with_columns(
        pl.col("ordinal", "start", "end").fill_null(0), pl.col("url", "host", "raw").fill_null("")
    )


@given(st.integers(0, 50), st.lists(st.integers(0, 50)))
def test_all_files_but_the_last_are_full(count: int, cuts: list[int]) -> None:
    table = rows(count)
    bounds = sorted([0, count, *(min(cut, count) for cut in cuts)])
    frames = [table[start:end] for start, end in pairwise(bounds)]
    with TemporaryDirectory() as folder:
        write_frames(frames, LINKS, Path(folder))
        files = parquet.table_files(Path(folder), "links")
        sizes = [pq.read_metadata(path).num_rows for path in files]
        assert sizes == [end - start for start, end in parquet.file_bounds(count)]
        assert sizes == [12] * (len(files) - 1) + [count - 12 * (len(files) - 1)]
        assert [path.name for path in files] == [
            f"train-{place:05}-of-{len(files):05}.parquet" for place in range(len(files))
        ]
        assert parquet.read_table(Path(folder), "links").equals(table)
        assert parquet.count_rows(Path(folder), "links") == count


def test_row_groups_are_halved_while_their_texts_are_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 50)  # two ids have 48
    urls = ["1234", "1234", "1234", "x" * 60]
    table = rows(6).with_columns(url=pl.Series([*urls, "", ""]))
    groups = list(parquet.row_groups([table], LINKS))
    assert [group["url"].to_list() for group in groups] == [urls[:2], urls[2:3], urls[3:], ["", ""]]


def test_the_bytes_do_not_depend_on_the_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Texts that outgrow a column's dictionary within the first row group, and two files.
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 3_000)
    monkeypatch.setattr(parquet, "FILE_ROWS", 3_000)
    draw = Random(1)
    long = pl.Series("raw", [draw.randbytes(draw.randrange(800)).hex() for _ in range(4_000)])
    table = rows(4_000).with_columns(long)
    write_frames([table], LINKS, tmp_path / "whole")
    write_frames(table.iter_slices(700), LINKS, tmp_path / "cut")
    whole, cut = (parquet.table_files(tmp_path / name, "links") for name in ("whole", "cut"))
    assert len(whole) == 2
    assert [path.read_bytes() for path in whole] == [path.read_bytes() for path in cut]
