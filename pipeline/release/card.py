"""The dataset card: what a person sees first on Hugging Face, derived from the release itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.release.parquet import scan_table
from pipeline.schema import TABLES, Table

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST = "n>10M"
_DEFAULT = "summaries"


def dataset_card(release: Path, rows: Mapping[str, int], release_id: str) -> str:
    """Return the card of a release as Markdown with YAML front matter."""
    import yaml

    front = yaml.safe_dump(_front_matter(release, rows), sort_keys=False, allow_unicode=True)
    table_rows = "\n".join(
        f"| `{name}` | {rows[name]:,} | {table.description} |" for name, table in TABLES.items()
    )
    fates = scan_table(release, "records").group_by("status").len().sort("status").collect()
    found = ", ".join(f"{count:,} {status}" for status, count in fates.iter_rows())
    columns = "\n\n".join(describe_table(table) for table in TABLES.values())
    return f"""---
{front}---

# ShortScience.org paper summaries

Short, human-written summaries of research papers, recovered from raw dumps of ShortScience.org:
encoding repaired, copies removed, structure restored, with equations, images, links and citations
as tables of their own. Release `{release_id}`.

| table | rows | what a row is |
| --- | ---: | --- |
{table_rows}

Records found: {found}. Nothing found was dropped: the `records` table holds every record with its
raw text, and for a copy the summary that was kept.

## Use

```python
from datasets import load_dataset

summaries = load_dataset("path/or/repository", "{_DEFAULT}", split="train")
```

## Licence

The summaries belong to their authors, who published them on ShortScience.org; the dumps do not
state under which terms. The licence of the code that made this dataset says nothing about them.

## Columns

{columns}
"""


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
        f"| column | type | meaning |\n| --- | --- | --- |\n{rows}"
    )


def _relation(references: str | None) -> str:
    return f" → `{references}`" if references else ""


def _front_matter(release: Path, rows: Mapping[str, int]) -> dict[str, Any]:
    spoken = scan_table(release, "summaries").select(pl.col("language").unique().sort()).collect()
    count = rows["summaries"]
    return {
        "pretty_name": "ShortScience.org paper summaries",
        "license": "unknown",
        "language": [language for language in spoken["language"] if language != "und"],
        "size_categories": [next((name for limit, name in _SIZES if count < limit), _LARGEST)],
        "task_categories": ["summarization", "text-generation"],
        "tags": ["science", "research-papers", "paper-summaries", "citations", "latex"],
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == _DEFAULT else {}),
                "data_files": [{"split": "train", "path": f"data/{name}/*.parquet"}],
            }
            for name in TABLES
        ],
    }
