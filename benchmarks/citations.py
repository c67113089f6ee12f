r"""How well citations are found: `python -m benchmarks.citations [GOLD]`.

GOLD is a JSON object of sections, each a list of cases with a `text` and its `citations`: `kind`,
`start`, `raw` and, where it has them, `key`, `title`, `authors` and `year`. The default is the gold
set of the tests: sentences written for this project in the shapes that real summaries have, with
invented works, before the extraction was run on any of them.

A citation is found when one of the same kind stands at the same place with the same text, and with

- the same key, for whatever has an identifier: `\cite`, arXiv, DOI, OpenReview, links;
- the same number, for what points at an entry of a list of references, or is one;
- the same authors and year, for an author-year mention.

The rows `title`, `authors` and `year` count the references that were found whose field is right: a
field that an entry has not, and that none was told of, is neither written nor found.

Cases are divided into two halves by a hash of their text. Rules were first mended after the cases
of the development half alone; docs/benchmarks.md tells how well the other half came out then.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.halves import HALVES, half
from benchmarks.scores import Score
from shortscience.pipeline.extraction.addresses import Link, addresses
from shortscience.pipeline.extraction.citations import Citation, citations
from shortscience.pipeline.scanner import scan

DEFAULT_GOLD = Path(__file__).parents[1] / "tests" / "cases" / "gold_citations.json"
IDENTIFIERS = ("cite", "arxiv", "doi", "openreview", "shortscience", "paper-link")
_OF_REFERENCES = ("arxiv", "doi", "openreview")
FIELDS = ("title", "authors", "year")


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
        kind: Score(both[kind], found[kind], written[kind])
        for kind in (*IDENTIFIERS, "mention", "reference", *FIELDS)
    }


def table(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the lines of the comparison."""
    yield f"{'':<14}{'written':>8}{'found':>8}{'precision':>11}{'recall':>8}"
    for kind, score in compare(cases).items():
        if score.found or score.written:
            shares = f"{score.precision:>11.3f}{score.recall:>8.3f}"
            yield f"{kind:<14}{score.written:>8,}{score.found:>8,}{shares}"


def _found(text: str) -> list[Citation]:
    spans = scan(text)
    links = [item for item in addresses(text, spans) if isinstance(item, Link)]
    return citations(text, spans, links)


def _mentions(written: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out identifiers within a reference: they and the reference are one mention."""
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


def main() -> None:
    """Print a table for each half asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.citations", description=__doc__)
    parser.add_argument("gold", type=Path, nargs="?", default=DEFAULT_GOLD)
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    arguments = parser.parse_args()
    cases = read_cases(arguments.gold)
    for name in HALVES if arguments.half == "both" else (arguments.half,):
        chosen = [case for case in cases if half(case.text) == name]
        print(f"{name}: {len(chosen)} cases")
        print("\n".join(table(chosen)), end="\n\n")


if __name__ == "__main__":
    main()
