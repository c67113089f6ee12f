"""Giving list items the indentation that their markers still show."""

from collections.abc import Sequence

from shortscience.pipeline.cleaning.structure.layout import Mark


def indents(marks: Sequence[Mark]) -> list[int]:
    """Return by how many characters each mark is indented; only items are.

    A list of another marker is nested in the one before it if that goes on behind it, in the same
    section. Lists of one marker cannot be told apart.
    """
    found = [0] * len(marks)
    if len({mark.marker for mark in marks if mark.kind == "item"}) < 2:
        return found
    section: list[int] = []
    for number, mark in enumerate(marks):
        if mark.kind == "heading":
            _indent(marks, section, found)
            section = []
        elif mark.kind == "item":
            section.append(number)
    _indent(marks, section, found)
    return found


def _indent(marks: Sequence[Mark], section: Sequence[int], found: list[int]) -> None:
    """Fill in the indentation of the items of one section, which have these numbers."""
    last = {marks[number].marker: number for number in section}
    open_lists: list[tuple[str, int]] = []  # their markers, and the columns of their texts
    for number in section:
        item = marks[number]
        while open_lists and open_lists[-1][0] != item.marker and last[open_lists[-1][0]] < number:
            open_lists.pop()
        markers = [marker for marker, _ in open_lists]
        if item.marker in markers:
            del open_lists[markers.index(item.marker) :]
        found[number] = open_lists[-1][1] if open_lists else 0
        open_lists.append((item.marker, found[number] + item.end - item.start))
