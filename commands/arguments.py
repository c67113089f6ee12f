"""Arguments shared by several commands."""

from pathlib import Path

import click

dataset = click.argument(
    "dataset",
    type=click.Path(path_type=Path),
    default=Path("data/processed/latest"),
    required=False,
)
