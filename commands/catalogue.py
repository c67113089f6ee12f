"""`shortscience catalogue`."""

import json
from pathlib import Path

import click

from shortscience.commands import arguments
from shortscience.pipeline.counting import counted


@click.command(
    epilog="""\b
Examples:
  shortscience catalogue --out known.parquet       of the latest release
  shortscience catalogue ~/dataset/latest --out known.parquet
  shortscience build ~/dumps --catalogue known.parquet
                                                   what it is for
""",
)
@arguments.dataset
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Parquet file to write; an existing one is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def catalogue(dataset: Path, out: Path, as_json: bool) -> None:
    """Make a catalogue of a release, so that other builds recognise its summaries.

    It holds fingerprints of the summaries and facts about their papers, but no text. A build with
    this catalogue identifies the papers of the same summaries, whole, truncated or edited. The same
    release gives the same catalogue, byte for byte.
    """
    from shortscience.pipeline.release.catalogue import catalogue_release
    from shortscience.pipeline.release.store import open_dataset

    made = catalogue_release(open_dataset(dataset), out)
    if as_json:
        click.echo(json.dumps({"catalogue": str(out), **made._asdict()}))
    else:
        click.echo(
            f"{out} has {counted(made.summaries, 'summary', 'summaries')} of"
            f" {counted(made.papers, 'paper')}, {made.titles:,} with a title"
            f" ({made.n_bytes:,} bytes)"
        )
