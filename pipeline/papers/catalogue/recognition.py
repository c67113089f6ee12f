"""Recognition: which summaries of a build are in a catalogue."""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.duplicates.outcomes import EARLIER
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import FACTS, SIGNING, Catalogue
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
        **{name: FACTS[name] for name in FACTS if name != "identity_confidence"},
    }
)
"""How a summary is known: by which catalogue, through which record, and its paper. `confidence` is
that of the paper, 0 to 1.
"""

NOTHING_KNOWN = pl.DataFrame(schema=KNOWN)


class Recogniser(NamedTuple):
    """Catalogues, in order of precedence, and the settings of the build."""

    catalogues: tuple[Catalogue, ...]
    settings: Settings

    def known_records(self, shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
        """Return the catalogues' matches for the records of some shards, with KNOWN.

        `outcomes` has the records' outcomes, row by row.
        """
        if not self.catalogues:
            return NOTHING_KNOWN
        signatures = _signatures(shards, self.settings)
        carried = outcomes.filter(pl.col("status") != EARLIER).select("record_id", "summary_id")
        found = (
            self._known(signatures, shards, place).join(carried, on="record_id").select(*KNOWN)
            for place in range(len(self.catalogues))
        )
        return pl.concat([NOTHING_KNOWN, *found])

    def _known(self, signatures: pl.DataFrame, shards: Shards, place: int) -> pl.DataFrame:
        """Return one catalogue's matches for records."""
        texts = shards.frames("cleaned", ["record_id", "text"])
        settings = self.settings.catalogue
        found = recognise(signatures, texts, self.catalogues[place], settings)
        matched = found.with_columns(entry=pl.col("row").cast(KNOWN["entry"]))
        return matched.join(self._papers(place), on="entry").with_columns(_confidence(settings))

    def named_papers(self, names: pl.DataFrame) -> pl.DataFrame:
        """Return what catalogues say of papers with one of the names, with KNOWN.

        It recognises no summary: columns of the match are null.
        """
        if not self.catalogues:
            return NOTHING_KNOWN
        papers = pl.concat(self._papers(place) for place in range(len(self.catalogues)))
        place = "file", "entry"
        named = papers.select(*place, name="identifiers").explode("name").join(names, on="name")
        known = papers.join(named, on=place, how="semi").drop("identity_confidence")
        return pl.concat([NOTHING_KNOWN, known], how="diagonal")

    def _papers(self, place: int) -> pl.DataFrame:
        """Return the paper of each row of a catalogue, as in KNOWN."""
        catalogue = self.catalogues[place]
        rows = catalogue.rows.select(*FACTS).with_row_index("entry")
        about = rows.with_columns(file=pl.lit(place), origin=pl.lit(catalogue.name))
        return about.cast({name: KNOWN[name] for name in ("file", "entry")})


def known_summaries(records: pl.DataFrame) -> pl.DataFrame:
    """Return the best match per summary, from the first catalogue that has one, with KNOWN."""
    return records.sort(
        "summary_id", "file", "match", -pl.col("similarity"), "entry", "record_id"
    ).unique("summary_id", keep="first", maintain_order=True)


def none_known(_facts: pl.DataFrame) -> pl.DataFrame:
    """Return the matches of a build without catalogues: none."""
    return NOTHING_KNOWN


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


NO_CATALOGUES = Recogniser((), Settings())
