"""Dumps of ShortScience.org, as a library: clean a text, read dumps, find copies, build a dataset.

>>> import shortscience
>>> shortscience.clean("The loss is $x^2$. ").equations[0].latex
'x^2'

Importing this module is quick: each function imports what it needs when it is called.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shortscience.pipeline.layout import DEFAULT_DATASET, DEFAULT_OUT, DEFAULT_RAW
from shortscience.results import (
    Citation,
    Cleaned,
    Copy,
    Deduplication,
    Dumps,
    Equation,
    Image,
    Link,
    Release,
)

if TYPE_CHECKING:
    import polars as pl

    from shortscience.pipeline.settings import DuplicateSettings, Settings

__all__ = [
    "Citation",
    "Cleaned",
    "Copy",
    "Deduplication",
    "Dumps",
    "Equation",
    "Image",
    "Link",
    "Release",
    "build",
    "clean",
    "deduplicate",
    "open_release",
    "read",
]

_Item = TypeVar("_Item", bound=tuple[Any, ...])


def clean(
    text: str, *, flattened: bool | None = None, settings: "Settings | None" = None
) -> Cleaned:
    """Repair a text, restore its Markdown, and find its language and all that it mentions.

    `flattened` says whether an extractor put the text onto one line; by default, that is assumed of
    a text without line breaks. Only flattened texts get their blocks restored. Surrogates, which no
    text file can hold, are replaced.
    """
    import polars as pl

    from shortscience.pipeline.cleaning.clean import clean as clean_records
    from shortscience.pipeline.cleaning.language import detect_language
    from shortscience.pipeline.extraction.extract import extract
    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.sources.encodings import without_surrogates

    text = without_surrogates(text)
    keeps_structure = "\n" in text.strip() if flattened is None else not flattened
    schema = {
        "record_id": pl.String(),
        "reason": pl.String(),
        "body": pl.String(),
        "keeps_structure": pl.Boolean(),
    }
    records = pl.DataFrame([("text", None, text, keeps_structure)], schema=schema, orient="row")
    cleaned, spans = clean_records(records)
    extracted = extract(cleaned, spans)
    row = cleaned.row(0, named=True)
    language, confidence = detect_language(row["plain_text"], (settings or Settings()).cleaning)
    return Cleaned(
        text=row["text"],
        markdown=row["markdown"],
        structure=row["structure"],
        structure_confidence=row["structure_confidence"],
        plain_text=row["plain_text"],
        language=language,
        language_confidence=confidence,
        repairs=row["repairs"],
        equations=_items(extracted["equations"], Equation),
        images=_items(extracted["images"], Image),
        links=_items(extracted["links"], Link),
        citations=_items(extracted["citations"], Citation),
    )


def _items(frame: "pl.DataFrame", kind: type[_Item]) -> list[_Item]:
    return [kind(*row) for row in frame.select(kind._fields).iter_rows()]  # type: ignore[attr-defined]


def read(*paths: str | Path, settings: "Settings | None" = None) -> Dumps:
    """Read dumps into frames: files, folders or patterns, in every known form and compression.

    Everything is held in memory; use `build` for more. Raises NoInputError if nothing is found.
    """
    import tempfile

    from shortscience.pipeline.cleaning.language import detect_languages
    from shortscience.pipeline.home import with_home
    from shortscience.pipeline.layers import read_texts
    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.sources.inputs import take_inventory

    settings = settings or Settings()
    with tempfile.TemporaryDirectory(prefix="shortscience-") as spool:
        inventory = take_inventory([with_home(path) for path in paths], Path(spool))
        frames = read_texts(inventory.distinct, settings)
    languages = detect_languages(frames["cleaned"], settings.cleaning)
    return Dumps(
        sources=frames["sources"],
        records=frames["records"],
        summaries=frames["cleaned"].join(languages, on="record_id", maintain_order="left"),
        **{name: frames[name] for name in ("equations", "images", "links", "citations")},
        problems=[str(problem) for problem in inventory.problems],
    )


def deduplicate(
    texts: Sequence[str], *, threshold: float | None = None, settings: "Settings | None" = None
) -> Deduplication:
    """Find copies among texts: equal but for marks and white space, similar, or cut short.

    Texts above a minimum length are similar if the Jaccard similarity of their word shingles
    reaches the threshold, by default that of the settings. The longest copy is kept; ties depend on
    the texts, not on their order. Raises UsageError if the threshold is not above 0 and at most 1.
    """
    import polars as pl

    from shortscience.pipeline.duplicates.find import find_copies_at_hand
    from shortscience.pipeline.duplicates.signatures import sign
    from shortscience.pipeline.settings import Settings
    from shortscience.pipeline.sources.encodings import without_surrogates

    settings = settings or Settings()
    duplicates = _with_threshold(settings.duplicates, threshold)
    places = {f"{place:012}": place for place in range(len(texts))}
    frame = pl.DataFrame(
        {
            "record_id": list(places),
            "text": [without_surrogates(text) for text in texts],
            "structure": ["original"] * len(texts),
        },
        schema={"record_id": pl.String(), "text": pl.String(), "structure": pl.String()},
    )
    signed = sign(frame, settings.signatures).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )
    found = find_copies_at_hand(
        signed, frame.select("record_id", "text"), settings.signatures, duplicates
    )
    copies = found.outcomes.drop_nulls("relation").sort("record_id")
    rows = copies.select("record_id", "kept_record_id", "relation", "similarity").iter_rows()
    listed = [Copy(places[copy], places[kept], *evidence) for copy, kept, *evidence in rows]
    gone = {copy.copy for copy in listed}
    return Deduplication(
        texts=list(texts),
        threshold=duplicates.near_threshold,
        kept=[place for place in range(len(texts)) if place not in gone],
        copies=listed,
    )


def _with_threshold(settings: "DuplicateSettings", threshold: float | None) -> "DuplicateSettings":
    from pydantic import ValidationError

    from shortscience.pipeline.errors import UsageError

    if threshold is None:
        return settings
    try:
        # Unlike `model_copy`, this validates.
        return settings.model_validate(settings.model_dump() | {"near_threshold": threshold})
    except ValidationError:
        raise UsageError(
            f"The threshold cannot be {threshold}; choose one above 0 and at most 1."
        ) from None


def build(
    *raw: str | Path,
    out: str | Path = DEFAULT_OUT,
    bibliography: str | Path | Sequence[str | Path] = (),
    settings: "Settings | None" = None,
    **options: Any,
) -> Release:
    """Build a release from raw dumps, as `shortscience build` does, unless it exists already.

    `options` are those of the command: `catalogue`, `against`, `allow_empty`, `engine`, `workers`,
    `keep`; `shipped_catalogue=False` stands for `--no-catalogue`. Raises a ShortScienceError whose
    message says what to do: `ValidationError` if the data did not pass, `NothingNewError` if the
    release named by `against` has all records already.
    """
    from shortscience.pipeline.build import build_release
    from shortscience.pipeline.parameters import BuildParameters
    from shortscience.pipeline.release.store import Store
    from shortscience.pipeline.settings import Settings

    call = {
        "raw": list(raw) or [DEFAULT_RAW],
        "out": out,
        "bibliography": bibliography,
        "settings": settings or Settings(),
    }
    parameters = BuildParameters.of_call(call | options)
    result = build_release(parameters)
    # Another build may have moved `latest` since.
    return open_release(Store(parameters.folder).release(str(result["release_id"])))


def open_release(path: str | Path = DEFAULT_DATASET) -> Release:
    """Open a release. Raises UsageError if there is none at the path."""
    from shortscience.pipeline.home import with_home
    from shortscience.pipeline.release.store import open_dataset

    return Release(open_dataset(Path(with_home(path))))
