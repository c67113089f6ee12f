"""Finding block quotes."""

from collections.abc import Iterator

from pipeline.cleaning.structure.layout import Mark

_OPENING = "\"“'‘[(.*_"


def quotes(prose: str, ends: frozenset[int], items: frozenset[int]) -> Iterator[Mark]:
    """Yield where a `>` opened a line: behind a sentence or block, or before a list item.

    It may stand at its first word, if that could begin a sentence.
    """
    position = prose.find(">")
    while position >= 0:
        if position == 0 or prose[position - 1] == " ":
            behind = position + 1 + prose.startswith(" ", position + 1)
            if (_opens_line(prose, position, ends) and _begins(prose, behind)) or behind in items:
                yield Mark(position, behind, "quote")
        position = prose.find(">", position + 1)


def _opens_line(prose: str, position: int, ends: frozenset[int]) -> bool:
    return position < 2 or position in ends or prose[position - 2] in ".!?:"


def _begins(prose: str, position: int) -> bool:
    if position >= len(prose):
        return False
    spaced = prose[position - 1] == " "
    return spaced or prose[position].isupper() or prose[position] in _OPENING
