"""Linking summaries that name no paper to the titles of a bibliography."""

from collections.abc import Iterable, Sequence

import polars as pl

from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking.candidates import Titles, candidates, weigh
from shortscience.pipeline.papers.linking.features import FEATURES, features
from shortscience.pipeline.papers.linking.model import judge, prior
from shortscience.pipeline.papers.linking.summary_terms import Vocabulary, summary_terms
from shortscience.pipeline.papers.linking.title_index import TitleIndex, title_index
from shortscience.pipeline.papers.linking.weights import Background
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
_NUMBERED = pl.Schema(
    {
        "number" if name == "title" else name: LINK_SCHEMA[name]
        for name in LINK_SCHEMA
        if name != "name"
    }
    | {"number": pl.Int32()}
)
_FRAMES = ("titles", "records")
SHOWN = 3
"""The first candidate and its runners-up, which are kept to explain a link or the lack of one."""
_AT_ONCE = 1_000
_SAMPLED = 5_000
"""Summaries that tell which words are common. Their ids are hashes, so the first are any."""


def link(
    texts: Parts,
    facts: Parts,
    citations: Parts,
    *,
    bibliography: Sequence[Index],
    settings: PaperSettings,
) -> Parts:
    """Return the candidates for the papers of summaries of which no source tells anything.

    `texts` has `summary_id` and `text`, lazily, in parts of its own; `facts` has FACTS, and
    `citations` has `summary_id` and CITATION_SCHEMA, in parts by summary, and so are the links that
    are returned: the SHOWN best of each summary, with LINK_SCHEMA. What a summary cites by an
    identifier behind its header is no candidate. The index of titles is made beside those of the
    bibliography, unless it is there. Nothing is linked where the bibliography is too large for such
    an index.
    """
    if not bibliography or sum(map(_n_records, bibliography)) > settings.link_max_records:
        return facts.map(_no_links)
    unnamed = facts.map(_unnamed, citations=citations, settings=settings)
    if not any(unnamed.sizes()):
        return facts.map(_no_links)
    sample = facts.map(_first_ids).together().map(_first_ids).fetch()[0]
    sampled = texts.map(_sampled, sample=sample).together()
    background = sampled.map(_background, bibliography=bibliography).fetch()[0]
    ids = texts.map(_ids, part=texts.numbers()).by("summary_id", n_parts=len(facts))
    wanted = ids.map(_with_names, unnamed).repartition(_part, n_parts=len(texts))
    links = texts.map(_link, wanted, bibliography=bibliography, background=background)
    return links.by("summary_id", n_parts=len(facts))


def _no_links(_facts: pl.DataFrame) -> pl.DataFrame:
    return NO_LINKS


def _unnamed(
    facts: pl.DataFrame, *, citations: pl.DataFrame, settings: PaperSettings
) -> pl.DataFrame:
    """Return the `summary_id` of summaries that nothing names, and the `names` they cite."""
    told = pl.col("bibtex_key", "paper_url", "title")
    unnamed = facts.filter(pl.all_horizontal(told.is_null())).select("summary_id")
    behind = citations.filter(pl.col("start") >= settings.header_chars)
    cited = with_names(behind.join(unnamed, on="summary_id", how="semi")).drop_nulls("name")
    names = cited.group_by("summary_id").agg(names=pl.col("name").unique().sort())
    return unnamed.join(names, on="summary_id", how="left", maintain_order="left")


def _first_ids(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.select("summary_id").sort("summary_id").head(_SAMPLED)


def _sampled(texts: pl.LazyFrame, *, sample: pl.DataFrame) -> pl.DataFrame:
    return texts.join(sample.lazy(), on="summary_id", how="semi").select("text").collect()


def _ids(texts: pl.LazyFrame, *, part: int) -> pl.DataFrame:
    """Return the `summary_id` of all texts of one part, with the number of the part."""
    return texts.select("summary_id", part=pl.lit(part)).collect()


def _with_names(ids: pl.DataFrame, unnamed: pl.DataFrame) -> pl.DataFrame:
    return ids.join(unnamed, on="summary_id", maintain_order="left")


def _part(ids: pl.DataFrame, _n_parts: int) -> pl.Series:
    return ids["part"]


def _background(sample: pl.DataFrame, *, bibliography: Sequence[Index]) -> Background:
    some = (part["text"] for part in sample.iter_slices(_AT_ONCE))
    return Background.of(_title_index(bibliography), some)


def _title_index(bibliography: Sequence[Index]) -> TitleIndex:
    return title_index(bibliography, bibliography[0].folder.parent)


def _link(
    texts: pl.LazyFrame,
    unnamed: pl.DataFrame,
    *,
    bibliography: Sequence[Index],
    background: Background,
) -> pl.DataFrame:
    """Return the candidates of those summaries of one part that nothing names."""
    if unnamed.is_empty():
        return NO_LINKS
    index = _title_index(bibliography)
    cited = unnamed.select("summary_id", name="names").explode("name").drop_nulls()
    wanted = texts.join(unnamed.lazy().select("summary_id"), on="summary_id", how="semi")
    some = (part for batch in wanted.collect_batches() for part in batch.iter_slices(_AT_ONCE))
    return Linker(index, background).link(some, titles_of(cited, index, bibliography))


def _n_records(index: Index) -> int:
    return int(index.scan("entries").select(pl.len()).collect().item())


def titles_of(
    cited: pl.DataFrame, index: TitleIndex, bibliography: Sequence[Index]
) -> pl.DataFrame:
    """Return `summary_id` and `title`, a number, of what is cited by `name`."""
    names = cited.lazy().select("name").unique()
    entries = [
        found.scan("names")
        .join(names, on="name", how="semi")
        .select("name", "entry", source=pl.lit(place, pl.Int32))
        for place, found in enumerate(bibliography)
    ]
    numbers = pl.concat(entries).join(index.scan("records"), on=["source", "entry"])
    return cited.join(
        numbers.select("name", "title").unique().collect(engine="streaming"), on="name"
    ).select("summary_id", "title")


class Linker:
    """All that is known before the first summary is linked."""

    def __init__(self, index: TitleIndex, background: Background) -> None:
        self._index = index
        self._vocabulary = Vocabulary.of(index)
        self._background = background
        told = index.scan("titles").drop("text").collect()
        named = told["named"].to_numpy()
        self._titles = Titles.of(index, self._background, named, prior(told))

    def candidates(self, texts: pl.Series, others: pl.DataFrame) -> pl.DataFrame:
        """Return `row` and `title`, a number, of the candidates for each text, with FEATURES.

        `others` has the `row` and `title` of what is no candidate.
        """
        found = summary_terms(texts, self._vocabulary)
        weighed = weigh(found, self._index, self._background)
        pairs = candidates(weighed, len(texts), self._index, self._titles)
        pairs = pairs.join(others, on=["row", "title"], how="anti", maintain_order="left")
        return features(pairs, weighed, self._index, self._titles, self._background)

    def link(self, batches: Iterable[pl.DataFrame], others: pl.DataFrame) -> pl.DataFrame:
        """Return the SHOWN best candidates of each summary, with LINK_SCHEMA, the best first.

        `batches` have `summary_id` and `text`; `others` has the `summary_id` and `title`, a number,
        of what is no candidate.
        """
        parts = [self._best(some, others) for some in batches]
        best = pl.concat([pl.DataFrame(schema=_NUMBERED), *parts])
        named = best.join(self._described(best["number"]), on="number", maintain_order="left")
        return named.select(LINK_SCHEMA.names()).sort("summary_id", "place")

    def _best(self, texts: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
        rows = texts.select("summary_id").with_row_index("row")
        excluded = rows.join(others, on="summary_id").select("row", "title")
        return (
            judge(self.candidates(texts["text"], excluded))
            .sort("row", "probability", "title", descending=[False, True, False])
            .with_columns(place=pl.int_range(pl.len()).over("row"))
            .filter(pl.col("place") < SHOWN)
            .join(rows, on="row", maintain_order="left")
            .rename({"title": "number"})
            .select(_NUMBERED.names())
            .cast(_NUMBERED)
        )

    def _described(self, numbers: pl.Series) -> pl.DataFrame:
        """Return `number`, `title` and `name`, of the record that is believed, of some titles."""
        wanted = pl.LazyFrame({"title": numbers.unique()})
        chosen = (self._index.scan(of).join(wanted, on="title", how="semi") for of in _FRAMES)
        titles, records = (frame.collect(engine="streaming") for frame in chosen)
        names = records.sort("title", "source", "name").unique("title", keep="first")
        return titles.join(names, on="title").select("name", number="title", title="text")
