"""`shortscience duplicates`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from shortscience.commands import arguments
from shortscience.pipeline.counting import counted

_MAX_PAIRS = 20


@click.command(
    epilog="""\b
Examples:
  shortscience duplicates --threshold 0.6          what a lower threshold would merge
  shortscience duplicates --threshold 0.9 --json   everything, for a program
""",
)
@arguments.dataset
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    required=True,
    metavar="T",
    help="The similarity at which two texts would be copies.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def duplicates(dataset: Path, threshold: float, as_json: bool) -> None:
    """Show what another threshold for near-duplicates would change.

    DATASET is a release in the folder it was built in. The result comes from the pairs that the
    build verified; nothing is recomputed or changed. The first pairs are shown with their differing
    words; `shortscience explain` shows whole records. In a release that was built against another
    one, `earlier:` and an id stand for a summary of that one.
    """
    from shortscience.pipeline.duplicates.thresholds import compare_thresholds
    from shortscience.pipeline.errors import UsageError
    from shortscience.pipeline.release.copy_evidence import read_copy_evidence
    from shortscience.pipeline.release.manifest import read_manifest
    from shortscience.pipeline.release.pairs import differing_texts
    from shortscience.pipeline.release.store import open_dataset
    from shortscience.pipeline.settings import DuplicateSettings

    release = open_dataset(dataset)
    # As they were, even if another version of this project has settings that are new or gone.
    settings = DuplicateSettings.model_construct(**read_manifest(release)["settings"]["duplicates"])
    if threshold < settings.least_similarity:
        raise UsageError(
            f"Pairs less similar than {settings.least_similarity} were not kept; choose a higher"
            " --threshold."
        )
    evidence = read_copy_evidence(release)
    found = compare_thresholds(evidence, settings.near_threshold, threshold)
    answer: dict[str, Any] = {
        "release_id": release.name,
        "threshold": settings.near_threshold,
        "summaries": found.summaries[0],
        "other_threshold": threshold,
        "other_summaries": found.summaries[1],
        "pairs": found.changes.to_dicts(),
    }
    if as_json:
        click.echo(json.dumps(answer))
        return
    click.echo("\n".join(_table(answer, differing_texts(release, answer["pairs"][:_MAX_PAIRS]))))


def _table(answer: dict[str, Any], shown: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield (
        f"{counted(answer['summaries'], 'summary', 'summaries')} at {answer['threshold']},"
        f" {answer['other_summaries']:,} at {answer['other_threshold']}."
    )
    pairs = len(answer["pairs"])
    if not pairs:
        yield "No pair of texts changes between the two."
        return
    what = (
        "would be copies"
        if answer["other_threshold"] < answer["threshold"]
        else "would not be copies"
    )
    yield f"{counted(pairs, 'pair')} of texts {what}:"
    yield ""
    width = max(len(pair[side]) for pair in shown for side in ("left", "right"))
    yield f"{'similarity':>10}  {'record':<{width}}  {'other record':<{width}}  words that differ"
    for pair in shown:
        first, *more = pair["differences"]
        ids = f"{pair['left']:<{width}}  {pair['right']:<{width}}"
        yield f"{pair['similarity']:>10.3f}  {ids}  {first}"
        yield from (f"{'':{16 + 2 * width}}{line}" for line in more)
    if pairs > len(shown):
        yield f"and {counted(pairs - len(shown), 'more pair')}; --json lists all."
