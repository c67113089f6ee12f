"""Recognition: which summaries of a build are in a catalogue."""

from collections.abc import Iterator, Sequence

import polars as pl

from shortscience.pipeline.duplicates.outcomes import EARLIER
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import PAPER_FACTS, SIGNING, Catalogue
from shortscience.pipeline.papers.catalogue.matching import (
    EXACT,
    NEAR,
    OF_SIGNATURE,
    RECOGNISED,
    TRUNCATED,
    recognise,
)
from shortscience.pipeline.settings import CatalogueSettings, Settings
from shortscience.pipeline.shards import Shards

KNOWN = pl.Schema(
    {
        "summary_id": pl.String(),
        # The catalogue's rank among those of the build, and its name.
        "file": pl.Int32(),
        "origin": pl.String(),
        # Its row.
        "entry": pl.Int64(),
        "record_id": pl.String(),
        "match": RECOGNISED["match"],
        "similarity": RECOGNISED["similarity"],
        "confidence": pl.Float64(),
        **{name: PAPER_FACTS[name] for name in PAPER_FACTS if name != "identity_confidence"},
    }
)
"""How a summary is known: by which catalogue, through which record, and its paper. `confidence` is
that of the paper, 0 to 1.
"""

NOTHING_KNOWN = pl.DataFrame(schema=KNOWN)


def known_records(
    shards: Shards,
    outcomes: pl.DataFrame,
    *,
    catalogues: Sequence[Catalogue],
    settings: Settings,
) -> pl.DataFrame:
    """Return the catalogues' matches for the records of some shards, with KNOWN.

    `outcomes` has the records' outcomes, row by row; earlier catalogues take precedence.
    """
    if not catalogues:
        return NOTHING_KNOWN
    signatures = _signatures(shards, settings)
    carried = outcomes.filter(pl.col("status") != EARLIER).select("record_id", "summary_id")
    found = (
        _known(signatures, shards, papers, catalogue, settings.catalogue)
        .join(carried, on="record_id")
        .select(*KNOWN)
        for catalogue, papers in zip(catalogues, _papers(catalogues), strict=True)
    )
    return pl.concat([NOTHING_KNOWN, *found])


def _known(
    signatures: pl.DataFrame,
    shards: Shards,
    papers: pl.DataFrame,
    catalogue: Catalogue,
    settings: CatalogueSettings,
) -> pl.DataFrame:
    """Return one catalogue's matches for records; `papers` are those of its rows."""
    texts = shards.frames("cleaned", ["record_id", "text"])
    found = recognise(signatures, texts, catalogue, settings)
    matched = found.with_columns(entry=pl.col("row").cast(KNOWN["entry"]))
    return matched.join(papers, on="entry").with_columns(_confidence(settings))


def named_papers(names: pl.DataFrame, *, catalogues: Sequence[Catalogue]) -> pl.DataFrame:
    """Return what catalogues say of papers with one of the names, with KNOWN.

    It recognises no summary: columns of the match are null.
    """
    if not catalogues:
        return NOTHING_KNOWN
    papers = pl.concat(_papers(catalogues))
    place = "file", "entry"
    named = papers.select(*place, name="identifiers").explode("name").join(names, on="name")
    known = papers.join(named, on=place, how="semi").drop("identity_confidence")
    return pl.concat([NOTHING_KNOWN, known], how="diagonal")


def _papers(catalogues: Sequence[Catalogue]) -> Iterator[pl.DataFrame]:
    """Yield the paper of each row of each catalogue, as in KNOWN."""
    for place, catalogue in enumerate(catalogues):
        rows = catalogue.rows.select(*PAPER_FACTS).with_row_index("entry")
        about = rows.with_columns(file=pl.lit(place), origin=pl.lit(catalogue.name))
        yield about.cast({name: KNOWN[name] for name in ("file", "entry")})


def known_summaries(records: pl.DataFrame) -> pl.DataFrame:
    """Return the best match per summary, from the first catalogue that has one, with KNOWN."""
    return records.sort(
        "summary_id", "file", "match", -pl.col("similarity"), "entry", "record_id"
    ).unique("summary_id", keep="first", maintain_order=True)


def unknown(facts: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of summaries that are in no catalogue."""
    return facts.join(known, on="summary_id", how="anti", maintain_order="left")


def _signatures(shards: Shards, settings: Settings) -> pl.DataFrame:
    """Return OF_SIGNATURE of all records, signing them again if the build's settings differ."""
    if settings.signatures == SIGNING:
        return shards.scan("signatures").select(*OF_SIGNATURE).collect()
    return pl.concat(_signed_again(shards))


def _signed_again(shards: Shards) -> Iterator[pl.DataFrame]:
    for texts in shards.frames("cleaned", ["record_id", "text", "structure"]):
        yield sign(texts, SIGNING).select(*OF_SIGNATURE)


def _confidence(settings: CatalogueSettings) -> pl.Expr:
    of_match = {
        EXACT: 1.0,
        TRUNCATED: settings.truncated_confidence,
        NEAR: settings.near_confidence,
    }
    sure = pl.col("match").cast(pl.String).replace_strict(of_match, return_dtype=pl.Float64)
    return (pl.col("identity_confidence") * sure).alias("confidence")
