"""A full-text index of the papers of a bibliography: made once, read from the disk.

An index is a folder. `titles.parquet` has the title of each work, `records.parquet` its records,
and `tantivy` the index that Tantivy makes of the words of titles and abstracts. Candidates are
compared by the vocabularies and the word lists.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import tantivy

from shortscience.pipeline.digests import digest
from shortscience.pipeline.folders import appearing
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.vocabulary import (
    UNKNOWN,
    Floats,
    Ints,
    Vocabulary,
    number_words,
)
from shortscience.pipeline.papers.linking.word_lists import ListWriter, WordLists
from shortscience.pipeline.papers.linking.works import merged, records_of
from shortscience.pipeline.version import code_digest

N_WITH_ABSTRACT, N_TITLE_ONLY, N_BY_AUTHOR = 80, 20, 20
"""Candidates among the works with an abstract, among those without, and among those by the authors
that a summary begins with. With half as many, five in a hundred summaries lose their paper."""
_N_QUERY_WORDS = 100
"""The words of a summary with the most information make the query. Half as many would find three
papers in a hundred fewer."""
_MAX_SHARE, _ALWAYS_RARE = 0.08, 1_000
"""A word that a larger share of works has is left out of the query, unless fewer works than the
second number have it. Such words would take most of the time and find two papers in a hundred more.
"""
_SPARE = 10
"""Further hits, so that works with equal scores are ordered by their numbers, not by the index."""
_SCORE_DIGITS = 3
_WITH_ABSTRACT, _TITLE_ONLY, _AUTHORS = "with_abstract", "title_only", "authors"
"""Fields: the words of works with an abstract, and of those without, as titles are so short that
they would never be found among abstracts; and the surnames of authors."""
_AT_ONCE = 5_000
_SEGMENT = 250_000
"""Works that are written at once. What is written is merged before more is, so that the same works
always make the same segments."""
_HEAP_BYTES = 1 << 28
_SURNAME_WEIGHT = 4.0
"""Weight of a surname in a query; a word that a summary has once weighs log 2."""
_NAME = r"^([^:]+):\s"
_TANTIVY, _TEXTS = "tantivy", "texts.parquet"

_Clause = tuple[tantivy.Occur, tantivy.Query]


class TextIndex:
    """An index that has been made: all words, all surnames, and those of each work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        index = tantivy.Index.open(str(folder / _TANTIVY))
        self._schema, self._searcher = index.schema, index.searcher()
        self.works = WordLists(folder)
        self.words, self.surnames = (
            Vocabulary(folder / f"{name}.parquet", len(self.works))
            for name in ("words", "surnames")
        )

    def scan(self, frame: str) -> pl.LazyFrame:
        """Scan `titles`, with `work` and `title`, or `records`."""
        return pl.scan_parquet(self._folder / f"{frame}.parquet")

    def search(self, words: Ints, subjects: Ints) -> Ints:
        """Return the works that have most in common with the words of a text, in order.

        `subjects` are the surnames that the text begins with, as in `Tao et al. propose`.
        """
        distinct, counts = np.unique(words[words != UNKNOWN], return_counts=True)
        weights = np.log1p(counts)
        chosen = self._query_words(distinct, weights)
        query = dict(zip(self.words.words(distinct[chosen]), weights[chosen].tolist(), strict=True))
        with_abstract = self._terms(_WITH_ABSTRACT, query)
        title_only = self._terms(_TITLE_ONLY, query)
        found = [self._best(with_abstract, N_WITH_ABSTRACT), self._best(title_only, N_TITLE_ONLY)]
        if names := self.surnames.words(subjects[subjects != UNKNOWN]):
            by_author = self._terms(_AUTHORS, dict.fromkeys(names, _SURNAME_WEIGHT))
            any_of_them = (tantivy.Occur.Must, tantivy.Query.boolean_query(by_author))
            found.append(self._best([any_of_them, *with_abstract, *title_only], N_BY_AUTHOR))
        return np.unique(np.concatenate(found))

    def _query_words(self, words: Ints, weights: Floats) -> Ints:
        """Return the places of the words that make the query, those with the most information."""
        information = weights * self.words.information[words]
        n_works = len(self.works)
        rare = self.words.information[words] >= np.log(
            (n_works + 1) / max(_MAX_SHARE * n_works, _ALWAYS_RARE)
        )
        order = np.argsort(-information, kind="stable")
        return np.asarray(order[rare[order]][:_N_QUERY_WORDS])

    def _terms(self, field: str, weights: Mapping[str, float]) -> list[_Clause]:
        return [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, word, index_option="freq"), weight
                ),
            )
            for word, weight in weights.items()
        ]

    def _best(self, clauses: Sequence[_Clause], limit: int) -> Ints:
        query = tantivy.Query.boolean_query(clauses)
        hits = self._searcher.search(query, limit + _SPARE, count=False).hits
        places = [place for _, place in hits]
        numbers = np.array(self._searcher.fast_field_values("number", places), dtype=np.int64)
        scores = [-round(score, _SCORE_DIGITS) for score, _ in hits]
        return numbers[np.lexsort((numbers, scores))][:limit]


def index_folder(bibliography: Sequence[Index]) -> Path:
    """Return the folder that the index of all files has, beside their own indexes."""
    return bibliography[0].folder.parent / digest(
        "works",
        code_digest("pipeline.papers.linking.text_index"),
        *(index.folder.name for index in bibliography),
    )


def text_index(bibliography: Sequence[Index]) -> TextIndex:
    """Return the index of all files; make it beside their own indexes, unless it is there."""
    folder = index_folder(bibliography)
    if not folder.exists():
        with appearing(folder) as staging:
            _write(bibliography, staging)
    return TextIndex(folder)


def _write(bibliography: Sequence[Index], folder: Path) -> None:
    records = records_of(bibliography)
    records.select("work", "source", "entry", "name").write_parquet(folder / "records.parquet")
    works = merged(records.drop("name"))
    del records
    works.select("work", "title").write_parquet(folder / "titles.parquet")
    n_works = len(works)
    _texts(works, bibliography).sink_parquet(folder / _TEXTS)
    del works
    texts = pl.scan_parquet(folder / _TEXTS)
    words, surnames = (
        number_words(texts, name, folder / f"{name}.parquet") for name in ("words", "surnames")
    )
    with ListWriter(folder, n_works, words=words, surnames=surnames) as writer:
        for batch in texts.collect_batches(chunk_size=_AT_ONCE, maintain_order=True):
            writer.add(batch)
    _write_words(texts, n_works, folder / _TANTIVY)
    (folder / _TEXTS).unlink()


def _texts(works: pl.DataFrame, bibliography: Sequence[Index]) -> pl.LazyFrame:
    """Return what is known of works: `words`, those of the title first, and `surnames`."""
    title, abstract = (terms.words(pl.col(name)) for name in ("title", "abstract"))
    frames = []
    for source, index in enumerate(bibliography):
        described = works.lazy().filter(pl.col("source") == source).drop("title")
        entries = index.scan("entries").select("entry", "title", "abstract")
        frames.append(entries.join(described, on="entry", maintain_order="left"))
    return pl.concat(frames).select(
        "work",
        "surnames",
        "prior",
        has_abstract=pl.col("abstract").is_not_null(),
        n_title=title.list.len(),
        n_name=terms.words(pl.col("title").str.extract(_NAME).fill_null("")).list.len(),
        words=pl.concat_list(title, abstract.fill_null([])),
    )


def _write_words(texts: pl.LazyFrame, n_works: int, folder: Path) -> None:
    folder.mkdir()
    index = tantivy.Index(_schema(), str(folder))
    field = pl.when("has_abstract").then(pl.lit(_WITH_ABSTRACT)).otherwise(pl.lit(_TITLE_ONLY))
    words, surnames = (pl.col(name).list.join(" ") for name in ("words", "surnames"))
    rows = texts.select("work", field, words, surnames)
    for start in range(0, n_works, _SEGMENT):
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        segment = rows.slice(start, _SEGMENT)
        for batch in segment.collect_batches(chunk_size=_AT_ONCE, maintain_order=True):
            for row in batch.iter_rows():
                writer.add_document(_document(*row))
        writer.commit()
        writer.wait_merging_threads()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder().add_unsigned_field("number", fast=True)
    for name in (_WITH_ABSTRACT, _TITLE_ONLY, _AUTHORS):
        builder = builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(number: int, field: str, words: str, surnames: str | None) -> Any:
    document = tantivy.Document()
    document.add_unsigned("number", number)
    document.add_text(field, words)
    document.add_text(_AUTHORS, surnames or "")
    return document
