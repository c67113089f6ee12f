"""The map stage: everything that can be done to a record without knowing another.

Inputs are cut into batches; each batch becomes a shard, a folder of Parquet files named after the
hash of all that decides its content. A shard that is already there is not computed again.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipeline.cleaning.clean import clean, repair_facts
from pipeline.duplicates.signatures import sign
from pipeline.extraction.extract import extract
from pipeline.settings import Settings, digest
from pipeline.sources.inputs import Input
from pipeline.sources.reading import read_sources
from pipeline.version import code_digest

FRAMES = (
    "sources",
    "records",
    "cleaned",
    "equations",
    "images",
    "links",
    "citations",
    "signatures",
)
BATCH_BYTES = 16 << 20
"""A batch of 16 MiB holds about 8,000 records: large enough to drown the cost of a task, small
enough that a worker stays below a gigabyte."""

_DIGESTS = "digests.json"
NOTHING_LEFT = "no text left after repair"


@dataclass(frozen=True)
class Batch:
    """Inputs that are processed together, in the order of their `source_id`."""

    inputs: tuple[Input, ...]

    @property
    def n_bytes(self) -> int:
        """Size of all inputs."""
        return sum(item.n_bytes for item in self.inputs)

    def key(self, settings: Settings) -> str:
        """Return the name of the batch's shard: a hash of inputs, code and settings."""
        return digest(
            code_digest(),
            settings.sources,
            settings.cleaning,
            settings.signatures,
            *(
                f"{item.source_id} {item.form} {item.url} {item.retrieved_at}"
                for item in self.inputs
            ),
        )


def cut_batches(inputs: Iterable[Input], batch_bytes: int = BATCH_BYTES) -> list[Batch]:
    """Cut inputs, sorted by `source_id`, into batches.

    A batch ends when it is full, and after an input whose hash begins with two zeros: so a new
    input changes the batch it falls into, and leaves the others as they are.
    """
    batches: list[Batch] = []
    current: list[Input] = []
    for item in inputs:
        current.append(item)
        full = sum(member.n_bytes for member in current) >= batch_bytes
        if full or item.source_id.startswith("00"):
            batches.append(Batch(tuple(current)))
            current = []
    if current:
        batches.append(Batch(tuple(current)))
    return batches


def build_shard(batch: Batch, settings: Settings, folder: Path) -> bool:
    """Write the shard of a batch below `folder`; False if it was there already.

    The shard appears under its name only when it is complete. One whose bytes are no longer those
    that were written is made anew.
    """
    target = folder / batch.key(settings)
    if _is_whole(target):
        return False
    shutil.rmtree(target, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shard-", dir=folder) as scratch:
        staging = Path(scratch) / "shard"
        staging.mkdir()
        for name, frame in process(batch.inputs, settings).items():
            # By PyArrow, for which a full disk is an OSError, and not an error of its own.
            pq.write_table(frame.to_arrow(), staging / f"{name}.parquet", compression="zstd")
        (staging / _DIGESTS).write_text(json.dumps(_digests(staging)), encoding="utf-8")
        try:
            staging.rename(target)
        except OSError:
            # Another worker finished the same shard first: its bytes are the same.
            if not target.exists():
                raise
    return True


def _digests(shard: Path) -> dict[str, str]:
    digests = {}
    for name in FRAMES:
        with (shard / f"{name}.parquet").open("rb") as file:
            digests[name] = hashlib.file_digest(file, "blake2b").hexdigest()
    return digests


def _is_whole(shard: Path) -> bool:
    """Whether a shard is there, as it was written: disks and memory flip bits now and then."""
    try:
        written = json.loads((shard / _DIGESTS).read_text(encoding="utf-8"))
        return bool(written == _digests(shard))
    except (OSError, ValueError):
        return False


def process(inputs: Sequence[Input], settings: Settings) -> dict[str, pl.DataFrame]:
    """Run sources, cleaning, extraction and signatures over some inputs: one frame per FRAMES."""
    sources, records = read_sources(inputs, settings.sources)
    records = repair_facts(records)
    cleaned, scanned = clean(records, settings.cleaning)
    extracted = extract(cleaned, scanned)
    empty = cleaned.filter(pl.col("text").str.strip_chars() == "").select("record_id")
    records = records.with_columns(
        reason=pl.when(pl.col("record_id").is_in(empty["record_id"].implode()))
        .then(pl.lit(NOTHING_LEFT))
        .otherwise("reason")
    )
    cleaned = cleaned.join(empty, on="record_id", how="anti", maintain_order="left")
    return {
        "sources": sources,
        "records": records.drop("body", "keeps_structure"),
        "cleaned": cleaned,
        "equations": extracted.equations,
        "images": extracted.images,
        "links": extracted.links,
        "citations": extracted.citations,
        "signatures": sign(cleaned, settings.signatures)
        .join(
            records.select("record_id", identified=pl.col("bibtex_key").is_not_null()),
            on="record_id",
            maintain_order="left",
        )
        .with_columns(earlier=pl.lit(value=False)),
    }


@dataclass(frozen=True)
class Shards:
    """The shards of a build, read as one."""

    paths: tuple[Path, ...]

    def scan(self, name: str) -> pl.LazyFrame:
        """Return one of FRAMES over all shards."""
        return pl.scan_parquet([path / f"{name}.parquet" for path in self.paths])

    def frames(self, name: str, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield one of FRAMES, or some of its columns, shard by shard."""
        for path in self.paths:
            yield pl.read_parquet(path / f"{name}.parquet", columns=columns)


def prune(folder: Path, keep: Iterable[Path]) -> None:
    """Remove the shards that a build no longer needs, and what a killed one left."""
    kept = {path.name for path in keep}
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
