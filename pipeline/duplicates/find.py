"""The duplicates stage: which records carry the same summary.

Contents, the distinct normal forms of texts, are numbered in the order of their ids. The bands of
their signatures propose candidate pairs, which are verified on the texts. The decisions need some
hundred bytes per record and are made for all records at once.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.candidates import candidate_pairs, distinct_pairs
from shortscience.pipeline.duplicates.clusters import PREFERRED
from shortscience.pipeline.duplicates.cuts import extensions, shared_beginnings
from shortscience.pipeline.duplicates.evidence import Evidence
from shortscience.pipeline.duplicates.outcomes import Duplicates, decide
from shortscience.pipeline.duplicates.texts import (
    NormalForms,
    deliver,
    locate,
    part_with,
    read_normal_forms,
)
from shortscience.pipeline.duplicates.verification import jaccard
from shortscience.pipeline.parts import Parts, by_key
from shortscience.pipeline.settings import DuplicateSettings, Settings, SignatureSettings
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.tasks import AtOnce

if TYPE_CHECKING:
    from shortscience.pipeline.engines import Engine
    from shortscience.pipeline.release.earlier import Earlier

_HALF = 1 << 32


def find_copies(
    shards: Shards, earlier: "Earlier | None", settings: Settings, engine: "Engine"
) -> Duplicates:
    """Find copies among all records and the summaries of an earlier release."""
    n_records = sum(shards.lengths("signatures"))
    tasks = engine.tasks
    cut = Parts.of(shards.cut(engine.n_parts(n_records)), tasks)
    signatures, texts = cut.map(_signatures), cut.map(_texts)
    if earlier is not None:
        signed = earlier.sign(settings.signatures)
        n_records += len(signed)
        signatures = signatures.beside(Parts.of([signed.lazy()], tasks))
        texts = texts.beside(Parts.of([earlier.texts], tasks))
    n_parts = engine.n_parts(n_records)
    return search(
        signatures,
        texts,
        n_parts=n_parts,
        signing=settings.signatures,
        settings=settings.duplicates,
    )


def find_copies_at_hand(
    signatures: pl.DataFrame,
    texts: pl.DataFrame,
    signing: SignatureSettings,
    settings: DuplicateSettings,
) -> Duplicates:
    """Find copies among records in memory; see `search`."""
    tasks = AtOnce()
    return search(
        Parts.of([signatures.lazy()], tasks),
        Parts.of([texts.lazy()], tasks),
        n_parts=1,
        signing=signing,
        settings=settings,
    )


def search(
    signatures: Parts,
    texts: Parts,
    *,
    n_parts: int,
    signing: SignatureSettings,
    settings: DuplicateSettings,
) -> Duplicates:
    """Find copies among signed records. The number of parts does not affect the result.

    All frames are lazy: `signatures` has the columns of `sign` plus `identified` and `earlier`;
    `texts` has `record_id` and `text`, in the same parts and order. Raises ValueError if the order
    differs.
    """
    by_content = by_key("content_id", n_parts)
    placed = signatures.route(_placed, signatures.numbers(), to=by_content, n_parts=n_parts)
    records, contents, signed = placed.map_fields(_Ranked, _rank)
    contents = contents.numbered("number")
    starts = contents.starts().fetch()

    by_bucket, by_left = pl.col("hash") % n_parts, part_with("left", starts)
    candidates = (
        contents.route(
            _bands, signed, to=by_bucket, n_parts=n_parts, least_words=settings.near_min_words
        )
        .route(candidate_pairs, to=by_left, n_parts=n_parts)
        .map(distinct_pairs)
    )
    by_beginning = pl.col("beginning") // _HALF * n_parts // _HALF
    beginnings = contents.route(_beginnings, to=by_beginning, n_parts=n_parts).map(
        shared_beginnings
    )
    needed = candidates.map(_in_pairs).beside(beginnings.map(_numbers))
    located = locate(needed, contents, starts, n_parts=len(texts))
    normal = located.map(read_normal_forms, texts)
    brought = deliver(located, normal, n_parts=len(needed))
    similar = candidates.map(
        _similar,
        brought.first(n_parts),
        shingle_words=signing.shingle_words,
        least=settings.least_similarity,
    )
    cut = beginnings.map(_extensions, brought.last(n_parts))

    evidence = Evidence(contents.map(_described).collect(), similar.collect(), cut.collect())
    chosen = evidence.choose(settings.near_threshold)
    similarities = evidence.similarities(chosen.kept)
    # A truncated copy and its full text share no band, so they are matched by prefix.
    unverified = np.flatnonzero(np.isnan(similarities))
    pairs = Parts.of(
        [pl.DataFrame({"left": unverified, "right": chosen.kept[unverified]})], signatures.tasks
    )
    located = locate(pairs.map(_in_pairs), contents, starts, n_parts=len(texts))
    brought = deliver(located, normal, n_parts=1)
    measured = pairs.map(_with_similarity, brought, shingle_words=signing.shingle_words)
    similarities[unverified] = measured.collect()["similarity"].to_numpy()
    return Duplicates(decide(records.collect(), evidence, chosen, similarities), evidence)


class _Ranked(NamedTuple):
    """Records by rank, the first of each content, and the `bands` of its signature."""

    records: Any
    contents: Any
    signed: Any


def _signatures(shards: Shards) -> pl.LazyFrame:
    return shards.scan("signatures")


def _texts(shards: Shards) -> pl.LazyFrame:
    return shards.scan("cleaned").select("record_id", "text")


def _placed(signatures: pl.LazyFrame, source: int) -> pl.DataFrame:
    """Read the signatures and note where each record's text is."""
    placed = signatures.with_row_index("row").with_columns(source=pl.lit(source, pl.Int32()))
    return placed.collect()


def _rank(records: pl.DataFrame) -> _Ranked:
    """Sort records so that the first one of each content is the copy to keep."""
    columns = ("content_id", *PREFERRED, "record_id")
    ranked = records.sort(columns, descending=[name in PREFERRED for name in columns])
    first = ranked.unique("content_id", keep="first", maintain_order=True)
    records = ranked.select("record_id", "content_id", "earlier")
    return _Ranked(records, first.drop("bands"), first.select("bands"))


def _described(contents: pl.DataFrame) -> pl.DataFrame:
    return contents.drop("number", "source", "row")


def _bands(contents: pl.DataFrame, signed: pl.DataFrame, *, least_words: int) -> pl.DataFrame:
    """Return the band hashes of texts by `number`; none for short texts, which match exactly."""
    return (
        contents.select("number", "n_words")
        .hstack(signed)
        .filter(pl.col("n_words") >= least_words)
        .select("number", hash="bands")
        .explode("hash")
    )


def _beginnings(contents: pl.DataFrame) -> pl.DataFrame:
    return contents.select("number", "beginning").drop_nulls()


def _in_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({"number": pl.concat([pairs["left"], pairs["right"]])})


def _numbers(beginnings: pl.DataFrame) -> pl.DataFrame:
    return beginnings.select("number")


def _with_similarity(
    pairs: pl.DataFrame, normal: pl.DataFrame, *, shingle_words: int
) -> pl.DataFrame:
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    return pairs.with_columns(similarity=jaccard(NormalForms(normal), left, right, shingle_words))


def _similar(
    pairs: pl.DataFrame, normal: pl.DataFrame, *, shingle_words: int, least: float
) -> pl.DataFrame:
    """Return the pairs similar enough to be kept as evidence."""
    measured = _with_similarity(pairs, normal, shingle_words=shingle_words)
    return measured.filter(pl.col("similarity") >= least)


def _extensions(beginnings: pl.DataFrame, normal: pl.DataFrame) -> pl.DataFrame:
    return extensions(beginnings, NormalForms(normal))
