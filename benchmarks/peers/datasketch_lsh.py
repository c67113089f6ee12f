"""datasketch: two processes make signatures; one index is asked before each record is added."""

from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from benchmarks.peers.searching import BANDS, CHUNK, PROCESSES, ROWS, race, read, shingles


def sign(text: str) -> MinHash:
    """Return the signature of a text."""
    signature = MinHash(num_perm=BANDS * ROWS)
    signature.update_batch([shingle.encode() for shingle in shingles(text)])
    return signature


def search(folder: Path, _scratch: Path) -> Iterable[int]:
    """Yield the records that share a bucket with an earlier one."""
    index = MinHashLSH(params=(BANDS, ROWS), num_perm=BANDS * ROWS)
    numbers, texts = read(folder)
    with get_context("fork").Pool(PROCESSES) as pool:
        for number, signature in zip(numbers, pool.imap(sign, texts, CHUNK), strict=True):
            if index.query(signature):
                yield number
            else:
                index.insert(number, signature)


if __name__ == "__main__":
    race(search)
