"""The papers stage: one identity per paper, and the evidence for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

from pipeline.identifiers import (
    NAMING_SCHEMES,
    Identifier,
    parse_arxiv,
    parse_bibtex_key,
    parse_doi,
    parse_url,
)
from pipeline.papers.bibliography import look_up
from pipeline.settings import PaperSettings

PAPER_SCHEMA = pl.Schema(
    {
        "paper_id": pl.String(),
        "title": pl.String(),
        "authors": pl.List(pl.String()),
        "year": pl.Int32(),
        "venue": pl.String(),
        "abstract": pl.String(),
        "bibtex_key": pl.String(),
        "dblp_key": pl.String(),
        "arxiv_id": pl.String(),
        "doi": pl.String(),
        "openreview_id": pl.String(),
        "url": pl.String(),
        "identified_by": pl.String(),
        "identity_confidence": pl.Float64(),
    }
)

# What stands right before the address of the paper itself in a summary's header.
_NAMES_ITS_PAPER = (
    r"(?i)(?:\[(?:link to (?:the )?paper|(?:original )?paper(?: link)?|arxiv(?: link)?|pdf)\]\($"
    r"|(?:^|[\s*_#>])(?:link to (?:the )?paper|(?:original )?paper(?: link)?|arxiv|url)"
    r"[*_]{0,2}\s?:[*_]{0,2}\s?<?$)"
)
_HEADER_WINDOW = 48
_OF_SUMMARY = ("paper_id", "author", "votes", "posted_at", "url")
_WEB_ADDRESS = r"^((?:https?|ftp)://\S+)$"


@dataclass(frozen=True)
class Identities:
    """What the papers stage found.

    `papers` has one row per paper, with PAPER_SCHEMA; `summaries` has `summary_id`, `paper_id` and
    who posted it when and where; `citations` has the citations of other works, with
    `citing_paper_id` and `cited_paper_id` (null where nothing names the work).
    """

    papers: pl.DataFrame
    summaries: pl.DataFrame
    citations: pl.DataFrame


def identify_papers(
    texts: pl.DataFrame,
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    bibliography: Sequence[Path],
    settings: PaperSettings,
) -> Identities:
    """Identify the papers of summaries and of their citations.

    `texts` has `summary_id` and `text`; `facts` is what `gather_facts` returns; `citations` has the
    columns of the table before its papers are known, and `summary_id`.
    """
    summaries = texts.join(facts, on="summary_id")
    known = pl.concat([_identifiers(citations), _identifiers(_as_citations(summaries))]).unique()
    cited = citations.join(
        known.select("kind", "key", "paper_id"),
        on=["kind", "key"],
        how="left",
        maintain_order="left",
    )
    summarised = _summarised(summaries, cited, known, settings)
    linked = (
        cited.join(
            summarised.select("summary_id", citing_paper_id="paper_id"),
            on="summary_id",
            maintain_order="left",
        )
        .rename({"paper_id": "cited_paper_id"})
        # The link of a summary to its own paper mentions no other work.
        .filter(pl.col("cited_paper_id").eq_missing(pl.col("citing_paper_id")).not_())
    )
    papers = _papers(summarised, linked, known)
    return Identities(
        _completed(papers, bibliography), summarised.select("summary_id", *_OF_SUMMARY), linked
    )


def _as_citations(summaries: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of the summaries' own papers as if they were cited."""
    return summaries.select(kind=pl.lit("cite"), key=pl.col("bibtex_key"))


def _summarised(
    summaries: pl.DataFrame, cited: pl.DataFrame, known: pl.DataFrame, settings: PaperSettings
) -> pl.DataFrame:
    """Return one row per summary: its paper, the evidence for it, and what is told of the paper.

    A page that names the paper is believed before a link in the summary's header.
    """
    keys = known.filter(pl.col("kind") == "cite").select(bibtex_key="key", told="paper_id")
    headed = _headed(summaries, cited, settings)
    nothing = pl.lit("nothing")
    return (
        summaries.drop("text")
        .join(keys, on="bibtex_key", how="left")
        .join(headed, on="summary_id", how="left")
        .with_columns(
            paper_id=pl.coalesce("told", "headed", pl.format("summary:{}", "summary_id")),
            identified_by=pl.when(pl.col("told").is_not_null())
            .then("told_by")
            .when(pl.col("headed").is_not_null())
            .then(pl.lit("identifier"))
            .otherwise(nothing),
            identity_confidence=pl.when(pl.col("told").is_not_null())
            .then(pl.lit(settings.page_confidence))
            .when(pl.col("headed").is_not_null())
            .then(pl.lit(settings.header_confidence))
            .otherwise(pl.lit(0.0)),
        )
        .sort("summary_id")
    )


def _identifiers(citations: pl.DataFrame) -> pl.DataFrame:
    """Return `kind`, `key`, `paper_id` and the identifier columns of each distinct cited key."""
    distinct = citations.select("kind", "key").drop_nulls().unique().sort("kind", "key")
    rows = []
    for kind, cite_key in distinct.iter_rows():
        identifier = _parse(kind, cite_key)
        # The number of a publisher's address alone names no row of `papers`.
        if identifier is not None and identifier.scheme in NAMING_SCHEMES:
            rows.append((kind, cite_key, identifier.name, *_columns(kind, cite_key, identifier)))
    names = ("bibtex_key", "dblp_key", "arxiv_id", "doi", "openreview_id", "url")
    schema = dict.fromkeys(("kind", "key", "paper_id", *names), pl.String())
    return pl.DataFrame(rows, schema=schema, orient="row")


def _parse(kind: str, cite_key: str) -> Identifier | None:
    """Return the paper that a citation's key names; None where it names none."""
    match kind:
        case "cite" | "shortscience":
            return parse_bibtex_key(cite_key)
        case "arxiv":
            return parse_arxiv(cite_key)
        case "doi":
            return parse_doi(cite_key)
        case "openreview":
            return Identifier("openreview", cite_key)
        case "paper-link":
            return parse_url(cite_key) or _dblp(cite_key)
    return None


def _dblp(cite_key: str) -> Identifier | None:
    identifier = parse_bibtex_key(cite_key)
    return identifier if identifier and identifier.scheme == "dblp" else None


def _columns(kind: str, cite_key: str, identifier: Identifier) -> tuple[str | None, ...]:
    on_site = kind in {"cite", "shortscience"}
    value = identifier.value
    scheme = identifier.scheme
    return (
        cite_key if on_site else None,
        value if scheme == "dblp" else None,
        value if scheme == "arxiv" else None,
        value if scheme == "doi" else None,
        value if scheme == "openreview" else None,
        address(identifier),
    )


def address(identifier: Identifier) -> str:
    """Return where the paper of an identifier is found."""
    value = quote(identifier.value, safe="/:.()-_;")
    return {
        "arxiv": f"https://arxiv.org/abs/{value}",
        "doi": f"https://doi.org/{value}",
        "openreview": f"https://openreview.net/forum?id={value}",
        "dblp": f"https://dblp.org/rec/{value}",
        "shortscience": f"https://www.shortscience.org/paper?bibtexKey={value}",
    }[identifier.scheme]


def _headed(summaries: pl.DataFrame, cited: pl.DataFrame, settings: PaperSettings) -> pl.DataFrame:
    """Return `summary_id` and `headed`, the paper that the header of the summary names."""
    early = cited.filter(
        pl.col("paper_id").is_not_null(), pl.col("start") < settings.header_chars
    ).select("summary_id", "paper_id", "start")
    window = pl.min_horizontal("start", pl.lit(_HEADER_WINDOW))
    before = pl.col("text").str.slice(pl.col("start") - window, window)
    return (
        early.join(summaries.select("summary_id", "text"), on="summary_id")
        .filter(before.str.contains(_NAMES_ITS_PAPER))
        .sort("summary_id", "start", "paper_id")
        .unique("summary_id", keep="first", maintain_order=True)
        .select("summary_id", headed="paper_id")
    )


_STRENGTH_OF_EVIDENCE = ("page", "copy", "identifier", "nothing")
_TOLD = ("title", "authors", "year", "venue", "abstract", "paper_url")


def _papers(summarised: pl.DataFrame, linked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return one row per paper that is summarised or cited.

    Of several summaries, the one with the strongest evidence speaks for the paper first; but a
    paper is only as well identified as all of its summaries are, so that whoever asks for papers
    told by pages gets no summary that was tied to its paper in another way.
    """
    evidence = pl.col("identified_by").cast(pl.Enum(_STRENGTH_OF_EVIDENCE))
    of_summaries = (
        summarised.with_columns(identified_by=evidence)
        .sort("paper_id", "identified_by", "summary_id")
        .group_by("paper_id", maintain_order=True)
        .agg(
            pl.col("identified_by").last().cast(pl.String),
            pl.col("identity_confidence").min(),
            *(pl.col(name).drop_nulls().first() for name in _TOLD),
        )
    )
    of_citations = (
        linked.filter(pl.col("cited_paper_id").is_not_null())
        .group_by(paper_id="cited_paper_id")
        .agg(cited_confidence=pl.col("confidence").max())
    )
    names = ("bibtex_key", "dblp_key", "arxiv_id", "doi", "openreview_id", "url")
    attributes = known.group_by("paper_id").agg(pl.col(name).drop_nulls().min() for name in names)
    return (
        of_summaries.join(of_citations, on="paper_id", how="full", coalesce=True)
        .join(attributes, on="paper_id", how="left")
        .with_columns(
            identified_by=pl.col("identified_by").fill_null("identifier"),
            identity_confidence=pl.coalesce("identity_confidence", "cited_confidence"),
            url=pl.coalesce(pl.col("paper_url").str.extract(_WEB_ADDRESS), "url"),
        )
        .sort("paper_id")
    )


def _completed(papers: pl.DataFrame, bibliography: Sequence[Path]) -> pl.DataFrame:
    """Fill what is missing of title, authors, year and venue from the bibliography, and say so.

    An identity that a page or a copy tells keeps that evidence.
    """
    identified = papers.filter(pl.col("identified_by") != "nothing")["paper_id"]
    found = look_up(bibliography, identified)
    joined = papers.join(found, on="paper_id", how="left", suffix="_found", maintain_order="left")
    confirmed = pl.col("title_found").is_not_null() & (pl.col("identified_by") == "identifier")
    filled = joined.with_columns(
        *(
            pl.coalesce(name, f"{name}_found").alias(name)
            for name in ("title", "authors", "year", "venue")
        ),
        identified_by=pl.when(confirmed).then(pl.lit("bibliography")).otherwise("identified_by"),
    )
    return filled.select(PAPER_SCHEMA.names()).cast(PAPER_SCHEMA)
