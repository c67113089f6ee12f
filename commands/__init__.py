"""The command line: `shortscience`."""
