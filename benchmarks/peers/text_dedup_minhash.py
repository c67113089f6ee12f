"""text-dedup: its MinHash, by the entry point of its command line."""

from collections.abc import Iterable
from pathlib import Path

from datasets import load_from_disk
from text_dedup.minhash import main

from benchmarks.peers.searching import BANDS, PROCESSES, ROWS, SHINGLE_WORDS, race, read


def search(folder: Path, scratch: Path) -> Iterable[int]:
    """Return the records that it does not keep."""
    options = {
        "path": "parquet",
        "data_files": str(folder / "*.parquet"),
        "split": "train",
        "cache_dir": str(scratch / "cache"),
        "output": str(scratch / "out"),
        "column": "text",
        "ngram": SHINGLE_WORDS,
        "num_perm": BANDS * ROWS,
        "b": BANDS,
        "r": ROWS,
        "num_proc": PROCESSES,
        "hash_func": "xxh3",  # the fastest it has
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    main.main(arguments, standalone_mode=False)
    kept = set(map(int, load_from_disk(str(scratch / "out"))["id"]))
    return set(read(folder)[0]) - kept


if __name__ == "__main__":
    race(search)
