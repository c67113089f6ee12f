"""Arguments shared by several commands."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from shortscience.pipeline.layout import DEFAULT_DATASET

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

dataset = click.argument(
    "dataset",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_DATASET),
    required=False,
)


def workers_for(made: str) -> Callable[[Decorated], Decorated]:
    """Return the option for the number of processes, which does not affect what is made."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        default=lambda: os.cpu_count() or 1,
        metavar="N",
        help=f"Processes to use. The {made} is the same.  [default: all cores]",
    )


VERBOSE = "-v", "--verbose"


def take_verbose(command: click.Command) -> None:
    """Give a command the option to show a traceback, for `main`, unless it has one of its own."""
    if all(option.name != "verbose" for option in command.params):
        shown = "Show a traceback when something unexpected fails."
        option = click.Option(VERBOSE, is_flag=True, expose_value=False, help=shown)
        command.params.append(option)
