"""`shortscience build`."""

import json
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shortscience.commands import arguments
from shortscience.pipeline.counting import counted
from shortscience.pipeline.engines import NAMES
from shortscience.pipeline.layout import DEFAULT_OUT, DEFAULT_RAW

if TYPE_CHECKING:
    from rich.progress import Progress

    from shortscience.pipeline.build import BuildResult
    from shortscience.pipeline.observer import Observer
    from shortscience.pipeline.parameters import BuildParameters
    from shortscience.pipeline.settings import Settings

_MAX_NOTICES = 10
_BIBLIOGRAPHY, _CATALOGUE = _TAKING_FILES = "--bibliography", "--catalogue"


class _Build(click.Command):
    """`build`, with options that take all files that follow: `--bibliography A B`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its files, as click expects."""
        named: list[str] = []
        option: str | None = None
        for argument in args:
            if option and Path(argument).is_file():
                named += [option, argument]
            else:
                option = named[-1] if named and named[-1] in _TAKING_FILES else None
                named.append(argument)
        return super().parse_args(ctx, named)


@click.command(
    cls=_Build,
    epilog="""\b
Examples:
  shortscience build                               data/raw into data/processed
  shortscience build ~/dumps --out ~/dataset       your own dumps
  shortscience build 'dumps/*.txt' --workers 4     a pattern, on four processes
  shortscience build s3://dumps --out s3://sets/ours
                                                   from and to an object store
  shortscience build new --against data/processed/latest --out delta
                                                   only what is new
""",
)
@click.argument("raw", nargs=-1, metavar="[RAW ...]")
@click.option(
    "--out",
    default=DEFAULT_OUT,
    show_default=True,
    metavar="DIR",
    help="Folder for the releases, or its URL; DIR/latest is the newest that passed validation.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Folder to build in if --out is a URL.  [default: one in your cache]",
)
@click.option(
    _BIBLIOGRAPHY,
    multiple=True,
    metavar="FILE ...",
    help="Bibliographies for titles, authors, venues and years: DBLP's XML, arXiv's snapshot,"
    " works of OpenAlex, Semantic Scholar or Crossref, BibTeX, CSL JSON or JSON lines, compressed"
    " or not. Takes all files that follow, so name RAW before; earlier files take precedence.",
)
@click.option(
    _CATALOGUE,
    multiple=True,
    metavar="FILE ...",
    help="Catalogues that recognise summaries and their papers; `shortscience catalogue` makes"
    " one. Takes all files that follow; earlier files take precedence, the shipped catalogue comes"
    " last.",
)
@click.option("--no-catalogue", is_flag=True, help="Use no catalogue, not even the shipped one.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False),
    metavar="DATASET",
    help="An earlier release, whose summaries are left out.",
)
@click.option(
    "--allow-empty",
    multiple=True,
    metavar="FORM",
    help="Release even if dumps of this form stopped giving records; may be repeated.",
)
@click.option(
    "--licence",
    metavar="ID",
    help="Licence of the data, if you know it, as Hugging Face abbreviates it: cc-by-nc-sa-4.0.",
)
@click.option(
    "--engine",
    type=click.Choice(NAMES),
    default="local",
    show_default=True,
    help="What runs the stages: this machine, or the Ray cluster in RAY_ADDRESS, else one started"
    " for the build. The release is the same.",
)
@arguments.workers_for("release")
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help="Keep the N newest releases; the one DIR/latest points to is always kept.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option(
    *arguments.VERBOSE,
    is_flag=True,
    help="Show a traceback when something unexpected fails, and the log of a flow run.",
)
def build(
    raw: tuple[str, ...],
    out: str,
    work: str | None,
    bibliography: tuple[str, ...],
    catalogue: tuple[str, ...],
    no_catalogue: bool,
    against: str | None,
    allow_empty: tuple[str, ...],
    licence: str | None,
    engine: str,
    workers: int,
    keep: int | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Build a release of the dataset from raw dumps.

    RAW are files, folders, patterns, or URLs of these; the default is data/raw. The same dumps and
    settings give the same release, byte for byte; one that exists already is not built again. With
    PREFECT_API_URL set, the build is a flow run of the Prefect server there.
    """
    from shortscience.pipeline.parameters import BuildParameters

    if catalogue and no_catalogue:
        raise click.UsageError("Use --catalogue or --no-catalogue, not both.")
    parameters = BuildParameters.of_call(
        {
            "raw": raw or [DEFAULT_RAW],
            "out": out,
            "work": work,
            "bibliography": bibliography,
            "catalogue": catalogue,
            "shipped_catalogue": not no_catalogue,
            "against": against,
            "allow_empty": allow_empty,
            "engine": engine,
            "workers": workers,
            "keep": keep,
            "settings": _settings(licence),
        }
    )
    _check_call(parameters)
    if os.environ.get("PREFECT_API_URL"):
        result = _run_flow(parameters, verbose=verbose)
    else:
        result = _run(parameters, shown=sys.stderr.isatty() and not as_json)
    _show(result, as_json=as_json)


def _run(parameters: "BuildParameters", *, shown: bool) -> "BuildResult":
    """Build in this process, with a progress bar per stage on a terminal."""
    from shortscience.pipeline.build import build as run

    if not shown:
        return run(parameters)
    with _progress_bars() as progress:
        return run(parameters, _on_terminal(progress))


def _run_flow(parameters: "BuildParameters", *, verbose: bool) -> "BuildResult":
    """Build as a flow run of the Prefect server at PREFECT_API_URL."""
    os.environ.update(PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")
    if not verbose:
        logging.getLogger("EventsWorker").setLevel(logging.CRITICAL)
    from shortscience.flows.build_dataset import build_dataset

    _require_server()
    return build_dataset(parameters)


def _require_server() -> None:
    """Raise ServerError if no Prefect server answers; the flow itself would name no remedy."""
    from prefect import get_client

    from shortscience.pipeline.errors import ServerError

    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error:
        address = re.sub("//.*@", "//", os.environ["PREFECT_API_URL"])  # without a password
        raise ServerError(
            f"No Prefect server answers at {address} ({type(error).__name__}); start it, or unset"
            " PREFECT_API_URL to build without one."
        )


def _check_call(parameters: "BuildParameters") -> None:
    """Reject a wrong call before any work is started."""
    from shortscience.pipeline.object_store import is_url
    from shortscience.pipeline.release.store import Store, open_dataset
    from shortscience.pipeline.sources.inputs import list_inputs
    from shortscience.pipeline.stock import check_names

    check_names(parameters)
    if not is_url(parameters.out):
        Store(Path(parameters.out)).check_free()
    if parameters.against:
        open_dataset(Path(parameters.against))
    if local := [name for name in parameters.raw if not is_url(name)]:
        list_inputs(local)


def _settings(licence: str | None) -> "Settings":
    from pydantic import ValidationError

    from shortscience.pipeline.errors import UsageError
    from shortscience.pipeline.settings import ReleaseSettings, Settings

    if licence is None:
        return Settings()
    try:
        return Settings(release=ReleaseSettings(licence=licence))
    except ValidationError:
        raise UsageError(
            f"Unknown licence '{licence}'; name an abbreviation such as cc-by-nc-sa-4.0."
        ) from None


def _progress_bars() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _on_terminal(progress: "Progress") -> "Observer":
    """Return an observer that draws a bar for each stage."""
    from shortscience.pipeline.observer import Observer

    class Terminal(Observer):
        """Draws a bar for each stage."""

        def progress(self, stage: str, done: int, total: int) -> None:
            """Draw the share of a stage that is done."""
            known = {task.description: task.id for task in progress.tasks}
            bar = known[stage] if stage in known else progress.add_task(stage)
            progress.update(bar, completed=done, total=total)

    return Terminal()


def _show(result: "BuildResult", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    listed = result["notices"][:_MAX_NOTICES]
    more = len(result["notices"]) - len(listed)
    for notice in listed:
        click.echo(f"shortscience: {notice}", err=True)
    if more:
        click.echo(
            f"shortscience: {counted(more, 'more notice')}; see the records table.", err=True
        )
    if result["release_id"] is None:
        click.echo("No release was made.")
        return
    found = ", ".join(f"{count:,} {status}" for status, count in result["records"].items())
    click.echo(f"{counted(sum(result['records'].values()), 'record')} found: {found}")
    for table, rows in result["tables"].items():
        click.echo(f"{table:>10} {rows:>10,} {'row' if rows == 1 else 'rows'}")
    for former in result["pruned"]:
        click.echo(f"Release {former} was removed (--keep)")
    unchanged = " (unchanged)" if result["unchanged"] else ""
    click.echo(f"Release {result['release_id']}{unchanged} is at {result['release']}")
