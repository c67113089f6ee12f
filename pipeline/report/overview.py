"""The first page: charts of the release, and what validation found."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shortscience.pipeline.release import census
from shortscience.pipeline.release.charts import Chart
from shortscience.pipeline.release.manifest import read_manifest


@dataclass(frozen=True)
class Section:
    """Charts that answer one question."""

    title: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class TableValidation:
    """What validation found in one table."""

    name: str
    expectations: int
    met: int
    unmet: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """All that the first page shows."""

    release_id: str
    tables: dict[str, int]
    not_read: tuple[dict[str, str], ...]
    sections: tuple[Section, ...]
    validation: tuple[TableValidation, ...]

    @property
    def expectations(self) -> int:
        """The number of expectations that were checked."""
        return sum(table.expectations for table in self.validation)

    @property
    def passed(self) -> bool:
        """Whether all of them are met."""
        return all(table.met == table.expectations for table in self.validation)


def survey(release: Path) -> Overview:
    """Count what a release holds."""
    manifest = read_manifest(release)
    return Overview(
        manifest["release_id"],
        manifest["tables"],
        tuple(manifest["not_read"]),
        (
            Section("What became of the records", (census.fates(release), census.reasons(release))),
            Section("Copies", (census.clusters(release), census.relations(release))),
            Section(
                "The texts",
                (census.lengths(release), census.languages(release), census.structure(release)),
            ),
            Section("What is in them", (census.formulas(release), census.holding(release))),
            Section("Over the years", (census.summarised_years(release), census.years(release))),
            Section("Papers", (census.identities(release), census.citation_kinds(release))),
        ),
        tuple(_validations(release)),
    )


def _validations(release: Path) -> list[TableValidation]:
    report: dict[str, Any] = json.loads((release / "validation.json").read_text(encoding="utf-8"))
    return [
        TableValidation(
            name,
            len(table["expectations"]),
            sum(item["success"] for item in table["expectations"]),
            tuple(_unmet(item) for item in table["expectations"] if not item["success"]),
        )
        for name, table in report["tables"].items()
    ]


def _unmet(item: dict[str, Any]) -> str:
    what = item["why"] or item["type"]
    return f"{what} {item['unexpected'] or 0:,} rows, such as {', '.join(item['examples'])}"
