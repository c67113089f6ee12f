"""Repairing a record's text, giving it back its structure, and finding its language."""
