"""Making a catalogue of known summaries from a release."""

from pathlib import Path
from typing import NamedTuple

from shortscience.pipeline.papers.catalogue.file import PAPER_FACTS, write_catalogue
from shortscience.pipeline.papers.catalogue.making import SUMMARY_COLUMNS, make_catalogue
from shortscience.pipeline.release.parquet import read_table, scan_table


class Made(NamedTuple):
    """The size of a catalogue, and its counts of summaries, papers and papers with a title."""

    summaries: int
    papers: int
    titles: int
    n_bytes: int


def catalogue_release(release: Path, path: Path) -> Made:
    """Write a catalogue of a release; OutputError if it cannot be written there."""
    summaries = scan_table(release, "summaries").select(*SUMMARY_COLUMNS)
    batches = summaries.collect_batches(maintain_order=True)
    rows = make_catalogue(batches, read_table(release, "papers", [*PAPER_FACTS]))
    write_catalogue(rows, path)
    papers = rows.unique("paper_id")
    return Made(len(rows), len(papers), papers["title"].count(), path.stat().st_size)
