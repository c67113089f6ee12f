"""trafilatura: the text of a page, by default or, with `fast`, without its fallbacks."""

import sys

import trafilatura

from benchmarks.peers.timing import race

FAST = "fast" in sys.argv[2:]


def read(page: bytes) -> int:
    """Return the number of characters of a page's text."""
    return len(trafilatura.extract(page, fast=FAST) or "")


if __name__ == "__main__":
    race(read)
