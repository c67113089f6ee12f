"""A full-text index of the papers of a bibliography: made once, read from the disk.

Records whose titles have the same letters are one work here: a preprint and its publication do not
compete. Works are numbered in the order of these letters, so that the order of records makes no
difference.

An index is a folder. `titles.parquet` has the title of each work, `records.parquet` its records,
and `words` the index that Tantivy makes of the words of titles and abstracts.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import tantivy

from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.prior import prior
from shortscience.pipeline.settings import digest
from shortscience.pipeline.version import code_digest

N_TOLD, N_BARE = 80, 20
"""Candidates among the works with an abstract, and among those without. With half as many, five in
a hundred summaries lose their paper."""
_N_ASKED = 50
"""Words of a summary that are looked up, the most telling ones. A hundred find three in a hundred
papers more, and take twice as long."""
_SPARE = 10
"""Further hits, so that works with equal scores are ordered by their numbers, not by the index."""
_SCORE_DIGITS = 3
_TOLD, _BARE, _SURNAMES = "told", "bare", "surnames"
"""Fields: the words of works with an abstract, and of those without, as titles are so short that
they would never be found among abstracts; and the surnames of authors."""
_AT_ONCE = 5_000
_SEGMENT = 250_000
"""Works that are written at once. What is written is merged before more is, so that the same works
always make the same segments."""
_HEAP_BYTES = 1 << 30
_WORDS = "words"


class Work(NamedTuple):
    """A candidate: its number, the words of title and abstract, surnames, and log odds.

    `prior` is how much likelier works of its kind are to be summarised than others.
    """

    number: int
    title: Sequence[str]
    abstract: Sequence[str]
    surnames: frozenset[str]
    prior: float


class Rarities(dict[str, float]):
    """The information in words, in nats, looked up once; 0 of a word that no work has."""

    def __init__(self, searcher: tantivy.Searcher, *fields: str) -> None:
        super().__init__()
        self._searcher, self._fields = searcher, fields

    def __missing__(self, word: str) -> float:
        stands = sum(self._searcher.doc_freq(field, word) for field in self._fields)
        self[word] = math.log((self._searcher.num_docs + 1) / stands) if stands else 0.0
        return self[word]


class TextIndex:
    """An index that has been made.

    `information` has that of each word, `rarity` that of each author's surname.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        index = tantivy.Index.open(str(folder / _WORDS))
        self._schema, self._searcher = index.schema, index.searcher()
        self.information = Rarities(self._searcher, _TOLD, _BARE)
        self.rarity = Rarities(self._searcher, _SURNAMES)

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `titles`, with `work` and `title`, or `records`."""
        return pl.scan_parquet(self._folder / f"{frame}.parquet")

    def search(self, words: Sequence[str]) -> list[Work]:
        """Return the works that have most in common with the words of a text, by number."""
        counts = Counter(words)
        weights = {word: math.log1p(count) for word, count in counts.items()}
        asked = sorted(weights, key=lambda word: (-weights[word] * self.information[word], word))
        chosen = {word: weights[word] for word in asked[:_N_ASKED]}
        found = [*self._search(_TOLD, chosen, N_TOLD), *self._search(_BARE, chosen, N_BARE)]
        return sorted(found, key=lambda work: work.number)

    def _search(self, field: str, weights: Mapping[str, float], limit: int) -> list[Work]:
        terms_ = (
            tantivy.Query.boost_query(
                tantivy.Query.term_query(self._schema, field, word, index_option="freq"), weight
            )
            for word, weight in weights.items()
        )
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms_])
        hits = self._searcher.search(query, limit + _SPARE, count=False).hits
        places = [place for _, place in hits]
        numbers = self._searcher.fast_field_values("number", places)
        scores = [-round(score, _SCORE_DIGITS) for score, _ in hits]
        best = sorted(zip(scores, numbers, range(len(hits)), strict=True))[:limit]
        return [_work(self._searcher.doc(places[row]), field) for _, _, row in best]


def _work(document: tantivy.Document, field: str) -> Work:
    words = str(document.get_first(field)).split(" ")
    length = int(document.get_first("n_title") or 0)
    surnames = str(document.get_first(_SURNAMES) or "").split(" ")
    odds = float(document.get_first("prior") or 0)
    number = int(document.get_first("number") or 0)
    return Work(number, words[:length], words[length:], frozenset(surnames) - {""}, odds)


def index_folder(bibliography: Sequence[Index], cache: Path) -> Path:
    """Return the folder that the index of all files has below `cache`."""
    return cache / digest(
        "works",
        code_digest("pipeline.papers.linking.text_index"),
        *(index.folder.name for index in bibliography),
    )


def text_index(bibliography: Sequence[Index], cache: Path) -> TextIndex:
    """Return the index of all files; make it below `cache`, unless it is there."""
    folder = index_folder(bibliography, cache)
    if not folder.exists():
        with appearing(folder) as staging:
            _write(bibliography, staging)
    return TextIndex(folder)


def _write(bibliography: Sequence[Index], folder: Path) -> None:
    records = _records(bibliography)
    records.select("work", "source", "entry", "name").write_parquet(folder / "records.parquet")
    works = _works(records)
    works.select("work", "title").write_parquet(folder / "titles.parquet")
    del records
    (folder / _WORDS).mkdir()
    index = tantivy.Index(_schema(), str(folder / _WORDS))
    works = works.sort("source", "entry").drop("title")
    for source, bibliography_index in enumerate(bibliography):
        described = works.filter(pl.col("source") == source)
        for segment in described.iter_slices(_SEGMENT):
            _add(index, bibliography_index, segment)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder().add_unsigned_field("number", stored=True, fast=True)
    builder = builder.add_unsigned_field("n_title", stored=True)
    builder = builder.add_float_field("prior", stored=True)
    for name, option in ((_TOLD, "freq"), (_BARE, "freq"), (_SURNAMES, "basic")):
        builder = builder.add_text_field(
            name, stored=True, tokenizer_name="whitespace", index_option=option
        )
    return builder.build()


def _add(index: tantivy.Index, bibliography: Index, works: pl.DataFrame) -> None:
    """Add works that have the `entry` of one bibliography."""
    entries = bibliography.scan("entries").select("entry", "title", "abstract")
    found = works.lazy().join(entries, on="entry", maintain_order="left")
    title, abstract = (terms.words(pl.col(name)) for name in ("title", "abstract"))
    said = found.with_columns(
        field=pl.when(pl.col("abstract").is_null()).then(pl.lit(_BARE)).otherwise(pl.lit(_TOLD)),
        n_title=title.list.len(),
        words=pl.concat_list(title, abstract.fill_null([])).list.join(" "),
        surnames=pl.col("surnames").list.join(" "),
    ).select("work", "field", "words", "n_title", "surnames", "prior")
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for batch in said.collect_batches(chunk_size=_AT_ONCE, maintain_order=True):
        for row in batch.iter_rows():
            writer.add_document(_document(*row))
    writer.commit()
    writer.wait_merging_threads()


def _document(number: int, field: str, words: str, n_title: int, surnames: str, odds: float) -> Any:
    document = tantivy.Document()
    document.add_unsigned("number", number)
    document.add_unsigned("n_title", n_title)
    document.add_float("prior", odds)
    document.add_text(field, words)
    document.add_text(_SURNAMES, surnames)
    return document


def _records(bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return all records that have a title and a name of their own, with the number of the work.

    Of the records of a work, the one that is believed stands first: that of the first file, then
    the one with the first name, then the first in the file.
    """
    frames = []
    for place, index in enumerate(bibliography):
        own = index.scan("names").filter("own").select("entry", "name")
        entries = index.scan("entries").select(
            "entry", "authors", "year", "venue", "title", told=pl.col("abstract").is_not_null()
        )
        frames.append(entries.join(own, on="entry").with_columns(source=pl.lit(place, pl.Int32)))
    return (
        pl.concat(frames)
        .with_columns(
            letters=terms.letters(pl.col("title")), surnames=terms.surnames(pl.col("authors"))
        )
        .drop("authors")
        .filter(pl.col("letters") != "")
        .sort("letters", "source", "name", "entry")
        .with_columns(work=pl.col("letters").rle_id().cast(pl.Int32))
        .collect(engine="streaming")
    )


def _works(records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per work, with the `source` and `entry` that tell its abstract, if any do."""
    told = pl.col("told").arg_max()
    works = records.group_by("work", maintain_order=True).agg(
        pl.col("title").first(),
        pl.col("source", "entry").get(told),
        pl.col("year").min(),
        pl.col("venue").drop_nulls().str.join(" "),
        surnames=pl.col("surnames").explode().drop_nulls().unique().sort(),
        n_records=pl.len(),
    )
    return works.with_columns(prior=prior()).drop("year", "venue", "n_records")
