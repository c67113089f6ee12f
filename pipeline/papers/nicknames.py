"""Resolving nicknames: a reviewer's made-up name for a paper that the reviewer also summarised."""

import re
from collections import defaultdict

import polars as pl

from shortscience.pipeline.papers.descriptions import fold, title_words
from shortscience.pipeline.parts import Parts

_MEANT = pl.Schema({"author": pl.String(), "title": pl.String(), "nicknamed": pl.String()})
_BEFORE_COLON = re.compile(r"[^:]+(?=:)")
_NOT_LETTERS = re.compile(r"[\W_]+")


def resolve_nicknames(citations: Parts, *, summaries: Parts, sources: Parts) -> Parts:
    """Fill in the `paper_id` of citations by nickname.

    Citations and summaries are in parts by summary, sources in parts by paper.
    """
    used = citations.map(nicknames, summaries=summaries)
    if not any(used.sizes()):
        return citations
    used = used.by("author")
    papers = summaries.map(summarised_papers).by("author").map(of_same_authors, used).by("paper_id")
    titled = papers.map(with_titles, sources=sources).by("author")
    return citations.map(fill_in, used.map(meanings, titled).by("summary_id"))


def nicknames(citations: pl.DataFrame, *, summaries: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id`, `author` and nickname, the `title` of a mention.

    Summaries without an author are left out, as other authors may mean another paper.
    """
    authors = summaries.select("summary_id", "author").drop_nulls()
    mentions = citations.filter(pl.col("kind") == "mention").select("summary_id", "title")
    return mentions.drop_nulls().unique().join(authors, on="summary_id")


def summarised_papers(summaries: pl.DataFrame) -> pl.DataFrame:
    """Return each `author` and the `paper_id` of each paper that they summarised."""
    return summaries.select("author", "paper_id").drop_nulls("author").unique()


def of_same_authors(papers: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Return the papers summarised by authors who use nicknames."""
    return papers.unique().join(used, on="author", how="semi")


def with_titles(papers: pl.DataFrame, *, sources: pl.DataFrame) -> pl.DataFrame:
    """Add `entitled` to papers: the title in the highest-ranking source."""
    titles = (
        sources.join(papers, on="paper_id", how="semi")
        .drop_nulls("title")
        .sort("paper_id", "rank")
        .unique("paper_id", keep="first")
        .select("paper_id", entitled="title")
    )
    return papers.join(titles, on="paper_id")


def meanings(used: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Add to nicknames the paper that each one means: `nicknamed`.

    A nickname resolves to the one paper summarised by its author whose title starts with the
    nickname and a colon, or, if none does, contains it as a word.
    """
    by_author = defaultdict(list)
    for author, paper_id, title in papers.sort("author", "paper_id").iter_rows():
        by_author[author].append((paper_id, title))
    meant = [
        (author, name, paper_id)
        for author, name in used.select("author", "title").unique().iter_rows()
        if (paper_id := _meant(name, by_author[author]))
    ]
    found = pl.DataFrame(meant, schema=_MEANT, orient="row")
    return used.join(found, on=["author", "title"])


def fill_in(citations: pl.DataFrame, meant: pl.DataFrame) -> pl.DataFrame:
    """Fill in the `paper_id` of mentions whose `title` is a resolved nickname."""
    is_mention = pl.col("kind") == "mention"
    found = meant.select("summary_id", "title", "nicknamed")
    return (
        citations.join(found, on=["summary_id", "title"], how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", pl.when(is_mention).then("nicknamed")))
        .drop("nicknamed")
    )


def _meant(name: str, papers: list[tuple[str, str]]) -> str | None:
    """Return the one paper whose title has the nickname."""
    letters = _letters(name)
    named = [
        paper_id
        for paper_id, title in papers
        if (before := _BEFORE_COLON.match(title)) and _letters(before[0]) == letters
    ]
    having = named or [paper_id for paper_id, title in papers if letters in title_words(title)]
    return having[0] if len(having) == 1 else None


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", fold(name))
