"""Which paper a reviewer means by a made-up name: one that the same person summarised."""

import re
from collections import defaultdict

import polars as pl

from shortscience.pipeline.papers.descriptions import fold, title_words
from shortscience.pipeline.parts import Parts

_MEANT = pl.Schema({"author": pl.String(), "title": pl.String(), "nicknamed": pl.String()})
_BEFORE_COLON = re.compile(r"[^:]+(?=:)")
_NOT_LETTERS = re.compile(r"[\W_]+")


def resolve_nicknames(citations: Parts, *, summaries: Parts, sources: Parts) -> Parts:
    """Fill in the `paper_id` of citations that give a paper's made-up name.

    Citations and summaries are in parts by summary, sources in parts by paper.
    """
    used = citations.map(nicknames, summaries=summaries)
    if not any(used.sizes()):
        return citations
    used = used.by("author")
    papers = summaries.map(written).by("author").map(of_same_authors, used).by("paper_id")
    titled = papers.map(with_titles, sources=sources).by("author")
    return citations.map(fill_in, used.map(meanings, titled).by("summary_id"))


def nicknames(citations: pl.DataFrame, *, summaries: pl.DataFrame) -> pl.DataFrame:
    """Return `summary_id`, `author` and made-up name, the `title` of a mention.

    Those of summaries without an author are left out: others may mean another paper.
    """
    authors = summaries.select("summary_id", "author").drop_nulls()
    mentions = citations.filter(pl.col("kind") == "mention").select("summary_id", "title")
    return mentions.drop_nulls().unique().join(authors, on="summary_id")


def written(summaries: pl.DataFrame) -> pl.DataFrame:
    """Return each `author` and `paper_id` of which they wrote a summary."""
    return summaries.select("author", "paper_id").drop_nulls("author").unique()


def of_same_authors(written: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Return the papers whose authors use made-up names."""
    return written.unique().join(used, on="author", how="semi")


def with_titles(papers: pl.DataFrame, *, sources: pl.DataFrame) -> pl.DataFrame:
    """Add the `entitled` of each paper: its title in the source that is believed first."""
    titles = (
        sources.join(papers, on="paper_id", how="semi")
        .drop_nulls("title")
        .sort("paper_id", "rank")
        .unique("paper_id", keep="first")
        .select("paper_id", entitled="title")
    )
    return papers.join(titles, on="paper_id")


def meanings(used: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Add to made-up names the paper that each one is: `nicknamed`.

    A name resolves if the title of exactly one paper that its author summarised begins with it and
    a colon, or, if none does, has it as a word.
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
    """Fill in the `paper_id` of mentions whose `title` is a name with a meaning."""
    is_mention = pl.col("kind") == "mention"
    found = meant.select("summary_id", "title", "nicknamed")
    return (
        citations.join(found, on=["summary_id", "title"], how="left", maintain_order="left")
        .with_columns(paper_id=pl.coalesce("paper_id", pl.when(is_mention).then("nicknamed")))
        .drop("nicknamed")
    )


def _meant(name: str, papers: list[tuple[str, str]]) -> str | None:
    """Return the one paper whose title has the name."""
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
