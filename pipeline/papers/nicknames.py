"""Which paper a reviewer means by a made-up name: one that the same person summarised."""

import re
from collections import defaultdict

import polars as pl

from pipeline.papers.descriptions import fold, title_words

_SCHEMA = pl.Schema({"author": pl.String(), "title": pl.String(), "nicknamed": pl.String()})
_BEFORE_COLON = re.compile(r"[^:]+(?=:)")
_NOT_LETTERS = re.compile(r"[\W_]+")


def nicknamed(
    cited: pl.DataFrame, summarised: pl.DataFrame, described: pl.DataFrame
) -> pl.DataFrame:
    """Fill in the `paper_id` of mentions that give a paper's made-up name as their `title`.

    `summarised` has `summary_id`, `paper_id` and `author`, who wrote it; `described` has the titles
    of papers. A name resolves if the title of exactly one paper that its writer summarised begins
    with it and a colon, or, if none does, has it as a word. Nothing resolves where nobody is known
    to have written the summary: others may mean another paper.
    """
    is_nickname = (pl.col("kind") == "mention") & pl.col("title").is_not_null()
    writers = summarised.select("summary_id", "author").drop_nulls()
    mentioned = (
        cited.filter(is_nickname).join(writers, on="summary_id").select("author", "title").unique()
    )
    if mentioned.is_empty():
        return cited
    theirs = (
        summarised.join(mentioned, on="author", how="semi")
        .select("author", "paper_id")
        .unique()
        .join(described.select("paper_id", entitled="title").drop_nulls(), on="paper_id")
        .sort("author", "paper_id")
    )
    papers = defaultdict(list)
    for author, paper_id, title in theirs.iter_rows():
        papers[author].append((paper_id, title))
    meant = [
        (author, name, paper_id)
        for author, name in mentioned.iter_rows()
        if (paper_id := _meant(name, papers[author]))
    ]
    found = pl.DataFrame(meant, schema=_SCHEMA, orient="row")
    return (
        cited.join(writers, on="summary_id", how="left", maintain_order="left")
        .join(found, on=["author", "title"], how="left", maintain_order="left")
        .with_columns(
            paper_id=pl.coalesce("paper_id", pl.when(is_nickname).then(pl.col("nicknamed")))
        )
        .drop("author", "nicknamed")
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
