"""What no build can do without: `python -m benchmarks.limits read|hash|write RAW RELEASE SCRATCH`.

One process reads the raw bytes, or reads and hashes them, or writes the tables of a release once
more, from memory; it times itself, and prints the seconds.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from shortscience.pipeline.release.parquet import read_table, write_table
from shortscience.pipeline.schema import TABLES


def read(raw: Path, _release: Path, _scratch: Path) -> Callable[[], None]:
    """Read every byte once."""

    def work() -> None:
        for path in raw.iterdir():
            path.read_bytes()

    return work


def hash_once(raw: Path, _release: Path, _scratch: Path) -> Callable[[], None]:
    """Read every byte once, and hash it as the inventory does."""

    def work() -> None:
        for path in raw.iterdir():
            hashlib.sha256(path.read_bytes()).hexdigest()

    return work


def write(_raw: Path, release: Path, scratch: Path) -> Callable[[], None]:
    """Write every table as a release's are written."""
    tables = {name: read_table(release, name) for name in TABLES}

    def work() -> None:
        for name, table in TABLES.items():
            write_table([tables[name]], table, scratch)

    return work


LIMITS = {"read": read, "hash": hash_once, "write": write}


def main() -> None:
    """Do one of them."""
    name, *folders = sys.argv[1:]
    work = LIMITS[name](*map(Path, folders))
    start = time.perf_counter()
    work()
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - start}) + "\n")


if __name__ == "__main__":
    main()
