"""BeautifulSoup: the text of a page, by the parser that the call names."""

import sys

from bs4 import BeautifulSoup

from benchmarks.peers.timing import race

BACKEND = sys.argv[2]


def read(page: bytes) -> int:
    """Return the number of characters of a page's text."""
    return len(BeautifulSoup(page, BACKEND).get_text())


if __name__ == "__main__":
    race(read)
