"""Finding block quotes."""

from collections.abc import Iterator

from shortscience.pipeline.cleaning.structure.layout import Mark
from shortscience.pipeline.cleaning.structure.surroundings import Surroundings

_OPENING = "\"“'‘[(.*_"


def quotes(around: Surroundings, items: frozenset[int]) -> Iterator[Mark]:
    """Yield where a `>` opened a line: behind a sentence or block, or before a list item.

    It may stand at its first word, if that could begin a sentence.
    """
    prose = around.prose
    position = prose.find(">")
    quoted = False
    while position >= 0:
        if position == 0 or prose[position - 1] == " ":
            behind = position + 1 + prose.startswith(" ", position + 1)
            opens = around.ends_sentence(position) and _begins(prose, behind)
            # Behind one quote, a capital is enough for another: its lines need not be sentences.
            if opens or behind in items or (quoted and prose[behind : behind + 1].isupper()):
                quoted = True
                yield Mark(position, behind, "quote")
        position = prose.find(">", position + 1)


def _begins(prose: str, position: int) -> bool:
    if position >= len(prose):
        return False
    spaced = prose[position - 1] == " "
    return spaced or prose[position].isupper() or prose[position] in _OPENING
