"""Mentions of the authors of a summary's own paper, which are no citations.

Extraction judges by the words around a mention; where the paper's authors are known, they decide.
"""

from collections.abc import Sequence
from difflib import get_close_matches

import polars as pl

from shortscience.pipeline.papers.descriptions import name_words, shared_authors
from shortscience.pipeline.parts import Parts

_POSSESSIVE = ("'s", "’s", "s'", "s’")
_ALIKE = 0.8
"""Similarity from which on two surnames count as one, which allows for a misspelling."""
_UNDATED = (
    (pl.col("kind") == "mention") & pl.col("authors").is_not_null() & pl.col("year").is_null()
)


def judge_subjects(citations: Parts, *, summaries: Parts, sources: Parts) -> Parts:
    """Correct `subject` of citations by the authors of each summary's paper.

    Citations and summaries are in parts by summary, sources in parts by paper.
    """
    papers = citations.map(papers_of_mentions, summaries=summaries)
    if not any(papers.sizes()):
        return citations
    people = papers.by("paper_id").map(with_people, sources=sources).by("summary_id")
    return citations.map(judge, people)


def papers_of_mentions(citations: pl.DataFrame, *, summaries: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id` and `paper_id` of summaries that mention authors without a year."""
    mentioning = citations.filter(_UNDATED).select("summary_id").unique()
    return mentioning.join(summaries.select("summary_id", "paper_id"), on="summary_id")


def with_people(papers: pl.DataFrame, *, sources: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id` and `people`, the authors in the highest-ranking source."""
    people = (
        sources.join(papers, on="paper_id", how="semi")
        .filter(pl.col("authors").list.len() > 0)
        .sort("paper_id", "rank")
        .unique("paper_id", keep="first")
        .select("paper_id", people="authors")
    )
    return papers.join(people, on="paper_id").select("summary_id", "people")


def judge(citations: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Correct `subject` of mentions without a year by `people`."""
    known = citations.join(people, on="summary_id", how="left", maintain_order="left")
    rows = known.select("subject", "raw", "authors", people=pl.when(_UNDATED).then("people"))
    judged = [
        _are_own(said, raw, authors, those) if those else said
        for said, raw, authors, those in rows.iter_rows()
    ]
    return citations.with_columns(subject=pl.Series(judged, dtype=pl.Boolean))


def _are_own(said: bool, raw: str, authors: Sequence[str], people: Sequence[str]) -> bool:
    """Whether a mention names the paper's own authors.

    A possessive, as in `Roy's method`, may mean another work of theirs.
    """
    if said:
        words = frozenset().union(*map(name_words, people))
        return any(get_close_matches(word, words, 1, _ALIKE) for word in name_words(authors[0]))
    return not raw.endswith(_POSSESSIVE) and shared_authors(authors[:1], people[:1]) == 1
