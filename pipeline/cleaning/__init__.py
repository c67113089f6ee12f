"""Repairing a record's text, restoring its structure and detecting its language."""
