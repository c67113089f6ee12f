"""`shortscience diff`."""

import json
from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  shortscience diff data/processed/releases/3f2a91c08d1e5b77 data/processed/latest
  shortscience diff you/shortscience@3f2a91c08d1e5b77 data/processed/latest
                                                   a published release, by its tag
  shortscience diff old new --html data/changes    a page with the differing words
  shortscience diff old new --json                 everything, for a program
""",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--html",
    "out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also write the differences as a page; an existing report is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def diff(old: str, new: str, out: Path | None, as_json: bool) -> None:
    """Show the differences between two releases.

    OLD and NEW are folders of releases, or published ones as OWNER/NAME@REVISION. Added, removed
    and changed rows are counted per table, by primary key; changed columns, identities of papers
    and moved copies are shown with examples. `shortscience report --since OLD` shows the same
    beside the summaries.
    """
    from shortscience.pipeline.publishing.fetch import fetch_release
    from shortscience.pipeline.release.diff import compare
    from shortscience.pipeline.release.diff_text import to_text
    from shortscience.pipeline.report.write import write_changes

    found = compare(fetch_release(old), fetch_release(new))
    page = str(write_changes(found, out)) if out else None
    if as_json:
        click.echo(json.dumps(found.to_dict() | {"page": page}, default=str))
    else:
        click.echo(to_text(found) + (f"\n\nThe page is at {page}" if page else ""))
