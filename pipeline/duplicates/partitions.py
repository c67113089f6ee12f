"""The search for copies in partitions, for engines that have more than one machine.

These are the steps of `find`, cut where rows have to move: each function works on what one
partition holds, and those called `split_…` answer with one part per partition of the next step.
Contents are partitioned by ranges of their ids, so that they have the same numbers as in a search
over all at once, and everything else follows from these. The answer is the same, too.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.duplicates.candidates import candidate_pairs
from shortscience.pipeline.duplicates.clusters import Numbers
from shortscience.pipeline.duplicates.cuts import extensions
from shortscience.pipeline.duplicates.find import Similarities, rank, verified_pairs
from shortscience.pipeline.duplicates.normal_form import normal_form
from shortscience.pipeline.duplicates.verification import jaccard
from shortscience.pipeline.settings import DuplicateSettings
from shortscience.pipeline.tasks import deal

_BITS = 32


class Contents(NamedTuple):
    """One partition of the contents.

    `records` are all its records, in order of rank; `contents` the first of each content, with the
    `batch` and the `row` there that have its text; `bands` their signatures.
    """

    records: pl.DataFrame
    contents: pl.DataFrame
    bands: pl.Series


def split_signatures(n_parts: int, signatures: pl.DataFrame, batch: int) -> list[pl.DataFrame]:
    """Give the signatures of one batch to the partitions of their contents."""
    leading = pl.col("content_id").str.head(_BITS // 4).str.to_integer(base=16, dtype=pl.UInt64)
    placed = signatures.with_row_index("row").with_columns(batch=pl.lit(batch, pl.Int32()))
    return deal(placed, leading * n_parts // (1 << _BITS), n_parts)


def rank_contents(*parts: pl.DataFrame) -> Contents:
    """Rank the records of one partition, and take the first of each content."""
    ranked = rank(pl.concat(parts))
    first = ranked.unique("content_id", keep="first", maintain_order=True).sort("content_id")
    return Contents(
        ranked.drop("bands", "row", "batch"), first.drop("bands"), first["bands"].rechunk()
    )


def count(part: Contents) -> int:
    """Return how many contents a partition has."""
    return len(part.contents)


def without_signatures(part: Contents) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the contents of a partition, and its records."""
    return part.contents.drop("batch", "row"), part.records


def split_bands(n_parts: int, part: Contents, start: int, least_words: int) -> list[pl.DataFrame]:
    """Give the band hashes of long texts, whose contents count from `start`, to their buckets."""
    long = (part.contents["n_words"] >= least_words).arg_true()
    hashes = pl.DataFrame(
        {"hash": part.bands.gather(long), "number": long.cast(pl.Int64) + start}
    ).explode("hash")
    return deal(hashes, pl.col("hash") % n_parts, n_parts)


def split_pairs(n_parts: int, starts: Sequence[int], *parts: pl.DataFrame) -> list[pl.DataFrame]:
    """Pair up the texts of some buckets; give each pair to the partition of its left text."""
    hashes = pl.concat(parts).sort("number")
    numbers = hashes["number"].to_numpy()
    # No two bands have a hash in common, so all of them can be one.
    left, right = candidate_pairs(hashes["hash"].to_numpy()[:, np.newaxis])
    pairs = pl.DataFrame({"left": numbers[left], "right": numbers[right]}).unique()
    return deal(pairs, _owner(pairs["left"], starts), n_parts)


def distinct_pairs(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of one partition, in order."""
    return pl.concat(parts).unique().sort("left", "right")


def split_beginnings(n_parts: int, part: Contents, start: int) -> list[pl.DataFrame]:
    """Give texts to partitions by ranges of the hash of their first words."""
    beginnings = (
        part.contents.select("beginning")
        .with_row_index("text")
        .with_columns(pl.col("text").cast(pl.Int64) + start)
        .drop_nulls()
    )
    return deal(beginnings, pl.col("beginning") // (1 << _BITS) * n_parts // (1 << _BITS), n_parts)


def shared_beginnings(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of one partition whose first words others have, too."""
    return pl.concat(parts).filter(pl.len().over("beginning") > 1)


def split_wanted(
    n_parts: int, frame: pl.DataFrame, columns: Sequence[str], starts: Sequence[int]
) -> list[Numbers]:
    """Ask the partitions of the contents for the texts whose numbers stand in some columns."""
    wanted = pl.concat([frame[name].alias("number") for name in columns]).unique().sort()
    places = np.searchsorted(wanted.to_numpy(), starts[1:n_parts])
    return [np.asarray(part, np.int64) for part in np.split(wanted.to_numpy(), places)]


def split_places(
    n_batches: int, part: Contents, start: int, *wanted: Numbers
) -> list[pl.DataFrame]:
    """Tell each batch which rows each of those who want texts are to have."""
    numbers = np.concatenate([*wanted, np.empty(0, np.int64)])
    found = part.contents.select("batch", "row", "record_id")[numbers - start].with_columns(
        pl.Series("number", numbers),
        pl.Series("receiver", np.repeat(np.arange(len(wanted)), list(map(len, wanted)))),
    )
    return deal(found, pl.col("batch"), n_batches)


def split_texts(n_receivers: int, texts: pl.LazyFrame, *places: pl.DataFrame) -> list[pl.DataFrame]:
    """Send the normal forms of some texts of a batch to those who want them.

    Raises ValueError when the texts (`record_id`, `text`) are not in the order of their signatures.
    """
    wanted = pl.concat(places)
    rows = wanted.select("row", "record_id").unique("row").sort("row")
    found = (
        texts.select("record_id", "text")
        .with_row_index("row")
        .filter(pl.col("row").is_in(rows["row"].implode()))
        .collect()
    )
    if not found["record_id"].equals(rows["record_id"]):
        raise ValueError("The texts are not in the order of their signatures.")
    normal = found.select("row", normal=normal_form(found["text"]))
    sent = wanted.join(normal, on="row").select("receiver", "number", "normal")
    return deal(sent, pl.col("receiver"), n_receivers)


class Received:
    """The normal forms that a partition has asked for, by number."""

    def __init__(self, parts: Sequence[pl.DataFrame]) -> None:
        texts = pl.concat([part.select("number", "normal") for part in parts]).sort("number")
        self._numbers = texts["number"].to_numpy()
        self._normals = texts["normal"]

    def gather(self, numbers: Sequence[int] | pl.Series, /) -> pl.Series:
        """Return the normal forms of some numbers, in the order asked for."""
        return self._normals.gather(np.searchsorted(self._numbers, np.asarray(numbers, np.int64)))


def similarities(pairs: pl.DataFrame, shingle_words: int, *texts: pl.DataFrame) -> Similarities:
    """Return the similarity of each pair (`left`, `right`) of one partition."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    return jaccard(Received(texts), left, right, shingle_words)


def verify(
    pairs: pl.DataFrame, shingle_words: int, settings: DuplicateSettings, *texts: pl.DataFrame
) -> pl.DataFrame:
    """Return those pairs of one partition that are evidence."""
    similar = similarities(pairs, shingle_words, *texts)
    return verified_pairs(pairs["left"].to_numpy(), pairs["right"].to_numpy(), similar, settings)


def extend(beginnings: pl.DataFrame, *texts: pl.DataFrame) -> dict[int, int]:
    """Return for each text of a partition that is cut the next longer one."""
    return extensions(beginnings, Received(texts))


def _owner(numbers: pl.Series, starts: Sequence[int]) -> pl.Series:
    owners: npt.NDArray[np.int64] = np.searchsorted([*starts], numbers.to_numpy(), "right") - 1
    return pl.Series(owners)
