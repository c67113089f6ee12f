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

VERBOSE = "-v", "--verbose"


def take_verbose(command: click.Command) -> None:
    """Give a command the option to show a traceback, for `main`, unless it has one of its own."""
    if all(option.name != "verbose" for option in command.params):
        shown = "Show a traceback when something unexpected fails."
        option = click.Option(VERBOSE, is_flag=True, expose_value=False, help=shown)
        command.params.append(option)
