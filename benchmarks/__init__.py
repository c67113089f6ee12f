"""Measured comparisons, each run by one command."""
