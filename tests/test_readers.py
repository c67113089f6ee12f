"""Every table in every reader: the same values, whichever library opens the files."""

import datetime
import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from shortscience.pipeline.release.parquet import table_files
from shortscience.pipeline.release.tables import conform
from shortscience.pipeline.schema import TABLES, Table, Type
from tests.releases import write_frames

Rows = list[dict[str, Any]]
Reader = Callable[[Path], Rows]
NOON = datetime.datetime(2017, 3, 4, 12, 0, 0, 123456, tzinfo=datetime.UTC)
VALUES: dict[Type, tuple[object, ...]] = {
    Type.STRING: ("é 𝒳 \u202e \n\t\"'", "", "x" * 5000),
    Type.BOOL: (True, False, True),
    Type.INT32: (2**31 - 1, -(2**31), 0),
    Type.INT64: (2**63 - 1, -(2**63), 2**53 + 1),
    Type.FLOAT64: (0.1, -1e300, 5e-324),
    Type.DATE: (NOON.date(), datetime.date(1970, 1, 1), datetime.date(1969, 12, 31)),
    Type.TIMESTAMP: (NOON, NOON.replace(year=1969), NOON.replace(year=2038, microsecond=0)),
    Type.STRINGS: (["a", "é", ""], [], ["one"]),
}
"""Three edge values of each type; a fourth row is null in all nullable columns."""


@pytest.fixture(scope="session")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables with edge values of every type, and nulls in every nullable column."""
    folder = tmp_path_factory.mktemp("edges")
    for table in TABLES.values():
        columns = {
            column.name: [
                *(
                    f"{n}{v}" if column.name in table.key and isinstance(v, str) else v
                    for n, v in enumerate(VALUES[column.type])
                ),
                None if column.nullable else VALUES[column.type][0],
            ]
            for column in table.columns
        }
        frame = pl.DataFrame(columns, schema=table.polars_schema, strict=False)
        write_frames([conform(frame, table).sort(table.key)], table, folder)
    return folder


@pytest.fixture(params=["samples", "edges"])
def release(request: pytest.FixtureRequest, built: Path, edges: Path) -> Path:
    return built if request.param == "samples" else edges


def with_polars(path: Path) -> Rows:
    return pl.read_parquet(path).to_dicts()


def with_pyarrow(path: Path) -> Rows:
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pylist()


def with_pandas(path: Path) -> Rows:
    import pandas as pd

    return pd.read_parquet(path).to_dict("records")


def with_duckdb(path: Path) -> Rows:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def with_datasets(path: Path) -> Rows:
    from datasets import load_dataset

    with tempfile.TemporaryDirectory() as cache:
        loaded = load_dataset("parquet", data_files=str(path), split="train", cache_dir=cache)
        return list(loaded)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark session with its own JVM, without a network and on two threads."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    yield session
    session.stop()


def plain(value: object, type_: Type) -> object:
    """Return a value as plain Python; readers have their own types and nulls."""
    import numpy as np
    import pandas as pd

    if isinstance(value, np.ndarray | list | tuple):
        return [plain(item, Type.STRING) for item in value]
    if value is None or pd.isna(value):
        return None
    match type_:
        case Type.INT32 | Type.INT64:
            return int(value)  # pandas has floats where integers may be null
        case Type.TIMESTAMP:
            moment = pd.Timestamp(value)
            return (moment if moment.tzinfo else moment.tz_localize("UTC")).to_pydatetime()
        case Type.BOOL:
            return bool(value)
    return value


def compare(rows: Rows, release: Path, table: Table) -> None:
    """Assert that rows equal those of the file as PyArrow reads it, in order."""
    expected = with_pyarrow(table_files(release, table.name)[0])
    assert len(rows) == len(expected)
    for found, right in zip(rows, expected, strict=True):
        assert list(found) == [column.name for column in table.columns]
        for column in table.columns:
            assert plain(found[column.name], column.type) == plain(right[column.name], column.type)


EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@EVERY_TABLE
@pytest.mark.parametrize(
    "read",
    [with_polars, with_pandas, with_duckdb, with_datasets],
    ids=lambda read: read.__name__.removeprefix("with_"),
)
def test_all_readers_see_the_same_values(release: Path, table: Table, read: Reader) -> None:
    compare(read(table_files(release, table.name)[0]), release, table)


def streamed_with_datasets(path: Path) -> Rows:
    """Stream the rows: `datasets` refuses to load a split without rows into memory."""
    from datasets import load_dataset

    return list(load_dataset("parquet", data_files=str(path), split="train", streaming=True))


@pytest.mark.parametrize("read", [with_polars, with_pandas, with_duckdb, streamed_with_datasets])
def test_readers_accept_a_table_without_rows(tmp_path: Path, read: Reader) -> None:
    table = TABLES["images"]
    write_frames([table.polars_schema.to_frame()], table, tmp_path)
    assert read(table_files(tmp_path, "images")[0]) == []


@EVERY_TABLE
def test_spark_sees_the_same_values(spark: Any, edges: Path, table: Table) -> None:
    read = spark.read.parquet(str(table_files(edges, table.name)[0])).coalesce(1)
    compare([row.asDict() for row in read.toLocalIterator()], edges, table)


@EVERY_TABLE
def test_edge_values_survive_the_file(edges: Path, table: Table) -> None:
    """PyArrow reads back the values that were written."""
    rows = with_pyarrow(table_files(edges, table.name)[0])
    for column in table.columns:
        found = [row[column.name] for row in rows]
        if column.name not in table.key:
            assert all(value in found for value in VALUES[column.type])
        assert (None in found) == column.nullable
