"""Finding where paragraphs begin that no marker shows."""

import re
from collections.abc import Sequence

from pipeline.cleaning.structure.layout import Layout, Mark

_RUN_IN = re.compile(
    r"(\*\*|__)(?:(?<=[.!?:)] [*_]{2})|(?<=\*\* [*_]{2}))(?=\S)(?:(?!\1).){1,80}\1"
)


def paragraphs(prose: str, marks: Sequence[Mark], layout: Layout) -> None:
    """Part the paragraphs of the prose between and around the marks."""
    for match in _RUN_IN.finditer(prose):
        layout.put(match.start(), "\n\n")
