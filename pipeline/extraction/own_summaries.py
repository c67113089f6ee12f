"""Where reviewers point at what they wrote of another paper: `my earlier summary of TidalNet`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Made-up names have a second capital, or a digit: TidalNet, SIREN, VGG16.
_NAME = r"[A-Za-z]+(?:[A-Z]|\d)[A-Za-z0-9]*(?:-[A-Z0-9][A-Za-z0-9]*)*"
_POINTER = re.compile(
    r"\b[Mm]y (?:(?:own|prior|previous|earlier|recent|other|last) ){0,2}"
    rf"(?:summary|review|notes|post) (?:of|on|about) (?:the )?(?P<name>{_NAME})(?![\w\-/(\]])"
)
_SIGN = re.compile(r"y (?<=[mM]y )")  # found much faster than the pattern
_PLURAL = re.compile(r"(?<=[A-Z0-9]s)\Z|(?<=Nets)\Z")
_MIN_LETTERS = 3
"""Shorter names stand for too much."""
CONFIDENCE = 0.9
"""That a made-up name is a paper's and not that of a topic, such as GANs."""


class OwnSummary(NamedTuple):
    """A name whose paper the reviewer has summarised, without the plural's s."""

    name: str
    start: int
    end: int


def own_summaries(text: str) -> Iterator[OwnSummary]:
    """Yield the names of papers that a text says its writer has summarised, in order."""
    if not _SIGN.search(text):
        return
    for match in _POINTER.finditer(text):
        name = match["name"]
        if _PLURAL.search(name):
            name = name[:-1]
        if len(name) >= _MIN_LETTERS:
            yield OwnSummary(name, *match.span("name"))
