"""Giving list items the indentation that their markers still show."""

from collections.abc import Sequence

from pipeline.cleaning.structure.layout import Mark


def indents(marks: Sequence[Mark]) -> list[int]:
    """Return by how many characters each mark of one section is indented.

    A list of another marker is nested in the one before it if that goes on behind it. Lists of one
    marker cannot be told apart.
    """
    last = {mark.marker: number for number, mark in enumerate(marks) if mark.kind == "item"}
    open_lists: list[tuple[str, int]] = []
    found = []
    for number, item in enumerate(marks):
        if item.kind != "item":
            found.append(0)
            continue
        while open_lists and open_lists[-1][0] != item.marker and last[open_lists[-1][0]] < number:
            open_lists.pop()
        markers = [marker for marker, _ in open_lists]
        if item.marker in markers:
            del open_lists[markers.index(item.marker) + 1 :]
        else:
            inner = open_lists[-1][1] if open_lists else 0
            open_lists.append((item.marker, inner + item.end - item.start))
        depth = len(open_lists) - 1
        found.append(open_lists[depth - 1][1] if depth else 0)
    return found
