"""rensa by its plain interface: signatures alone, by two processes."""

from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path

from rensa import RMinHash

from benchmarks.peers.searching import BANDS, CHUNK, PROCESSES, ROWS, race, read, shingles


def sign(text: str) -> list[int]:
    """Return the signature of a text."""
    signature = RMinHash(num_perm=BANDS * ROWS, seed=1)
    signature.update(shingles(text))
    digest: list[int] = signature.digest()
    return digest


def search(folder: Path, _scratch: Path) -> Iterable[int]:
    """Sign all records; none is removed."""
    with get_context("fork").Pool(PROCESSES) as pool:
        for _ in pool.imap(sign, read(folder)[1], CHUNK):
            pass
    return []


if __name__ == "__main__":
    race(search)
