"""The page of one summary: all that the release knows about it, as HTML."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from shortscience.pipeline.duplicates.differences import differing_words
from shortscience.pipeline.report.markdown import PaperLink
from shortscience.pipeline.report.pages import render, shortened
from shortscience.pipeline.report.paper_pages import name_of
from shortscience.pipeline.report.slices import MOST_RELATED, Row, Slice
from shortscience.pipeline.schema import PAPERS, SUMMARIES

_MOST_DIFFERENCES = 40
_LONGEST_DIFFERENCE = 400
"""Code points shown of one difference between copies: a truncated copy may lack half of a text."""
_LONGEST_RAW = 20_000
"""Code points of a record shown on a page; the Parquet files have the rest."""
_LEAD = 140
_LINKED_KINDS = {"cite", "reference"}
"""Kinds of mentions that are not links in the text itself."""
_NUMBER = re.compile(r"\[\^?\d+\]")
_MARKED_UP = re.compile(r"[*_\[\]`$\\<&!|~]")


def summary_html(part: Slice, summary: Row) -> str:
    """Return the page of a slice's summary, as the content of an `<article>`."""
    key, paper_id = summary["summary_id"], summary["paper_id"]
    records = part.records[key]
    kept = next(record for record in records if record["record_id"] == summary["record_id"])
    copies = [record for record in records if record["status"] == "duplicate"][:MOST_RELATED]
    citations = part.citations.get(key, [])
    paper = part.papers[paper_id][0]
    return render(
        "summary.html",
        summary=summary,
        heading=heading(summary),
        links_to_papers=list(links_to_papers(summary, citations)),
        paper=paper,
        paper_name=name_of(paper),
        evidence=PAPERS.column("identified_by").meanings[paper["identified_by"]],
        structure=SUMMARIES.column("structure").meanings[summary["structure"]],
        record=kept,
        raw=kept["raw"][:_LONGEST_RAW],
        raw_cut=max(0, len(kept["raw"]) - _LONGEST_RAW),
        copies=[_compared(copy, part, summary) for copy in copies],
        copies_not_listed=summary["n_copies"] - 1 - len(copies),
        equations=part.equations.get(key, []),
        images=part.images.get(key, []),
        links=part.links.get(key, []),
        works=mentioned_works(citations, part),
        n_citations=len(citations),
    )


def heading(summary: Row) -> str:
    """Return the heading of a summary in lists: its paper's title, else its own first words."""
    return summary["title"] or lead(summary) or summary["summary_id"]


def lead(summary: Row) -> str:
    """Return the first words of a summary, on one line."""
    text = " ".join(summary["plain_text"][: 2 * _LEAD].split())
    return text if len(text) <= _LEAD else f"{text[:_LEAD].rsplit(' ', 1)[0]} …"


def links_to_papers(summary: Row, citations: Sequence[Row]) -> Iterator[PaperLink]:
    """Yield the pieces of the Markdown that mention a known paper and are not links yet.

    Spans count code points of `text`, from which `markdown` differs in white space only.
    """
    mentions = [row for row in citations if row["cited_paper_id"] and row["kind"] in _LINKED_KINDS]
    if not mentions:
        return
    letters, places = _letters(summary["text"]), _letters(summary["markdown"])
    linked = 0
    for row in sorted(mentions, key=lambda row: (row["start"], row["end"])):
        start, end = _linked_piece(row)
        if start < linked:
            continue
        first, last = bisect_left(letters, start), bisect_left(letters, end) - 1
        if first <= last < len(places):
            linked = end
            yield PaperLink(places[first], places[last] + 1, row["cited_paper_id"])


def _letters(text: str) -> list[int]:
    """Return the places of all that is not white space."""
    return [place for place, letter in enumerate(text) if not letter.isspace()]


def _linked_piece(row: Row) -> tuple[int, int]:
    """Return the span of a mention that becomes a link; for a list entry, its title."""
    raw, title = row["raw"], row["title"] or ""
    at = raw.find(title)
    if row["kind"] == "reference" and title and at >= 0 and not _MARKED_UP.search(title):
        return row["start"] + at, row["start"] + at + len(title)
    number = _NUMBER.match(raw)
    return row["start"], row["start"] + number.end() if number else row["end"]


def mentioned_works(citations: Sequence[Row], part: Slice) -> list[Row]:
    """Group citations by work: a reference and all pointers to it are one work.

    Each has its `name`, `paper_id` if known, kinds of mention, and each sentence once with its
    mention.
    """
    works: dict[tuple[str, str], Row] = {}
    for row in citations:
        paper = part.papers[row["cited_paper_id"]][0] if row["cited_paper_id"] else None
        known = row["title"] or (row["key"] if row["kind"] != "reference" else None)
        work = works.setdefault(
            _identity(row),
            {
                "name": name_of(paper) if paper else known or "",
                "paper_id": row["cited_paper_id"],
                "kinds": {},
                "sentences": {},
            },
        )
        work["name"] = work["name"] or known or ""
        work["kinds"].setdefault(row["kind"])
        work["sentences"].setdefault(row["context"], row["raw"])
    return list(works.values())


def _identity(row: Row) -> tuple[str, str]:
    if row["cited_paper_id"]:
        return "paper", row["cited_paper_id"]
    if row["key"]:
        return row["kind"], row["key"]
    return "citation", row["citation_id"]


def _compared(copy: Row, part: Slice, summary: Row) -> Row:
    text = summary["text"]
    places = differing_words(text, part.copied_texts.get(copy["record_id"], text))
    return copy | {
        "differences": [
            {side: shortened(words, _LONGEST_DIFFERENCE) for side, words in place._asdict().items()}
            for place in places[:_MOST_DIFFERENCES]
        ],
        "differences_not_listed": max(0, len(places) - _MOST_DIFFERENCES),
    }
