"""The normal forms of texts that may be copies, on the disk."""

import mmap
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.duplicates.normal_form import normal_form


class NormalForms:
    """Normal forms by number, kept in a file without a name, and so gone with the process.

    Only those that are asked for are in memory.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._bounds = np.empty((0, 2), np.int64)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def fill(self, texts: pl.LazyFrame, record_ids: pl.Series, rows: npt.NDArray[np.int64]) -> None:
        """Read the texts (`record_id`, `text`) that stand in some rows; -1 for none.

        Number n is the text of `record_ids[n]` in row `rows[n]`.
        """
        self._bounds = np.zeros((len(record_ids), 2), np.int64)
        wanted = np.flatnonzero(rows >= 0)
        numbers = np.full(rows.max(initial=-1) + 1, -1)
        numbers[rows[wanted]] = wanted
        indexed = texts.select("record_id", "text").with_row_index("row")
        # By rows: a join would look all wanted ids up again for every batch.
        for batch in indexed.filter(pl.col("row") < len(numbers)).collect_batches():
            number = numbers[batch["row"].to_numpy()]
            found = batch.filter(pl.Series(number >= 0))
            number = number[number >= 0]
            if not found["record_id"].equals(record_ids.gather(number)):
                raise ValueError("The texts are not in the order of their signatures.")
            self._add(number, normal_form(found["text"]))

    def _add(self, numbers: npt.NDArray[np.int64], normal: pl.Series) -> None:
        ends = self._file.seek(0, 2) + normal.str.len_bytes().to_numpy().astype(np.int64).cumsum()
        self._file.write("".join(normal).encode())
        self._bounds[numbers, 1] = ends
        self._bounds[numbers[1:], 0] = ends[:-1]
        self._bounds[numbers[:1], 0] = ends[:1] - normal[:1].str.len_bytes().to_numpy()

    def gather(self, numbers: Sequence[int] | pl.Series, /) -> pl.Series:
        """Return the normal forms of some numbers, in the order asked for."""
        bounds = self._bounds[np.asarray(numbers, np.int64)].tolist()
        self._file.flush()
        if not self._file.seek(0, 2):
            return pl.Series([""] * len(bounds), dtype=pl.String)
        # Pages of a map count as this process's memory until it is closed.
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return pl.Series([view[start:end].decode() for start, end in bounds], dtype=pl.String)
