"""Arguments shared by several commands."""

from pathlib import Path

import click

from shortscience.pipeline.layout import DEFAULT_DATASET

dataset = click.argument(
    "dataset",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_DATASET),
    required=False,
)
