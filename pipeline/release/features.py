"""The card's front matter about the files: how `datasets` finds, types and counts them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from shortscience.pipeline.release.parquet import table_files
from shortscience.pipeline.schema import TABLES, Table, Type

DEFAULT = "summaries"
"""The table that `load_dataset` loads by default."""

_DTYPES = {
    Type.STRING: "string",
    Type.BOOL: "bool",
    Type.INT32: "int32",
    Type.INT64: "int64",
    Type.FLOAT64: "float64",
    Type.DATE: "date32",
    Type.TIMESTAMP: "timestamp[us, tz=UTC]",
}


def configs() -> list[dict[str, Any]]:
    """Return one configuration per table, with the pattern of its files."""
    return [
        {
            "config_name": name,
            **({"default": True} if name == DEFAULT else {}),
            "data_files": [{"split": "train", "path": f"data/{name}/*.parquet"}],
        }
        for name in TABLES
    ]


def dataset_info(release: Path, rows: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return features, number of rows and sizes in bytes of each table, from the written files."""
    return [_info(release, table, rows[name]) for name, table in TABLES.items()]


def _info(release: Path, table: Table, rows: int) -> dict[str, Any]:
    files = table_files(release, table.name)
    size = sum(map(_arrow_bytes, files))
    return {
        "config_name": table.name,
        "features": [
            {"name": column.name, "list": "string"}
            if column.type is Type.STRINGS
            else {"name": column.name, "dtype": _DTYPES[column.type]}
            for column in table.columns
        ],
        "splits": [{"name": "train", "num_bytes": size, "num_examples": rows}],
        "download_size": sum(path.stat().st_size for path in files),
        "dataset_size": size,
    }


def _arrow_bytes(path: Path) -> int:
    """Return the in-memory size of a file's rows, reading one row group at a time."""
    with pq.ParquetFile(path) as file:
        return sum(file.read_row_group(number).nbytes for number in range(file.num_row_groups))
