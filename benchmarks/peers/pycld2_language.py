"""Compact Language Detector 2; it refuses texts with control characters."""

import pycld2

from benchmarks.peers.detecting import UNDECIDED, race


def detect(text: str) -> str:
    """Return the language of a text."""
    printable = "".join(filter(str.isprintable, text))
    code = str(pycld2.detect(printable)[2][0][1]).split("-")[0]
    return UNDECIDED if code == "un" else code


if __name__ == "__main__":
    race(detect)
