"""What all contestants of the search for copies share; it needs only Python and PyArrow."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

BANDS, ROWS, SHINGLE_WORDS = 21, 6, 3
PROCESSES = 2
CHUNK = 250
"""Texts that a process gets at a time."""

Search = Callable[[Path, Path], Iterable[int]]


def race(search: Search) -> None:
    """Search the folder that the call names; print the seconds and the records to remove.

    `search` gets that folder, with one Parquet file per process, and an empty one to write to.
    """
    folder, scratch = map(Path, sys.argv[1:3])
    start = time.perf_counter()
    removed = sorted(search(folder, scratch))
    seconds = time.perf_counter() - start
    sys.stdout.write("\n" + json.dumps({"seconds": seconds, "removed": removed}) + "\n")


def read(folder: Path) -> tuple[list[int], list[str]]:
    """Return the numbers and the texts of all records."""
    columns: Any = pq.read_table(folder, columns=["id", "text"]).to_pydict()
    return [int(number) for number in columns["id"]], columns["text"]


def shingles(text: str) -> list[str]:
    """Return the runs of three words of a text in lower case."""
    words = text.lower().split()
    return [" ".join(words[start : start + SHINGLE_WORDS]) for start in range(len(words) - 2)]
