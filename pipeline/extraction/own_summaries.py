"""Mentions of the reviewer's own summaries of other papers: `my earlier summary of TidalNet`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Nicknames of papers have a second capital or a digit: TidalNet, SIREN, VGG16.
_NAME = r"[A-Za-z]+(?:[A-Z]|\d)[A-Za-z0-9]*(?:-[A-Z0-9][A-Za-z0-9]*)*"
# Begins with an anchor, as `pipeline/anchors.py` explains.
_POINTER = re.compile(
    r"y (?<=\b[Mm]y )(?:(?:own|prior|previous|earlier|recent|other|last) ){0,2}"
    rf"(?:summary|review|notes|post) (?:of|on|about) (?:the )?(?P<name>{_NAME})(?![\w\-/(\]])"
)
_PLURAL = re.compile(r"(?<=[A-Z0-9]s)\Z|(?<=Nets)\Z")
_MIN_LETTERS = 3
"""Shorter nicknames are ambiguous."""
CONFIDENCE = 0.9
"""That a nickname means a paper and not a topic, such as GANs."""


class OwnSummary(NamedTuple):
    """The nickname of a paper that the reviewer has summarised, without a plural s."""

    name: str
    start: int
    end: int


def own_summaries(text: str) -> Iterator[OwnSummary]:
    """Yield the nicknames of papers that the writer says to have summarised, in order."""
    for match in _POINTER.finditer(text):
        name = match["name"]
        if _PLURAL.search(name):
            name = name[:-1]
        if len(name) >= _MIN_LETTERS:
            yield OwnSummary(name, *match.span("name"))
