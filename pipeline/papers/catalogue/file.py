"""The file of a catalogue: its columns, and how it is written and read."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shortscience.pipeline.errors import OutputError, UsageError
from shortscience.pipeline.settings import SignatureSettings

SHIPPED = Path(__file__).parents[3] / "catalogue" / "shortscience.parquet"
"""The catalogue that is installed with this package."""

VERSION = 1
"""To be raised when a text gets other fingerprints, or the columns change: a test says when."""
_METADATA = b"shortscience-catalogue"

FACTS = pl.Schema(
    {
        "paper_id": pl.String(),
        "identifiers": pl.List(pl.String()),
        "bibtex_key": pl.String(),
        "title": pl.String(),
        "authors": pl.List(pl.String()),
        "year": pl.Int32(),
        "venue": pl.String(),
        "url": pl.String(),
        "identity_confidence": pl.Float64(),
    }
)
"""What is known of the paper of a summary, as the table of papers has it."""


def catalogue_schema(signing: SignatureSettings) -> pl.Schema:
    """Return the columns of a catalogue, one row per summary: fingerprints, then FACTS.

    `content_id` is the hash of the normal form; `beginnings` has those of its first words, for each
    multiple of `prefix_words` less than `n_words`; `signature` the low half of each minimum, as
    little-endian numbers of 16 bits. Two unequal minima agree in it once in 65,536 times (b-bit
    minwise hashing, Li and König, 2010).
    """
    return pl.Schema(
        {
            "content_id": pl.String(),
            "n_words": pl.Int32(),
            "beginnings": pl.List(pl.UInt64()),
            "bands": pl.Array(pl.UInt64(), signing.bands),
            "signature": pl.Binary(),
            **FACTS,
        }
    )


@dataclass(frozen=True)
class Catalogue:
    """A catalogue in memory: `rows` has `catalogue_schema`, in the order of `content_id`."""

    name: str
    signing: SignatureSettings
    rows: pl.DataFrame


def write_catalogue(rows: pl.DataFrame, signing: SignatureSettings, path: Path) -> None:
    """Write the rows of a catalogue; equal rows give equal bytes.

    The file appears complete. Raises OutputError if it cannot be written there.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise OutputError(f"{path} is no file in a folder that exists; name another --out.")
    described = json.dumps({"version": VERSION, "signatures": signing.model_dump()})
    table = rows.match_to_schema(catalogue_schema(signing)).rechunk().to_arrow()
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        pq.write_table(
            table.replace_schema_metadata({_METADATA: described}),
            unfinished,
            compression="zstd",
            compression_level=19,
            # Hashes are all different.
            use_dictionary=[name for name in FACTS if name != "paper_id"],
            write_statistics=False,
            write_page_checksum=True,
        )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue; UsageError if the file is none, is damaged, or is of another version."""
    with _clear_errors(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        described = json.loads((file.schema_arrow.metadata or {}).get(_METADATA, b"{}"))
        if not described:
            raise UsageError(
                f"{path} is no catalogue; make one with `shortscience catalogue --out FILE`."
            )
        if described["version"] != VERSION:
            raise UsageError(
                f"{path} is a catalogue of version {described['version']}, and this is version"
                f" {VERSION}; make it again with `shortscience catalogue --out FILE`."
            )
        signing = SignatureSettings.model_validate(described["signatures"])
        rows = pl.DataFrame(file.read())
        return Catalogue(path.name, signing, rows.match_to_schema(catalogue_schema(signing)))


@contextlib.contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"There is no catalogue at {path}; check its name.") from None
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"{path} is damaged, or is no catalogue; fetch it again, or make it again with"
            " `shortscience catalogue --out FILE`."
        ) from error
