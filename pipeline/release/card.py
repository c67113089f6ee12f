"""The dataset card: the release's page on Hugging Face, generated from the release.

Its sections follow "Datasheets for Datasets" (Gebru et al., 2021,
https://arxiv.org/abs/1803.09010).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.release import about, figures
from shortscience.pipeline.release.card_parts import TOP, Card
from shortscience.pipeline.release.features import DEFAULT, configs, dataset_info
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.release.pictures import show_picture
from shortscience.pipeline.release.samples import sample_rows
from shortscience.pipeline.schema import TABLES, Table
from shortscience.pipeline.settings import ReleaseSettings

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST = "n>10M"


def dataset_card(
    release: Path, rows: Mapping[str, int], release_id: str, settings: ReleaseSettings
) -> str:
    """Return the card of a release as Markdown with YAML front matter."""
    sections = {
        "Use": _use(),
        "What rows look like": _samples(release),
        "Why it exists": f"{about.USE_CASES} {about.NO_USE_CASES}",
        "What is in it": _composition(release),
        "How it was collected": f"{about.COLLECTION} {about.RAW_DATA}",
        "How it was processed": f"{about.PREPROCESSING}\n\n{_quality(release)}",
        "What is missing or wrong": f"{about.MISSING_DATA}\n\n{_known_columns(release)}\n\n"
        f"{about.LIMITATIONS} {about.BIASES}",
        "People": about.PERSONAL,
        "Licence": _licence(settings),
        "Maintenance": about.MAINTENANCE,
        "Columns": "\n\n".join(describe_table(table) for table in TABLES.values()),
    }
    top = (
        f"# {about.TITLE}\n\n{about.DESCRIPTION} Release `{release_id}`.\n\n"
        f"{_grid(('table', 'rows', 'what a row is'), figures.row_counts(dict(rows)))}"
    )
    texts = {f"## {name}": f"## {name}\n\n{text}" for name, text in sections.items()}
    return Card(_front_matter(release, rows, settings), {TOP: top, **texts}).to_markdown()


def _use() -> str:
    return (
        "```python\nfrom datasets import load_dataset\n\n"
        f'summaries = load_dataset("path/or/repository", "{DEFAULT}", split="train")\n```\n\n'
        "Every table is a configuration of that name. Join them on the columns marked with `→`"
        " below; every value exists in the column it points to. `text[start:end]` is exactly `raw`."
    )


def _samples(release: Path) -> str:
    shown = (
        f"A row of `{name}`:\n\n```json\n{row}\n```" for name, row in sample_rows(release).items()
    )
    return "\n\n".join(("Long values are truncated here.", *shown))


def _composition(release: Path) -> str:
    percentiles = ("per summary", "least", "5 %", "25 %", "half", "75 %", "95 %", "most")
    return "\n\n".join(
        (
            "Every record found, and its outcome. Nothing is dropped: a copy names"
            " the summary that was kept, a rejected record its reason.",
            show_picture("records", "Records by form of their source, and what became of them"),
            _grid(("form", "status", "copy", "records"), figures.outcomes(release)),
            show_picture("years", "Summaries by the year of the paper"),
            _grid(percentiles, figures.lengths(release)),
            show_picture("lengths", "Summaries by number of words"),
            _grid(("language", "summaries"), figures.languages(release)),
            _grid(("mention", "found", "of a known paper"), figures.citation_kinds(release)),
        )
    )


def _quality(release: Path) -> str:
    return "\n\n".join(
        (
            "Every expectation in `validation.json` was met, or this would not be a release."
            f" Well-formed equations: {figures.well_formed_share(release)}.",
            show_picture("evidence", "Summaries by what identifies their paper"),
            _grid(("block structure", "summaries"), figures.structure(release)),
            _grid(("papers identified by", "papers"), figures.evidence(release)),
        )
    )


def _known_columns(release: Path) -> str:
    return _grid(("column", "known for"), figures.known_shares(release))


def _licence(settings: ReleaseSettings) -> str:
    stated = (
        f"The builder of this release states the licence of the data as `{settings.licence}`."
        if settings.licence != ReleaseSettings().licence
        else "The builder of this release states no licence for the data."
    )
    return f"{about.RIGHTS} {stated}"


def _grid(heading: Sequence[str], rows: figures.Rows) -> str:
    """Return a Markdown table with numbers aligned right."""
    aligned = [
        "---:" if rows and isinstance(rows[0][place], int) else "---"
        for place in range(len(heading))
    ]
    lines = (
        [f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in (heading, aligned, *lines))


def describe_table(table: Table) -> str:
    """Return a Markdown section that describes the columns of a table."""
    rows = "\n".join(
        f"| `{column.name}` | {column.type.value}{', may be null' if column.nullable else ''} |"
        f" {column.description}{_relation(column.references)} |"
        for column in table.columns
    )
    return (
        f"### {table.name}\n\n{table.description} Primary key:"
        f" {', '.join(f'`{name}`' for name in table.key)}.\n\n"
        f"| column | type | meaning |\n| --- | --- | --- |\n{rows}{_meanings(table)}"
    )


def _meanings(table: Table) -> str:
    """Return a Markdown table for each column with a fixed set of values."""
    return "".join(
        f"\n\n{_grid((f'`{column.name}`', 'means'), _coded(column.meanings))}"
        for column in table.columns
        if column.meanings
    )


def _coded(meanings: Mapping[str, str]) -> figures.Rows:
    return [(f"`{value}`", meaning) for value, meaning in meanings.items()]


def _relation(references: str | None) -> str:
    return f" → `{references}`" if references else ""


def _front_matter(
    release: Path, rows: Mapping[str, int], settings: ReleaseSettings
) -> dict[str, Any]:
    languages = (
        scan_table(release, "summaries").select(pl.col("language").unique().sort()).collect()
    )
    count = rows["summaries"]
    link = {"license_link": settings.licence_link} if settings.licence_link else {}
    return {
        "pretty_name": about.TITLE,
        "license": settings.licence,
        **link,
        "language": [language for language in languages["language"] if language != "und"],
        "size_categories": [next((name for limit, name in _SIZES if count < limit), _LARGEST)],
        "task_categories": ["summarization", "text-generation"],
        "tags": list(about.KEYWORDS),
        "configs": configs(),
        "dataset_info": dataset_info(release, rows),
    }
