"""The names of a dataset's files, and the folders that calls use unless they name others."""

MANIFEST = "manifest.json"
LATEST = "latest"
"""A link to the latest release; in an object store, an object that holds its id."""

DEFAULT_RAW = "data/raw"
DEFAULT_OUT = "data/processed"
DEFAULT_DATASET = f"{DEFAULT_OUT}/{LATEST}"
