"""Merging a new card with the one on the Hub, which people may have edited."""

from collections.abc import Mapping

from shortscience.pipeline.release.card_parts import Card, front_part

_OF_THE_FILES = frozenset({"configs", "dataset_info", "size_categories", "language"})
"""Keys that describe the files; a wrong one keeps the dataset from loading."""


def merge_cards(new: Card, there: Card, generated: Mapping[str, str]) -> Card:
    """Return the new card with everything that a person wrote, changed or removed.

    `generated` holds the digest of each part as last published. A part of the present card with
    another digest, or none, was written by a person and stays; a removed part stays removed. Only
    the keys that describe the files are always replaced.
    """
    return Card(_merge_front(new, there, generated), _merge_sections(new, there, generated))


def hand_edited(there: Card, generated: Mapping[str, str]) -> list[str]:
    """Return the names of the parts that people wrote or changed, in the card's order."""
    return [name for name, digest in there.digests().items() if generated.get(name) != digest]


def _merge_front(new: Card, there: Card, generated: Mapping[str, str]) -> dict[str, object]:
    edited = set(hand_edited(there, generated))
    merged = {
        key: value
        for key, value in new.front.items()
        if key in _OF_THE_FILES or not _taken_out(front_part(key), key in there.front, generated)
    }
    return merged | {
        key: value
        for key, value in there.front.items()
        if front_part(key) in edited and key not in _OF_THE_FILES
    }


def _merge_sections(new: Card, there: Card, generated: Mapping[str, str]) -> dict[str, str]:
    edited = set(hand_edited(there, generated))
    order = [
        name for name in new.sections if not _taken_out(name, name in there.sections, generated)
    ]
    before: str | None = None
    for name in there.sections:
        if name not in order and name in edited:
            # A person's section stays after the section it followed.
            order.insert(order.index(before) + 1 if before in order else len(order), name)
        before = name if name in order else before
    return {name: there.sections[name] if name in edited else new.sections[name] for name in order}


def _taken_out(part: str, is_there: bool, generated: Mapping[str, str]) -> bool:
    return not is_there and part in generated
