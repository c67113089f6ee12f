"""Which paper a reviewer means by a made-up name: one that the same person summarised."""

import re
from collections import defaultdict

import polars as pl

from shortscience.pipeline.papers.attribution import Attributed
from shortscience.pipeline.papers.descriptions import fold, title_words
from shortscience.pipeline.tasks import by_hash, deal

_SCHEMA = pl.Schema({"author": pl.String(), "title": pl.String(), "nicknamed": pl.String()})
_BEFORE_COLON = re.compile(r"[^:]+(?=:)")
_NOT_LETTERS = re.compile(r"[\W_]+")


_IS_NICKNAME = (pl.col("kind") == "mention") & pl.col("title").is_not_null()


def split_nicknames(n_parts: int, attributed: Attributed) -> list[pl.DataFrame]:
    """Give made-up names, the `title`s of mentions, to parts by their `author`s, who wrote them.

    Nothing is given where nobody is known to have written the summary: others may mean another
    paper.
    """
    mentions = attributed.citations.filter(_IS_NICKNAME).select("summary_id", "title")
    used = mentions.join(_writers(attributed), on="summary_id").select("author", "title").unique()
    return deal(used, by_hash("author", n_parts), n_parts)


def split_written(n_parts: int, attributed: Attributed) -> list[pl.DataFrame]:
    """Give the papers that somebody summarised to parts by their `author`s."""
    written = attributed.summaries.select("author", "paper_id").drop_nulls("author").unique()
    return deal(written, by_hash("author", n_parts), n_parts)


def split_theirs(n_parts: int, written: pl.DataFrame, *used: pl.DataFrame) -> list[pl.DataFrame]:
    """Ask the parts of the papers for the titles of those whose authors use made-up names."""
    theirs = written.unique().join(pl.concat(used), on="author", how="semi")
    return deal(theirs, by_hash("paper_id", n_parts), n_parts)


def split_titles(
    n_parts: int, witnesses: pl.DataFrame, *theirs: pl.DataFrame
) -> list[pl.DataFrame]:
    """Tell the parts of the authors what papers are called by whoever is believed first."""
    asked = pl.concat(theirs)
    titles = (
        witnesses.join(asked, on="paper_id", how="semi")
        .drop_nulls("title")
        .sort("paper_id", "place")
        .unique("paper_id", keep="first", maintain_order=True)
        .select("paper_id", entitled="title")
    )
    return deal(asked.join(titles, on="paper_id"), by_hash("author", n_parts), n_parts)


def split_meant(_n_parts: int, theirs: pl.DataFrame, *used: pl.DataFrame) -> list[pl.DataFrame]:
    """Answer each part that has handed in made-up names, which papers they are: `nicknamed`.

    A name resolves if the title of exactly one paper that its writer summarised begins with it and
    a colon, or, if none does, has it as a word.
    """
    papers = defaultdict(list)
    for author, paper_id, title in theirs.sort("author", "paper_id").iter_rows():
        papers[author].append((paper_id, title))
    meant = [
        (author, name, paper_id)
        for author, name in pl.concat(used).unique().iter_rows()
        if (paper_id := _meant(name, papers[author]))
    ]
    found = pl.DataFrame(meant, schema=_SCHEMA, orient="row")
    return [part.join(found, on=["author", "title"]) for part in used]


def resolve_nicknames(attributed: Attributed, meant: pl.DataFrame) -> Attributed:
    """Fill in the `paper_id` of mentions that give a paper's made-up name as their `title`."""
    resolved = (
        attributed.citations.join(
            _writers(attributed), on="summary_id", how="left", maintain_order="left"
        )
        .join(meant, on=["author", "title"], how="left", maintain_order="left")
        .with_columns(
            paper_id=pl.coalesce("paper_id", pl.when(_IS_NICKNAME).then(pl.col("nicknamed")))
        )
        .drop("author", "nicknamed")
    )
    return attributed._replace(citations=resolved)


def _writers(attributed: Attributed) -> pl.DataFrame:
    return attributed.summaries.select("summary_id", "author").drop_nulls()


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
