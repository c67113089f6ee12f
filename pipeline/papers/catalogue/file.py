"""The catalogue file: its columns, writing and reading."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shortscience.pipeline.errors import OutputError, UsageError
from shortscience.pipeline.settings import SignatureSettings
from shortscience.pipeline.sources.encodings import without_surrogates

VERSION = 1
"""Increment when fingerprints or columns change; a test fails when that is due."""
SIGNING = SignatureSettings()
"""All catalogues use the default settings, as most builds do."""
_VERSION = b"shortscience-catalogue-version"

PAPER_FACTS = pl.Schema(
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
"""The facts about a summary's paper, as in the table of papers."""


CATALOGUE_SCHEMA = pl.Schema(
    {
        # The hash of the normal form.
        "content_id": pl.String(),
        "n_words": pl.Int32(),
        # Hashes of the first words, for each multiple of `prefix_words` less than `n_words`.
        "beginnings": pl.List(pl.UInt64()),
        "bands": pl.Array(pl.UInt64(), SIGNING.bands),
        # The low half of each minimum, as little-endian numbers of 16 bits. Two unequal minima
        # agree in it once in 65,536 times (b-bit minwise hashing, Li and König, 2010).
        "signature": pl.Binary(),
        **PAPER_FACTS,
    }
)
"""The columns of a catalogue, which has a row per summary: fingerprints, then PAPER_FACTS."""


@dataclass(frozen=True)
class Catalogue:
    """A catalogue in memory: its file name, and its rows ordered by `content_id`."""

    name: str
    rows: pl.DataFrame


def write_catalogue(rows: pl.DataFrame, path: Path) -> None:
    """Write the rows of a catalogue; equal rows give equal bytes.

    The file appears only when complete. Raises OutputError if it cannot be written.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise OutputError(f"{path} is not a file in an existing folder; name another --out.")
    table = rows.match_to_schema(CATALOGUE_SCHEMA).rechunk().to_arrow()
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        pq.write_table(
            table.replace_schema_metadata({_VERSION: str(VERSION)}),
            unfinished,
            compression="zstd",
            compression_level=19,
            # Hashes do not compress.
            use_dictionary=[name for name in PAPER_FACTS if name != "paper_id"],
            write_statistics=False,
            write_page_checksum=True,
        )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue; UsageError if it is damaged, of another version, or something else."""
    with _clear_errors(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        version = (file.schema_arrow.metadata or {}).get(_VERSION, b"").decode()
        if not version:
            raise UsageError(
                f"{path} is not a catalogue; make one with `shortscience catalogue --out FILE`."
            )
        if version != str(VERSION):
            raise UsageError(
                f"{path} is a catalogue of version {version}, but this program reads version"
                f" {VERSION}; make it again with `shortscience catalogue --out FILE`."
            )
        return Catalogue(without_surrogates(path.name), _rows(file.read()))


def _rows(table: pa.Table) -> pl.DataFrame:
    """Return a table with the columns of a catalogue; ValueError if it has others.

    Polars panics on damaged column names, so the file's own names never reach it.
    """
    bare = pa.table(table.columns, names=table.column_names)
    return pl.DataFrame(bare.cast(CATALOGUE_SCHEMA.to_frame().to_arrow().schema))


@contextlib.contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"There is no catalogue at {path}; check its name.") from None
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise UsageError(
            f"{path} is damaged or not a catalogue; fetch it again, or make it with"
            " `shortscience catalogue --out FILE`."
        ) from error
