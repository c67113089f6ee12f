"""Dividing texts into those that rules may be looked for in, and those that are only counted."""

import hashlib

HALVES = ("dev", "held-out")


def half(text: str) -> str:
    """Return the half that a text belongs to, decided by nothing but the text."""
    return HALVES[hashlib.sha256(text.encode()).digest()[0] % 2]
