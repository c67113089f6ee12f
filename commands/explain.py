"""`shortscience explain`."""

import json
from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  shortscience explain 3f2a91c0                    a summary or record, by the start of its id
  shortscience explain arxiv:1706.03762            a paper
""",
)
@click.argument("id_", metavar="ID")
@click.option(
    "--dataset",
    type=click.Path(path_type=Path),
    default=Path("data/processed/latest"),
    show_default=True,
    metavar="DIR",
    help="The release to look into.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def explain(id_: str, dataset: Path, as_json: bool) -> None:
    """Tell everything that is known of one summary, record, paper or citation.

    ID is an id from any of these tables, or its beginning: source file and byte span, every repair,
    the verdict on duplicates with similarity and kept copy, spans, and the evidence for identity.
    """
    from shortscience.pipeline.release.explain import explain as tell
    from shortscience.pipeline.release.explain import to_text
    from shortscience.pipeline.release.store import open_dataset

    story = tell(open_dataset(dataset), id_)
    click.echo(json.dumps(story, ensure_ascii=False, default=str) if as_json else to_text(story))
