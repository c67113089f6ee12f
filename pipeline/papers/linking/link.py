"""Linking summaries that name no paper to the works of a bibliography."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import terms
from shortscience.pipeline.papers.linking.features import FEATURES, Summary, features
from shortscience.pipeline.papers.linking.model import judge
from shortscience.pipeline.papers.linking.text_index import TextIndex, text_index
from shortscience.pipeline.papers.linking.vocabulary import Floats, Ints
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings

LINK_SCHEMA = pl.Schema(
    {
        "summary_id": pl.String(),
        "place": pl.Int32(),
        "name": pl.String(),
        "title": pl.String(),
        "probability": pl.Float64(),
        **dict.fromkeys(FEATURES, pl.Float64()),
    }
)
NO_LINKS = pl.DataFrame(schema=LINK_SCHEMA)
_FOUND = pl.Schema(
    {
        "summary_id": pl.String(),
        "place": pl.Int32(),
        "work": pl.Int32(),
        "probability": pl.Float64(),
        **dict.fromkeys(FEATURES, pl.Float64()),
    }
)
SHOWN = 3
"""The first candidate and its runners-up, which are kept to explain a link or the lack of one."""


def link(
    texts: Parts,
    facts: Parts,
    citations: Parts,
    *,
    bibliography: Sequence[Index],
    settings: PaperSettings,
) -> Parts:
    """Return candidate papers for the summaries of whose paper no source says anything.

    `texts` has `summary_id` and `text`, lazily, in parts of its own. `facts` has FACTS, `citations`
    has `summary_id` and CITATION_SCHEMA, and the result has LINK_SCHEMA, the SHOWN best candidates
    of each summary; these are in parts by summary. A work that a summary cites by an identifier
    after its header is not a candidate.
    """
    unnamed = facts.map(_unnamed, citations=citations, settings=settings)
    if not any(unnamed.sizes()):
        return facts.map(no_links)
    text_index(bibliography)
    ids = texts.map(_ids, part=texts.numbers()).by("summary_id", n_parts=len(facts))
    wanted = ids.map(_with_names, unnamed).repartition(_part, n_parts=len(texts))
    links = texts.map(_link, wanted, bibliography=bibliography)
    return links.by("summary_id", n_parts=len(facts))


def no_links(_facts: pl.DataFrame) -> pl.DataFrame:
    """Return no candidates for the papers of some summaries."""
    return NO_LINKS


def _unnamed(
    facts: pl.DataFrame, *, citations: pl.DataFrame, settings: PaperSettings
) -> pl.DataFrame:
    """Return the `summary_id` of summaries whose paper nothing names, and the `names` they cite."""
    told = pl.col("bibtex_key", "paper_url", "title")
    unnamed = facts.filter(pl.all_horizontal(told.is_null())).select("summary_id")
    behind = citations.filter(pl.col("start") >= settings.header_chars)
    cited = with_names(behind.join(unnamed, on="summary_id", how="semi")).drop_nulls("name")
    names = cited.group_by("summary_id").agg(names=pl.col("name").unique().sort())
    return unnamed.join(names, on="summary_id", how="left", maintain_order="left")


def _ids(texts: pl.LazyFrame, *, part: int) -> pl.DataFrame:
    """Return the `summary_id` of all texts of one part, with the number of the part."""
    return texts.select("summary_id", part=pl.lit(part)).collect()


def _with_names(ids: pl.DataFrame, unnamed: pl.DataFrame) -> pl.DataFrame:
    return ids.join(unnamed, on="summary_id", maintain_order="left")


def _part(ids: pl.DataFrame, _n_parts: int) -> pl.Series:
    return ids["part"]


def _link(
    texts: pl.LazyFrame, unnamed: pl.DataFrame, *, bibliography: Sequence[Index]
) -> pl.DataFrame:
    """Return the candidates of those summaries of one part whose paper nothing names."""
    if unnamed.is_empty():
        return NO_LINKS
    index = text_index(bibliography)
    cited = unnamed.select("summary_id", name="names").explode("name").drop_nulls()
    wanted = texts.join(unnamed.lazy().select("summary_id"), on="summary_id", how="semi")
    return best_candidates(wanted, works_of(cited, index, bibliography), index)


def works_of(cited: pl.DataFrame, index: TextIndex, bibliography: Sequence[Index]) -> pl.DataFrame:
    """Return the `summary_id` and the number of the `work` of each `name` that is cited."""
    names = cited.lazy().select("name").unique()
    entries = [
        found.scan("names")
        .join(names, on="name", how="semi")
        .select("name", "entry", source=pl.lit(place, pl.Int32))
        for place, found in enumerate(bibliography)
    ]
    numbers = pl.concat(entries).join(index.scan("records"), on=["source", "entry"])
    return cited.join(
        numbers.select("name", "work").unique().collect(engine="streaming"), on="name"
    ).select("summary_id", "work")


def best_candidates(
    texts: pl.LazyFrame, others: pl.DataFrame, index: TextIndex, *, shown: int = SHOWN
) -> pl.DataFrame:
    """Return the best candidates of each summary, with LINK_SCHEMA, the best first.

    `texts` has `summary_id` and `text`; `others` has the `summary_id` and `work` of works that are
    not candidates.
    """
    found = [
        (summary_id, *candidate)
        for summary_id, summary, without in readings(texts, others, index)
        for candidate in _ranked(summary, without, index)[:shown]
    ]
    best = pl.DataFrame(found, schema=_FOUND, orient="row")
    return (
        best.join(_described(best["work"], index), on="work", maintain_order="left")
        .select(LINK_SCHEMA.names())
        .sort("summary_id", "place")
    )


def readings(
    texts: pl.LazyFrame, others: pl.DataFrame, index: TextIndex
) -> Iterator[tuple[str, Summary, Sequence[int]]]:
    """Yield each summary's id, its words as numbers, and the works that are not candidates."""
    excluded = others.group_by("summary_id").agg(others="work").lazy()
    body = terms.body(pl.col("text"))
    read = (
        texts.select("summary_id", words=terms.words(body), subjects=terms.subjects(body))
        .join(excluded, on="summary_id", how="left", maintain_order="left")
        .with_columns(pl.col("others").fill_null([]))
    )
    for batch in read.collect_batches(maintain_order=True):
        words = index.words.numbers(batch["words"])
        subjects = index.surnames.numbers(batch["subjects"])
        summaries = map(Summary, words, subjects)
        yield from zip(batch["summary_id"], summaries, batch["others"].to_list(), strict=True)


def candidates(summary: Summary, without: Sequence[int], index: TextIndex) -> tuple[Ints, Floats]:
    """Return the works that a summary may be about, by number, and their FEATURES."""
    numbers = index.search(summary.words, summary.subjects)
    works = index.works.of(numbers[~np.isin(numbers, without)])
    return works.numbers, features(summary, works, index)


def _ranked(summary: Summary, without: Sequence[int], index: TextIndex) -> list[tuple[float, ...]]:
    """Return `place`, `work`, `probability` and FEATURES of all candidates, the best first."""
    numbers, values = candidates(summary, without, index)
    probabilities = judge(values)
    order = np.argsort(-probabilities, kind="stable")
    return [
        (place, int(numbers[row]), float(probabilities[row]), *values[row].tolist())
        for place, row in enumerate(order)
    ]


def _described(numbers: pl.Series, index: TextIndex) -> pl.DataFrame:
    """Return the `title` of some works, and the `name` of the record that takes precedence."""
    wanted = pl.LazyFrame({"work": numbers.unique()})
    frames = (index.scan(of).join(wanted, on="work", how="semi") for of in ("titles", "records"))
    titles, records = (frame.collect(engine="streaming") for frame in frames)
    names = records.sort("work", "source", "name").unique("work", keep="first")
    return titles.join(names.select("work", "name"), on="work")
