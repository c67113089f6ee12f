"""The page of one summary: all that the release knows of it, in HTML."""

from typing import Any

from shortscience.pipeline.duplicates.differences import differing_words
from shortscience.pipeline.report.pages import render
from shortscience.pipeline.report.slices import MOST_RELATED, Row, Slice

_MOST_DIFFERENCES = 40
_LONGEST_DIFFERENCE = 400
"""Code points of one place in which copies differ: a cut copy lacks half of a text."""
_LONGEST_RAW = 20_000
"""Code points of a record that a page shows; the Parquet files have the rest."""
_LEAD = 140


def summary_html(part: Slice, summary: Row) -> str:
    """Return the page of a summary of a slice, as the content of an `<article>`."""
    key, paper_id = summary["summary_id"], summary["paper_id"]
    records = part.records[key]
    kept = next(record for record in records if record["record_id"] == summary["record_id"])
    copies = [record for record in records if record["status"] == "duplicate"][:MOST_RELATED]
    others = [row for row in part.same_paper[paper_id] if row["summary_id"] != key]
    return render(
        "summary.html",
        summary=summary,
        heading=heading(summary),
        paper=part.papers[paper_id][0],
        record=kept,
        raw=kept["raw"][:_LONGEST_RAW],
        raw_cut=max(0, len(kept["raw"]) - _LONGEST_RAW),
        copies=[_compared(copy, part, summary) for copy in copies],
        copies_not_listed=summary["n_copies"] - 1 - len(copies),
        equations=part.equations.get(key, []),
        images=part.images.get(key, []),
        links=part.links.get(key, []),
        citations=[_marked(row) for row in part.citations.get(key, [])],
        papers=part.papers,
        same_paper=others[:MOST_RELATED],
        cited_by=part.cited_by.get(paper_id, []),
    )


def heading(summary: Row) -> str:
    """Return what a summary is listed under: its paper's title, else its own first words."""
    return summary["title"] or lead(summary) or summary["summary_id"]


def lead(summary: Row) -> str:
    """Return the first words of a summary, on one line."""
    text = " ".join(summary["plain_text"][: 2 * _LEAD].split())
    return text if len(text) <= _LEAD else f"{text[:_LEAD].rsplit(' ', 1)[0]} …"


def _compared(copy: Row, part: Slice, summary: Row) -> Row:
    text = summary["text"]
    places = differing_words(text, part.copied_texts.get(copy["record_id"], text))
    return copy | {
        "differences": [
            {side: _cut(words) for side, words in place._asdict().items()}
            for place in places[:_MOST_DIFFERENCES]
        ],
        "differences_not_listed": max(0, len(places) - _MOST_DIFFERENCES),
    }


def _cut(words: str) -> str:
    rest = len(words) - _LONGEST_DIFFERENCE
    return words if rest <= 0 else f"{words[:_LONGEST_DIFFERENCE]} … ({rest:,} more characters)"


def _marked(citation: Row) -> Row:
    """Add the context of a citation, cut where the mention begins and ends."""
    before, found, after = citation["context"].partition(citation["raw"])
    parts: dict[str, Any] = {"before": before, "mention": found, "after": after}
    return citation | parts
