"""Which papers get their confirmed title from two bibliographies.

Each paper is identified from the site's key alone, or from the key and the address that its page
links to. A paper is *listed* when a bibliography has one of its identifiers: the key among DBLP's,
its DOI, or its arXiv number. That is judged from the raw files, without the code that is measured.
A title is right when it has the letters and digits of the confirmed one.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.extraction.extract import CITATION_SCHEMA
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.catalogue.recognition import NOTHING_KNOWN
from shortscience.pipeline.papers.frames import FACTS
from shortscience.pipeline.papers.linking.link import NO_LINKS
from shortscience.pipeline.papers.stage import identify_from
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import AtOnce

FILES = ("dblp.jsonl.gz", "arxiv.jsonl.gz")
_NO_CITATIONS = pl.DataFrame(schema={**CITATION_SCHEMA, "summary_id": pl.String()})


class Score(NamedTuple):
    """Papers of one kind; `wrong` has (key, title, confirmed title) of each wrong title."""

    kind: str
    papers: int
    titled: int
    wrong: list[tuple[str, str, str]]


def judge(folder: Path, cache: Path, *, with_address: bool) -> list[Score]:
    """Identify all papers and compare their titles; listed ones first, then the others."""
    truth = json.loads(gzip.decompress((folder / "corpus/paper_truth.json.gz").read_bytes()))
    titles = _titles(truth, indexes(folder, cache), with_address=with_address)
    listed = set(_listed(folder, truth))
    scores = []
    for kind, keys in (("listed", listed), ("not listed", truth.keys() - listed)):
        found = {key: titles[key] for key in keys if titles[key]}
        wrong = sorted(
            (key, title, truth[key]["title"])
            for key, title in found.items()
            if _letters(title) != _letters(truth[key]["title"])
        )
        scores.append(Score(kind, len(keys), len(found), wrong))
    return scores


def indexes(folder: Path, cache: Path) -> list[Index]:
    """Index both bibliographies."""
    paths = [folder / "bibliography" / name for name in FILES]
    return [index_file(path, sha256(path), cache) for path in paths]


def _titles(
    truth: dict[str, Any], bibliography: Sequence[Index], *, with_address: bool
) -> dict[str, str]:
    facts = pl.DataFrame(
        [
            {
                "summary_id": key,
                "told_by": "page",
                "bibtex_key": key,
                "paper_url": paper["paper_url"] if with_address else None,
            }
            for key, paper in truth.items()
        ],
        schema=FACTS,
    )
    found = identified(facts, _NO_CITATIONS, NO_LINKS, bibliography)
    return dict(found.select("summary_id", "title").iter_rows())


def identified(
    facts: pl.DataFrame,
    citations: pl.DataFrame,
    links: pl.DataFrame,
    bibliography: Sequence[Index],
) -> pl.DataFrame:
    """Return `summary_id`, and `title` and `identified_by` of its paper, for each summary."""
    told = facts, citations, links, NOTHING_KNOWN
    frames = (Parts.of([frame], AtOnce()) for frame in told)
    found = identify_from(*frames, bibliography=bibliography, settings=PaperSettings())
    papers = found.papers.collect().select("paper_id", "title", "identified_by")
    summaries = found.summaries.collect().select("summary_id", "paper_id")
    return summaries.join(papers, on="paper_id").drop("paper_id").sort("summary_id")


def _listed(folder: Path, truth: dict[str, Any]) -> Iterator[str]:
    dblp, arxiv = (list(_lines(folder / "bibliography" / name)) for name in FILES)
    keys = {item["key"] for item in dblp}
    dois = {str(item["doi"]).lower() for item in (*dblp, *arxiv)}
    numbers = {_number(item["arxiv_id"]) for item in arxiv}
    for key, paper in truth.items():
        arxiv_id, doi = paper["arxiv_id"], str(paper["doi"] or "-").lower()
        if key in keys or doi in dois or (arxiv_id and _number(arxiv_id) in numbers):
            yield key


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as file:
        yield from map(json.loads, file)


def _number(arxiv_id: str) -> str:
    """Bring arXiv numbers that were stored as decimal fractions into one form, by rounding."""
    try:
        return f"{float(arxiv_id):.5f}"
    except ValueError:
        return arxiv_id


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title.lower()))
