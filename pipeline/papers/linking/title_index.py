"""Titles by the terms that they and their abstracts hold: made once, read as memory maps.

Records whose titles have the same letters are one title here. Titles are numbered in the order of
their letters, so that the order of records makes no difference.

An index is a folder. `titles.parquet` has one row per title, `records.parquet` one per record, and
`terms.parquet` numbers the terms. Pairs of words that follow each other are numbered after them, in
the order of `pairs`. The other arrays are fields of TitleIndex.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.abstracts import telling_words
from shortscience.pipeline.settings import digest
from shortscience.pipeline.version import code_digest

Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

MAX_POSTINGS = 5_000
"""Titles that a term may stand in to be looked up. Commoner ones decide among the titles found."""
WORD, PAIR, ACRONYM, AUTHOR, ABSTRACT = KINDS = ("word", "pair", "acronym", "author", "abstract")
_MARKS = {terms.ACRONYM: ACRONYM, terms.AUTHOR: AUTHOR, terms.ABSTRACT: ABSTRACT}
_AT_ONCE = 20_000
_LEARNING = r"(?i)neural information processing|machine learning|learning representations|\bICLR\b"


@dataclass(frozen=True)
class TitleIndex:
    """The arrays of an index: term numbers are int32, places int64.

    Title t has the terms `members[member_ends[t]:member_ends[t + 1]]`, its words in order; term x
    stands in `frequency[x]` titles, which are `postings[posting_ends[x]:posting_ends[x + 1]]` if
    they are no more than MAX_POSTINGS. `kind` is the place in KINDS.
    """

    folder: Path
    pairs: Hashes
    members: Numbers
    member_ends: Places
    postings: Numbers
    posting_ends: Places
    frequency: Numbers
    kind: npt.NDArray[np.int8]

    @property
    def n_titles(self) -> int:
        """How many titles there are."""
        return len(self.member_ends) - 1

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `titles`, `records` or `terms`."""
        return pl.scan_parquet(self.folder / f"{frame}.parquet")


_ARRAYS = tuple(field.name for field in fields(TitleIndex))[1:]


def title_folder(bibliography: Sequence[Index], cache: Path) -> Path:
    """Return the folder that the index of the titles of all files has below `cache`."""
    return cache / digest(
        "titles",
        code_digest("pipeline.papers.linking.title_index"),
        *(index.folder.name for index in bibliography),
    )


def title_index(bibliography: Sequence[Index], cache: Path) -> TitleIndex:
    """Return the index of the titles of all files; make it below `cache`, unless it is there."""
    folder = title_folder(bibliography, cache)
    if not folder.exists():
        with appearing(folder) as staging:
            _write(bibliography, staging)
    arrays = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS)
    return TitleIndex(folder, *arrays)


def _write(bibliography: Sequence[Index], folder: Path) -> None:
    records = _records(bibliography)
    records.select("title", "source", "entry", "name").write_parquet(folder / "records.parquet")
    titles = _titles(records)
    titles.drop("authors").write_parquet(folder / "titles.parquet")
    told = telling_words(records, titles, bibliography)
    vocabulary = _vocabulary(titles, told)
    vocabulary.write_parquet(folder / "terms.parquet")
    members, ends, pairs = _members(titles, told, vocabulary)
    n_terms = len(vocabulary) + len(pairs)
    frequency = np.bincount(members, minlength=n_terms).astype(np.int32)
    marks = vocabulary["term"].str.head(1)
    kind = np.full(n_terms, KINDS.index(PAIR), np.int8)
    kind[: len(vocabulary)] = marks.replace_strict(
        {mark: KINDS.index(of) for mark, of in _MARKS.items()}, default=KINDS.index(WORD)
    )
    postings, posting_ends = _postings(members, ends, frequency)
    found = pairs, members, ends, postings, posting_ends, frequency, kind
    arrays: Sequence[npt.NDArray[Any]] = found
    for name, array in zip(_ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array)


def _records(bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return all records that have a title and a name of their own, with the number of the title.

    Of the records of a title, the one that is believed stands first: that of the first file, then
    the one with the first name, then the first in the file.
    """
    frames = []
    for place, index in enumerate(bibliography):
        own = index.scan("names").filter("own").select("entry", "name")
        entries = index.scan("entries").select(
            "entry",
            "authors",
            "year",
            "venue",
            text="title",
            abstract=pl.col("abstract").is_not_null(),
        )
        frames.append(entries.join(own, on="entry").with_columns(source=pl.lit(place, pl.Int32)))
    return (
        pl.concat(frames)
        .with_columns(
            letters=terms.letters(pl.col("text")),
            authors=terms.surname(pl.col("authors").list.first()),
        )
        .filter(pl.col("letters") != "")
        .sort("letters", "source", "name", "entry")
        .with_columns(title=pl.col("letters").rle_id().cast(pl.Int32))
        .collect(engine="streaming")
    )


def _titles(records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per title; row t is title t."""
    venue = pl.col("venue").fill_null("")
    return records.group_by("title", maintain_order=True).agg(
        pl.col("text").first(),
        pl.col("year").min(),
        learning=venue.str.contains(_LEARNING).any(),
        several=pl.len() > 1,
        named=pl.col("text").str.contains(terms.NAMED_TITLE).any(),
        authors=pl.col("authors").drop_nulls().unique().sort(),
    )


def _slices(titles: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield `title` and `term` of some titles at a time: words in order, and what is said once."""
    for some in titles.iter_slices(_AT_ONCE):
        text = pl.col("text")
        yield pl.concat(
            [
                some.select("title", term=terms.words(text)).explode("term"),
                some.select("title", term=terms.initials(text)),
                some.select("title", term="authors").explode("term"),
            ]
        ).drop_nulls()


def _vocabulary(titles: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return all terms but pairs: `term`, sorted, and `number`."""
    distinct = told.select("term").unique()
    for some in _slices(titles):
        distinct = pl.concat([distinct, some.select("term")]).unique()
    return distinct.sort("term").with_row_index("number").cast({"number": pl.Int32})


def _members(
    titles: pl.DataFrame, told: pl.DataFrame, vocabulary: pl.DataFrame
) -> tuple[Numbers, Places, Hashes]:
    """Return the distinct terms of titles, where those of each title end, and the pairs.

    `told` has the `title` and `term` of what their abstracts tell.
    """
    numbered = []
    for some in _slices(titles):
        found = some.join(vocabulary, on="term", maintain_order="left")
        is_word = ~found["term"].str.contains(f"^[{terms.ACRONYM}{terms.AUTHOR}]")
        numbered.append(found.select("title", "number", word=is_word))
    found = pl.concat(numbered)
    spoken = found.filter("word")
    title, number = spoken["title"].to_numpy(), spoken["number"].to_numpy()
    beside = np.flatnonzero(title[1:] == title[:-1])
    codes = pair_codes(number[beside], number[beside + 1])
    pairs = np.unique(codes)
    of_pairs = pl.DataFrame(
        {
            "title": title[beside],
            "number": (np.searchsorted(pairs, codes) + len(vocabulary)).astype(np.int32),
        }
    )
    of_abstracts = told.join(vocabulary, on="term", maintain_order="left")
    members = (
        pl.concat([frame.select("title", "number") for frame in (found, of_pairs, of_abstracts)])
        .unique(maintain_order=True)
        .sort("title", maintain_order=True)
    )
    counts = np.bincount(members["title"].to_numpy(), minlength=len(titles))
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return members["number"].to_numpy(), ends, pairs


def pair_codes(first: Numbers, second: Numbers) -> Hashes:
    """Return each pair of words as one number."""
    return (first.astype(np.uint64) << np.uint64(32)) | second.astype(np.uint64)


def _postings(members: Numbers, ends: Places, frequency: Numbers) -> tuple[Numbers, Places]:
    """Return the titles of each term that is not too common, and where those of each end."""
    sought = frequency[members] <= MAX_POSTINGS
    titles = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))[sought]
    order = np.argsort(members[sought], kind="stable")
    counts = np.where(frequency <= MAX_POSTINGS, frequency, 0)
    return titles[order], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
