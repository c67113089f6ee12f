"""py3langid with all its languages."""

import py3langid

from benchmarks.peers.detecting import race


def detect(text: str) -> str:
    """Return the language of a text."""
    return str(py3langid.classify(text)[0])


if __name__ == "__main__":
    race(detect)
