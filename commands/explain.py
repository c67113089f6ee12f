"""`shortscience explain`."""

import json
from pathlib import Path

import click

from shortscience.pipeline.layout import DEFAULT_DATASET


@click.command(
    epilog="""\b
Examples:
  shortscience explain 3f2a91c0                    a summary or record, by the start of its id
  shortscience explain arxiv:1706.03762            a paper, by any of its identifiers
  shortscience explain arxiv:1706.03762 --all      every row of its story
""",
)
@click.argument("id_", metavar="ID")
@click.option(
    "--dataset",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_DATASET),
    show_default=True,
    metavar="DIR",
    help="The release to look into.",
)
@click.option("--all", "every", is_flag=True, help="Print every related row.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def explain(id_: str, dataset: Path, every: bool, as_json: bool) -> None:
    """Explain one summary, record, paper or citation, on one screen.

    ID is an id from any of these tables, or at least its first four characters. The explanation
    says which bytes of which file it came from, what was repaired, whether it was kept and why,
    which paper it is about and on what evidence, and what was found in it.
    """
    from shortscience.pipeline.release.explain import explain as find
    from shortscience.pipeline.release.store import open_dataset
    from shortscience.pipeline.release.story import every_row, one_screen

    story = find(open_dataset(dataset), id_)
    if as_json:
        click.echo(json.dumps(story, ensure_ascii=False, default=str))
    else:
        click.echo((every_row if every else one_screen)(story))
