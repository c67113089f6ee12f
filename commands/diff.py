"""`shortscience diff`."""

import json

import click


@click.command(
    epilog="""\b
Examples:
  shortscience diff data/processed/releases/3f2a91c08d1e5b77 data/processed/latest
  shortscience diff you/shortscience@3f2a91c08d1e5b77 data/processed/latest
                                                   a published release, by its tag
  shortscience diff old new --json                 everything, for a program
""",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def diff(old: str, new: str, as_json: bool) -> None:
    """Tell what differs between two releases.

    OLD and NEW are folders of releases, or published ones as OWNER/NAME@REVISION. Rows that were
    added, removed and changed are counted per table, by their primary keys; changed columns,
    identities of papers and moved copies are shown with examples.
    """
    from pipeline.publishing.fetch import open_release
    from pipeline.release.diff import compare
    from pipeline.release.diff_text import to_text

    found = compare(open_release(old), open_release(new))
    click.echo(json.dumps(found.to_dict(), default=str) if as_json else to_text(found))
