r"""How well citations are found, in sentences written for this project with invented works.

The cases are those of the tests (`tests/cases/gold_citations.json`), in the shapes of real
summaries; they were written before the extraction ran on any of them. A citation is found when one
of the same kind stands at the same place with the same text, and with

- the same key, for whatever has an identifier: `\cite`, arXiv, DOI, OpenReview, links;
- the same number, for an entry of a list of references and for what points at one;
- the same authors and year, for an author-year mention.

The rows `title`, `authors` and `year` compare the fields of the references that were found. A field
that an entry lacks, and that was not reported either, counts nowhere.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.halves import HALVES, half
from benchmarks.measuring import ROOT
from benchmarks.options import Options
from benchmarks.page import table
from benchmarks.scores import Score, total
from shortscience.pipeline.extraction.addresses import Link, addresses
from shortscience.pipeline.extraction.citations import Citation, citations
from shortscience.pipeline.scanner import scan

GOLD = ROOT / "tests" / "cases" / "gold_citations.json"
IDENTIFIERS = ("cite", "arxiv", "doi", "openreview", "shortscience", "paper-link")
_OF_REFERENCES = ("arxiv", "doi", "openreview")
FIELDS = ("title", "authors", "year")
_OTHERS = ("mention", "reference", *FIELDS)


class Case(NamedTuple):
    """A text and its citations, as its author reads them."""

    text: str
    written: list[dict[str, Any]]


class _Row(NamedTuple):
    """What makes two citations the same."""

    kind: str
    start: int
    raw: str
    key: str | None
    authors: tuple[str, ...]
    year: int | None


def read_cases(path: Path) -> list[Case]:
    """Read all cases of a file of sections."""
    sections = json.loads(path.read_text(encoding="utf-8"))
    return [Case(c["text"], c["citations"]) for section in sections.values() for c in section]


def compare(cases: Sequence[Case]) -> dict[str, Score]:
    """Return the score of each kind, and of each field of the references."""
    both, found, written = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        theirs = {_row(item): item for item in _mentions(case.written)}
        ours = {_row(item): item for item in map(Citation._asdict, _found(case.text))}
        both.update(row.kind for row in theirs.keys() & ours.keys())
        found.update(row.kind for row in ours)
        written.update(row.kind for row in theirs)
        for row in [row for row in theirs.keys() & ours.keys() if row.kind == "reference"]:
            for field in FIELDS:
                told, true = ours[row][field], theirs[row].get(field) or None
                found[field] += told is not None
                written[field] += true is not None
                both[field] += told == true and true is not None
    return {
        kind: Score(both[kind], found[kind], written[kind]) for kind in (*IDENTIFIERS, *_OTHERS)
    }


def lines(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the table, with columns for each half; identifiers of all kinds share a row."""
    halves = [compare([case for case in cases if half(case.text) == name]) for name in HALVES]
    rows = []
    for name, kinds in {"identifiers": IDENTIFIERS, **{kind: (kind,) for kind in _OTHERS}}.items():
        scores = [total(found[kind] for kind in kinds) for found in halves]
        rows.append((name, *(cell for score in scores for cell in _cells(score))))
    columns = "written", "found", "precision", "recall"
    heads = (f"{name} {column}" for name in HALVES for column in columns)
    yield from table(("citations", *heads), rows)


def _cells(score: Score) -> tuple[str, ...]:
    return f"{score.written:,}", f"{score.found:,}", f"{score.precision:.3f}", f"{score.recall:.3f}"


def report(_: Options) -> Iterator[str]:
    """Compare all cases."""
    yield from lines(read_cases(GOLD))


def _found(text: str) -> list[Citation]:
    spans = scan(text)
    links = [item for item in addresses(text, spans) if isinstance(item, Link)]
    return citations(text, spans, links)


def _mentions(written: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out identifiers inside a reference: both are one mention."""
    entries = [
        range(item["start"], item["start"] + len(item["raw"]))
        for item in written
        if item["kind"] == "reference"
    ]
    return [
        item
        for item in written
        if item["kind"] not in _OF_REFERENCES or not any(item["start"] in at for at in entries)
    ]


def _row(item: Mapping[str, Any]) -> _Row:
    """Leave out of a citation what is not compared for its kind."""
    place = item["kind"], item["start"], item["raw"]
    if item["kind"] == "mention":
        return _Row(*place, None, tuple(item.get("authors") or ()), item.get("year"))
    return _Row(*place, item.get("key"), (), None)
