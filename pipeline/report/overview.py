"""The first page: the contents and the making of the release, as charts."""

from dataclasses import dataclass
from pathlib import Path

from shortscience.pipeline.release import census
from shortscience.pipeline.release.charts import Chart
from shortscience.pipeline.release.manifest import read_manifest


@dataclass(frozen=True)
class Section:
    """Charts that answer one question."""

    title: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Overview:
    """The content of the first page."""

    release_id: str
    tables: dict[str, int]
    not_read: tuple[dict[str, str], ...]
    sections: tuple[Section, ...]


def survey(release: Path) -> Overview:
    """Count the contents of a release: what it is about first, then how it was made."""
    manifest = read_manifest(release)
    sections = {
        "What it is about": (
            census.most_summarised, census.most_cited, census.venues,
            census.reviewers, census.summarised_years, census.evidence,
        ),
        "The texts": (
            census.lengths, census.languages, census.holding, census.formulas, census.structure,
        ),
        "What they mention": (census.citation_kinds,),
        "What became of the records": (
            census.outcomes, census.reasons, census.clusters, census.relations,
        ),
    }  # fmt: skip
    return Overview(
        manifest["release_id"],
        manifest["tables"],
        tuple(manifest["not_read"]),
        tuple(
            Section(title, tuple(count(release) for count in counts))
            for title, counts in sections.items()
        ),
    )
