"""The results of the map stage on disk.

Each layer of a batch becomes a shard, a folder of Parquet files named after the hash of everything
that decides its content. Existing shards are not recomputed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from shortscience.pipeline.batches import Batch
from shortscience.pipeline.digests import digest
from shortscience.pipeline.folders import keep_only, reappearing
from shortscience.pipeline.garbage import uncollected
from shortscience.pipeline.layers import (
    DERIVED,
    LAYERS,
    TEXTS,
    TEXTS_CODE,
    Frames,
    read_texts,
)
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.version import code_digest, source_digest

_DIGESTS = "digests.json"
_LAYER_OF = {frame: layer for layer, frames in LAYERS.items() for frame in frames}


def layer_keys(batch: Batch, settings: Settings) -> dict[str, str]:
    """Return the name of each layer's shard of a batch: a hash of inputs, code and settings.

    The code is that of the layer, of this module and of `layers`.
    """
    texts = digest(
        source_digest("pipeline.layers", "pipeline.shards"),
        code_digest(*TEXTS_CODE),
        settings.sources,
        *(f"{item.source_id} {item.form} {item.url} {item.retrieved_at}" for item in batch.inputs),
    )
    derived = {
        name: digest(texts, name, code_digest(layer.code), layer.group(settings))
        for name, layer in DERIVED.items()
    }
    return {TEXTS: texts, **derived}


def hash_code() -> None:
    """Hash the code that decides the names of shards, once per process."""
    for modules in (TEXTS_CODE, *((layer.code,) for layer in DERIVED.values())):
        code_digest(*modules)


def missing_layers(batch: Batch, settings: Settings, folder: Path) -> list[str]:
    """Return the layers of a batch whose shards are missing or damaged below `folder`."""
    keys = layer_keys(batch, settings)
    return [layer for layer, key in keys.items() if not _is_whole(folder / key)]


def build_shards(batch: Batch, settings: Settings, folder: Path) -> None:
    """Write the missing shards of a batch below `folder`.

    A shard appears under its name only when complete. A damaged one is rebuilt.
    """
    shards = {layer: folder / key for layer, key in layer_keys(batch, settings).items()}
    missing = missing_layers(batch, settings, folder)
    with uncollected():
        _build(batch, settings, shards, missing)


def _build(
    batch: Batch, settings: Settings, shards: dict[str, Path], missing: Sequence[str]
) -> None:
    texts: Frames | None = None
    if TEXTS in missing:
        texts = read_texts(batch.inputs, settings)
        _write(texts, shards[TEXTS])
    for name in missing:
        if name in DERIVED:
            layer = DERIVED[name]
            at_hand = texts or {
                frame: pl.read_parquet(shards[TEXTS] / f"{frame}.parquet", columns=columns)
                for frame, columns in layer.needs.items()
            }
            _write(layer.compute(at_hand, settings), shards[name])


def _write(frames: Frames, target: Path) -> None:
    with reappearing(target) as staging:
        for name, frame in frames.items():
            # By PyArrow, which raises OSError for a full disk where Polars raises its own error.
            pq.write_table(frame.to_arrow(), staging / f"{name}.parquet", compression="lz4")
        digests = json.dumps(_digests(staging), sort_keys=True)
        (staging / _DIGESTS).write_text(digests, encoding="utf-8")


def _digests(shard: Path) -> dict[str, str]:
    digests = {}
    for path in shard.glob("*.parquet"):
        with path.open("rb") as file:
            digests[path.name] = hashlib.file_digest(file, "blake2b").hexdigest()
    return digests


def _is_whole(shard: Path) -> bool:
    """Whether a shard exists as it was written; disks and memory flip bits now and then."""
    try:
        written = json.loads((shard / _DIGESTS).read_text(encoding="utf-8"))
        return bool(written == _digests(shard))
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Shards:
    """The shards of a build as one: the folder of each layer of each batch."""

    folders: tuple[dict[str, Path], ...]

    @classmethod
    def of(cls, batches: Iterable[Batch], settings: Settings, folder: Path) -> "Shards":
        """Return the shards that `build_shards` wrote below `folder`."""
        keys = (layer_keys(batch, settings) for batch in batches)
        return cls(
            tuple({layer: folder.absolute() / key for layer, key in of.items()} for of in keys)
        )

    def cut(self, n_parts: int) -> "list[Shards]":
        """Cut the shards into at most `n_parts` consecutive, non-empty parts."""
        n_parts = min(n_parts, len(self.folders))
        bounds = [len(self.folders) * part // n_parts for part in range(n_parts + 1)]
        return [Shards(self.folders[start:end]) for start, end in pairwise(bounds)]

    def files(self, name: str) -> list[Path]:
        """Return the files of a frame, one per batch."""
        return [shards[_LAYER_OF[name]] / f"{name}.parquet" for shards in self.folders]

    def lengths(self, name: str) -> list[int]:
        """Return the number of rows of a frame in each batch."""
        return [pq.read_metadata(path).num_rows for path in self.files(name)]

    def scan(self, name: str) -> pl.LazyFrame:
        """Scan a frame over all batches."""
        return pl.scan_parquet(self.files(name))

    def frames(self, name: str, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield a frame, or some of its columns, batch by batch."""
        for path in self.files(name):
            yield pl.read_parquet(path, columns=columns)


def prune(folder: Path, keep: Shards) -> None:
    """Remove shards that are no longer needed, and the leftovers of killed builds."""
    keep_only(folder, {path.name for shards in keep.folders for path in shards.values()})
