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

from pipeline.duplicates.normal_form import normal_form


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

    def fill(self, texts: pl.LazyFrame, record_ids: pl.Series, wanted: pl.Series) -> None:
        """Read the texts (`record_id`, `text`) of some numbers; number n is `record_ids[n]`."""
        self._bounds = np.zeros((len(record_ids), 2), np.int64)
        numbers = pl.DataFrame({"number": wanted, "record_id": record_ids.gather(wanted)})
        # Joined batch by batch: the streaming engine would hold all that a join finds.
        for batch in texts.select("record_id", "text").collect_batches(maintain_order=False):
            found = batch.join(numbers, on="record_id")
            self._add(found["number"].to_numpy(), normal_form(found["text"]))

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
