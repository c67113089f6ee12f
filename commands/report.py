"""`shortscience report`."""

import json
from pathlib import Path

import click

from shortscience.commands import arguments


@click.command(
    epilog="""\b
Examples:
  shortscience report                              of the latest release, into data/report
  shortscience report ~/dataset/latest --out ~/www
  shortscience report --since you/shortscience@3f2a91c08d1e5b77
                                                   with a page of what is new
""",
)
@arguments.dataset
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("data/report"),
    show_default=True,
    metavar="DIR",
    help="Folder of the report; an existing report is replaced.",
)
@click.option(
    "--since",
    metavar="OLD",
    help="Add a page of what is new since a release: a folder, or OWNER/NAME@REVISION.",
)
@arguments.workers_for("report")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def report(dataset: Path, out: Path, since: str | None, workers: int, as_json: bool) -> None:
    """Write the report of a release: a folder of pages that work offline.

    It has an overview with charts, and a browser of all summaries with their math, copies and
    papers. The same release gives the same report, byte for byte.
    """
    from shortscience.pipeline.publishing.fetch import fetch_release
    from shortscience.pipeline.release.diff import compare
    from shortscience.pipeline.release.manifest import read_manifest
    from shortscience.pipeline.release.store import open_dataset
    from shortscience.pipeline.report.write import write_report

    release = open_dataset(dataset)
    found = compare(fetch_release(since), release) if since else None
    index = write_report(release, out, workers, since=found)
    release_id = read_manifest(release)["release_id"]  # a copy's folder may have any name
    result = {"release_id": release_id, "report": str(index)}
    click.echo(json.dumps(result) if as_json else f"The report of {release_id} is at {index}")
