"""The whole story of one row, from raw bytes to the tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.cleaning.encoding import repair_all
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.duplicates.differences import differing_words
from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.release.paper_evidence import candidates_of, recognised_by, sources_of
from shortscience.pipeline.release.parquet import scan_table
from shortscience.pipeline.sources.pieces import Piece
from shortscience.pipeline.sources.reading import reread

Story = dict[str, Any]

_KINDS = {"summaries": "summary", "records": "record", "papers": "paper", "citations": "citation"}
_KEYS = {table: f"{kind}_id" for table, kind in _KINDS.items()}
_MIN_PREFIX = 4
_OFFERED = 5
_AROUND = 40
"""Characters that are shown on either side of a boundary."""


def explain(release: Path, identifier: str) -> Story:
    """Return everything that a release knows about a summary, record, paper or citation.

    `identifier` is a key or its prefix, or an identifier of a paper, with or without its scheme.
    Raises UsageError unless it matches exactly one row.
    """
    table, row = _find(release, identifier)
    story: Story = {"kind": _KINDS[table], _KINDS[table]: row}
    match table:
        case "summaries":
            return story | _of_summary(release, row)
        case "records":
            return story | _of_record(release, row)
        case "papers":
            return story | _of_paper(release, row)
    return story | _of_citation(release, row)


def _find(release: Path, identifier: str) -> tuple[str, dict[str, Any]]:
    """Return the table and row of an id or id prefix."""
    found = list(_beginning_with(release, identifier))
    named = [
        (table, row)
        for table, row in found
        if (key := row[_KEYS[table]]) == identifier or not key.startswith(identifier)
    ] or found
    offered = ", ".join(f"{_KINDS[table]} {row[_KEYS[table]]}" for table, row in named[:_OFFERED])
    if not named:
        raise UsageError(
            f"{identifier} is not a summary, record, paper or citation of {release};"
            " look up an id in one of these tables."
        )
    if len(identifier) < _MIN_PREFIX and named is found:
        raise UsageError(
            f"{identifier} is too short: give at least {_MIN_PREFIX} characters of an id, such as"
            f" {offered}."
        )
    if len(named) > 1:
        raise UsageError(f"{identifier} may be {offered}; give more of the id.")
    return named[0]


def _beginning_with(release: Path, identifier: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for table, key in _KEYS.items():
        matches = pl.col(key).str.starts_with(identifier)
        if table == "papers":
            name = pl.element()
            is_named = (name == identifier) | name.str.ends_with(f":{identifier}")
            matches |= pl.col("identifiers").list.eval(is_named).list.any()
        # Sorted by key, so an exact match comes before longer keys.
        rows = scan_table(release, table).filter(matches).head(_OFFERED).collect()
        yield from ((table, row) for row in rows.iter_rows(named=True))


def _rows(release: Path, table: str, column: str, value: str | None) -> list[dict[str, Any]]:
    matches = pl.col(column).eq(pl.lit(value, pl.String))
    return scan_table(release, table).filter(matches).collect().to_dicts()


def _of_summary(release: Path, summary: dict[str, Any]) -> Story:
    summary_id = summary["summary_id"]
    record = _rows(release, "records", "record_id", summary["record_id"])[0]
    source = _rows(release, "sources", "source_id", record["source_id"])[0]
    piece = reread(record["raw"], source["form"])
    copies = _rows(release, "records", "summary_id", summary_id)
    return {
        "record": record,
        "facts": _record_facts(piece),
        "source": source,
        "boundaries": _unsure(summary),
        "repairs": [
            _replayed(repair, (piece and piece.body) or "") for repair in summary["repairs"]
        ],
        "copies": [
            _compared(release, copy, summary) for copy in copies if copy["status"] == "duplicate"
        ],
        "paper": _rows(release, "papers", "paper_id", summary["paper_id"])[0],
        "evidence": sources_of(release, summary["paper_id"]),
        "recognised": recognised_by(release, summary_id),
        "candidates": candidates_of(release, summary_id),
        **{
            table: _rows(release, table, "summary_id", summary_id)
            for table in ("equations", "images", "links", "citations")
        },
    }


def _unsure(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the block boundaries that were restored, the least sure first, with the words there.

    They are found again in the text, as they were when the summary was cleaned.
    """
    if summary["structure"] != "restored":
        return []
    text = summary["text"]
    found = sorted(restore(text).boundaries, key=lambda boundary: boundary.probability)
    return [
        {
            "kind": boundary.kind,
            "probability": boundary.probability,
            "start": boundary.start,
            "before": text[max(0, boundary.start - _AROUND) : boundary.start - 1],
            "after": text[boundary.start : boundary.start + _AROUND],
        }
        for boundary in found
    ]


def _replayed(repair: str, body: str) -> dict[str, str]:
    """Return a repair and the piece of the original text that it changed."""
    span, _, steps = repair.partition(" ")
    start, end = map(int, span.split(":"))
    return {"span": span, "steps": steps, "before": body[start:end]}


def _record_facts(piece: Piece | None) -> dict[str, Any]:
    """Return the other facts in a record's form, re-read from its raw bytes."""
    facts = piece.facts._asdict() if piece else {}
    return {name: value for name, value in facts.items() if value is not None}


def _compared(release: Path, copy: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with its source, its facts, and its differences from the kept text."""
    source = _rows(release, "sources", "source_id", copy["source_id"])[0]
    return {
        "source": source["name"],
        **copy,
        "facts": _record_facts(reread(copy["raw"], source["form"])),
        "differences": _differences(copy, source, summary),
    }


def _differences(
    record: dict[str, Any], source: dict[str, Any], summary: dict[str, Any]
) -> list[dict[str, str]]:
    """Return the words in which a record differs from the text of its summary."""
    (text,) = texts_of([record | {"form": source["form"]}])
    return [found._asdict() for found in differing_words(summary["text"], text)]


def texts_of(records: Sequence[dict[str, Any]]) -> list[str]:
    """Return the comparison text of each record: its raw text, read and repaired again.

    Each has `raw`, and the `form` of its source.
    """
    pieces = (reread(record["raw"], record["form"]) for record in records)
    return [found.text for found in repair_all([(piece and piece.body) or "" for piece in pieces])]


def _of_record(release: Path, record: dict[str, Any]) -> Story:
    source = _rows(release, "sources", "source_id", record["source_id"])[0]
    story: Story = {"source": source}
    if record["summary_id"]:
        summary = _rows(release, "summaries", "summary_id", record["summary_id"])[0]
        story["summary"] = summary
        story["differences"] = _differences(record, source, summary)
    return story


def _of_paper(release: Path, paper: dict[str, Any]) -> Story:
    return {
        "evidence": sources_of(release, paper["paper_id"]),
        "summaries": _rows(release, "summaries", "paper_id", paper["paper_id"]),
        "cited_by": _rows(release, "citations", "cited_paper_id", paper["paper_id"]),
        "cites": _rows(release, "citations", "citing_paper_id", paper["paper_id"]),
    }


def _of_citation(release: Path, citation: dict[str, Any]) -> Story:
    return {
        "summary": _rows(release, "summaries", "summary_id", citation["summary_id"])[0],
        "cited_paper": _rows(release, "papers", "paper_id", citation["cited_paper_id"]),
    }
