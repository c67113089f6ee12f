"""The parameters of a build and of publishing, for the command line, the library and the flows."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shortscience.pipeline.engines import Name
from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.home import with_home
from shortscience.pipeline.layout import DEFAULT_DATASET, DEFAULT_OUT, DEFAULT_RAW
from shortscience.pipeline.object_store import is_url, local_folder
from shortscience.pipeline.settings import BATCH_BYTES, Settings


def _as_text(place: Any) -> Any:
    return with_home(place) if isinstance(place, str | Path) else place


def _as_list(places: Any) -> Any:
    return [places] if isinstance(places, str | Path) else places


# An empty path, as from an unset variable of a shell, would be the working folder.
Place = Annotated[Annotated[str, Field(min_length=1)], BeforeValidator(_as_text)]
"""A path, in which `~` is the home folder, or a URL."""
Places = Annotated[list[Place], BeforeValidator(_as_list)]
"""Several of these; a single one needs no list."""

REPOSITORY = r"^[\w.-]+/[\w.-]+$"
"""The name of a repository on the Hub."""


class BuildParameters(BaseModel):
    """What to build a release from, where to, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    raw: Places = Field(
        default=[DEFAULT_RAW],
        min_length=1,
        description="Raw dumps: files, folders, patterns, or URLs of these.",
    )
    out: Place = Field(default=DEFAULT_OUT, description="Output folder, or its URL.")
    work: Place | None = Field(
        default=None,
        description="Folder to build in if the output is a URL; by default one in the user's"
        " cache. All machines of a cluster must see it. The result is the same.",
    )
    bibliography: Places = Field(
        default=[], description="Bibliography files; earlier ones take precedence."
    )
    catalogue: Places = Field(
        default=[],
        description="Catalogues to recognise summaries by; earlier ones take precedence.",
    )
    shipped_catalogue: bool = Field(
        default=True,
        description="Also use the catalogue that comes with this project.",
    )
    against: Place | None = Field(
        default=None,
        description="An earlier release: records it already has are rejected, with a reference to"
        " its summary.",
    )
    allow_empty: list[str] = Field(
        default=[],
        description="Forms of dumps that may give no records although they did in the previous"
        " release. The result is the same.",
    )
    engine: Name = Field(
        default="local",
        description="What runs the stages: this machine, or a Ray cluster. The result is the same.",
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=1024,
        description="Processes that work on batches, unless a cluster has its own. The result is"
        " the same.",
    )
    batch_bytes: int = Field(
        default=BATCH_BYTES,
        ge=1,
        description="Raw bytes that one task works on. The result is the same.",
    )
    keep: int | None = Field(
        default=None,
        ge=1,
        description="Releases that stay: the latest and the newest others; none keeps them all.",
    )
    settings: Settings = Field(default=Settings(), description="The thresholds of the pipeline.")

    @classmethod
    def of_call(cls, call: dict[str, Any]) -> Self:
        """Return the parameters of a call. Raises UsageError if one is wrong."""
        try:
            return cls.model_validate(call)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UsageError(f"The parameter {where} is wrong: {first['msg']}.") from None

    @property
    def folder(self) -> Path:
        """The folder on this machine that the release is built in."""
        if not is_url(self.out):
            return Path(self.out)
        return Path(self.work) if self.work else local_folder(self.out)


class PublishParameters(BaseModel):
    """Which release to publish, where to, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repo: str = Field(pattern=REPOSITORY, description="The repository, as owner/name.")
    dataset: Place = Field(default=DEFAULT_DATASET, description="The release.")
    tag: str | None = Field(
        default=None, description="Name of the version; none names it after the release."
    )
    create_pr: bool = Field(
        default=False, description="Open a pull request instead of committing to the main branch."
    )
    private: bool = Field(default=False, description="Make the repository private.")
    gated: Literal["auto", "manual"] | None = Field(
        default=None, description="Have readers ask for access, granted at once or by hand."
    )
    dry_run: bool = Field(default=False, description="Show what would change; change nothing.")
