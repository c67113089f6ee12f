"""The words in which two copies of a text differ."""

from difflib import SequenceMatcher
from typing import NamedTuple

_LONG = 4_000
"""Words up to which every word counts in the comparison; in longer texts the most frequent ones
are only compared next to others, which keeps the cost linear."""


class Difference(NamedTuple):
    """Words of the kept text, and what the copy has in their place; either may be empty."""

    kept: str
    copy: str


def differing_words(kept: str, copy: str) -> list[Difference]:
    """Return the places in which two texts differ, word by word, in their order."""
    ours, theirs = kept.split(), copy.split()
    is_long = max(len(ours), len(theirs)) > _LONG
    blocks = SequenceMatcher(None, ours, theirs, autojunk=is_long).get_opcodes()
    return [
        Difference(" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for what, a, b, c, d in blocks
        if what != "equal"
    ]
