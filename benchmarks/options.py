"""What a table is made with."""

from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import ROOT

SHARED = ROOT.parent / "shared"


class Options(NamedTuple):
    """The folder of real data, numbers of records (empty: the table's own), and rounds."""

    shared: Path = SHARED
    records: tuple[int, ...] = ()
    rounds: int = 1
