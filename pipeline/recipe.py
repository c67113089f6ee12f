"""The recipe of a release: everything that decides its bytes, and the id derived from it."""

from dataclasses import dataclass
from pathlib import Path

from shortscience.pipeline.digests import digest, sha256
from shortscience.pipeline.release.suite_files import suites_digest
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.encodings import without_surrogates
from shortscience.pipeline.sources.inputs import Input, Inventory
from shortscience.pipeline.version import (
    code_digest,
    library_versions,
    pipeline_version,
    source_digest,
)

RELEASE_ID_DIGITS = 16
STAGES = (
    "pipeline.layers",
    "pipeline.duplicates.find",
    "pipeline.papers.stage",
    "pipeline.release.table_files",
    "pipeline.release.validation",
    "pipeline.release.write",
)
"""The modules that produce a release, together with all that they import."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the bytes of a release.

    `earlier` is the folder of the release that is built against. Earlier bibliographies and
    catalogues take precedence.
    """

    inventory: Inventory
    bibliography: tuple[Input, ...]
    settings: Settings
    earlier_release: str | None = None
    earlier: Path | None = None
    catalogues: tuple[Input, ...] = ()

    @property
    def release_id(self) -> str:
        """Hash the recipe into the release's id; the order of inputs does not matter."""
        return digest(
            source_digest("pipeline.stages"),
            code_digest(*STAGES),
            suites_digest(),
            self.settings,
            *(
                f"{item.name}\n{item.source_id}\n{item.form}\n{item.url}\n{item.retrieved_at}"
                for item in self.inventory.inputs
            ),
            *map(str, self.inventory.problems),
            "bibliography",
            *(f"{item.name}\n{item.source_id}" for item in self.bibliography),
            "catalogues",
            *(f"{item.name}\n{item.source_id}" for item in self.catalogues),
            *(("earlier", self.earlier_release) if self.earlier_release else ()),
        )[:RELEASE_ID_DIGITS]

    @property
    def pipeline_version(self) -> str:
        """The version of the code that makes the release."""
        return pipeline_version(*STAGES)

    @property
    def libraries(self) -> dict[str, str]:
        """The versions of the libraries that affect the release."""
        return library_versions(*STAGES)


def identify_files(paths: list[Path]) -> tuple[Input, ...]:
    """Hash bibliographies or catalogues, keeping their order."""
    return tuple(
        Input(path, without_surrogates(path.name), sha256(path), path.stat().st_size)
        for path in paths
    )
