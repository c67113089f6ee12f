"""`shortscience report`."""

import json
import os
from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  shortscience report                              of the latest release, into data/report
  shortscience report ~/dataset/latest --out ~/www
""",
)
@click.argument(
    "dataset",
    type=click.Path(path_type=Path),
    default=Path("data/processed/latest"),
    required=False,
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("data/report"),
    show_default=True,
    metavar="DIR",
    help="Folder of the report; a report that is there is replaced.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Processes to use; the report is the same.  [default: all cores]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def report(dataset: Path, out: Path, workers: int | None, as_json: bool) -> None:
    """Write the report of a release: a folder of pages that open from disk, without a network.

    An overview with pictures, and a browser of all summaries with their math, copies and papers.
    The same release gives the same report, byte for byte.
    """
    from pipeline.release.store import open_dataset
    from pipeline.report.write import write_report

    release = open_dataset(dataset)
    index = write_report(release, out, workers or os.cpu_count() or 1)
    result = {"release_id": release.name, "report": str(index)}
    click.echo(json.dumps(result) if as_json else f"The report of {release.name} is at {index}")
