"""Formatting what `explain` found, on one screen or row by row."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shortscience.pipeline.counting import counted
from shortscience.pipeline.schema import CITATIONS, PAPERS, RECORDS

Row = dict[str, Any]
Story = dict[str, Any]

_WIDTH = 96
"""Characters per line, indent included, so that lines fit most terminals."""
_FIRST = 3
"""Rows shown of each kind; `every_row` shows all."""
_LONG = 400
_SHORT = 40


def one_screen(story: Story) -> str:
    """Format a story as counts and the first few rows, on at most one screen."""
    lines: list[str] = []
    for heading, rows in _SECTIONS[story["kind"]](story):
        lines += ["", heading, *(f"  {_cut(line, _WIDTH)}" for line in rows)]
    return "\n".join([*lines[1:], "", "--all prints every row, --json everything for a program."])


def every_row(story: Story) -> str:
    """Format every row of a story, column by column; long texts are truncated."""
    lines: list[str] = []
    for part, content in story.items():
        if part == "kind" or not content:
            continue
        rows = content if isinstance(content, list) else [content]
        for number, row in enumerate(rows, 1):
            heading = f"{part} {number} of {len(rows)}" if isinstance(content, list) else part
            lines += ["", heading, "-" * len(heading)]
            lines += [f"{name:>20}  {_value(value)}" for name, value in row.items()]
    return "\n".join(lines[1:])


_Sections = Iterator[tuple[str, list[str]]]


def _summary(story: Story) -> _Sections:
    summary, record = story["summary"], story["record"]
    by = f", by {summary['author']}" if summary["author"] else ""
    yield (
        f"Summary {summary['summary_id']}",
        [
            _quoted(summary["text"], _WIDTH),
            f"{counted(summary['n_words'], 'word')}, language {summary['language']}{by},"
            f" {_structure(summary)}",
        ],
    )
    if story["boundaries"]:
        yield "Where its lines are least sure", _boundaries(story["boundaries"])
    yield "Where it came from", _place(record, story["source"])
    yield "What was repaired", _repairs(story["repairs"])
    yield "Why it is kept", [_why_kept(summary["n_copies"]), *_copies(story["copies"])]
    yield "Its paper", [*_paper_lines(story["paper"]), *_evidence(story)]
    found = {"equations": "latex", "images": "url", "links": "url", "citations": "raw"}
    yield (
        "What was found in it",
        [*(_found(name, [row[column] for row in story[name]]) for name, column in found.items())],
    )


def _record(story: Story) -> _Sections:
    record = story["record"]
    yield f"Record {record['record_id']}", [_quoted(record["raw"], _WIDTH)]
    yield "Where it came from", _place(record, story["source"])
    fate = f"{record['status']}: {RECORDS.column('status').meanings[record['status']]}"
    if record["status"] == "rejected":
        earlier = record.get("earlier_summary_id")
        named = [f"the earlier summary: {earlier}"] if earlier else []
        yield "What became of it", [fate, f"reason: {record['reason']}", *named]
        return
    lines = [fate]
    if record["relation"]:
        relation = record["relation"]
        lines.append(f"{relation}, similarity {record['similarity']:.3f}:")
        lines.append(f"  {RECORDS.column('relation').meanings[relation]}")
        lines += _differences(story["differences"], _FIRST)
    yield "What became of it", lines
    summary = story["summary"]
    yield f"Its summary {summary['summary_id']}", [_quoted(summary["text"], _WIDTH)]


def _paper(story: Story) -> _Sections:
    paper = story["paper"]
    yield f"Paper {paper['paper_id']}", _paper_lines(paper)[:-1]
    yield "How it is identified", _evidence(story)
    yield (
        f"{counted(paper['n_summaries'], 'summary', 'summaries')} of it",
        _some(
            [
                f"{row['summary_id']}  {_quoted(row['text'], _WIDTH - 30)}"
                for row in story["summaries"]
            ]
        ),
    )
    yield (
        f"{counted(paper['n_citations'], 'mention')} of it",
        _some(
            [
                f"{row['citation_id']}  {_quoted(row['context'], _WIDTH - 30)}"
                for row in story["cited_by"]
            ]
        ),
    )


def _citation(story: Story) -> _Sections:
    citation, summary = story["citation"], story["summary"]
    kind = citation["kind"]
    yield (
        f"Citation {citation['citation_id']}",
        [
            f"{_quoted(citation['raw'], _WIDTH)}",
            f"{kind}: {CITATIONS.column('kind').meanings[kind]}",
            f"confidence {citation['confidence']:.0%}, characters {citation['start']:,} to"
            f" {citation['end']:,} of the text",
        ],
    )
    yield "The sentence around it", [_quoted(citation["context"], _WIDTH)]
    cited = story["cited_paper"]
    yield (
        "The paper it mentions",
        _paper_lines(cited[0]) if cited else ["not known: nothing in it identifies a paper"],
    )
    yield f"In summary {summary['summary_id']}", [_quoted(summary["text"], _WIDTH)]


_SECTIONS: dict[str, Callable[[Story], _Sections]] = {
    "summary": _summary,
    "record": _record,
    "paper": _paper,
    "citation": _citation,
}


def _place(record: Row, source: Row) -> list[str]:
    return [
        f"{source['name']} ({source['form'] or 'of no known form'}, {source['encoding']}),"
        f" SHA-256 {source['source_id'][:12]}…",
        f"record {record['record_id']}, number {record['ordinal']}, bytes"
        f" {record['byte_start']:,} to {record['byte_end']:,}",
    ]


def _structure(summary: Row) -> str:
    sure = summary.get("structure_confidence")
    return f"{summary['structure']} line breaks" + (f", {sure:.0%} sure" if sure else "")


def _boundaries(boundaries: Sequence[Row]) -> list[str]:
    """Tell the least sure of the boundaries, which are sorted so."""
    return [
        f"{found['probability']:.0%}  {found['kind']:<14} …{found['before'][-_SHORT // 2 :]} |"
        f" {found['after'][: _SHORT // 2]}…"
        for found in boundaries[:_FIRST]
    ]


def _repairs(repairs: Sequence[Row]) -> list[str]:
    lines = [
        f"characters {row['span']}, {row['steps']}: {_quoted(row['before'], _SHORT)}"
        for row in repairs
    ]
    return _some(lines) if lines else ["nothing: the encoding was in order"]


def _why_kept(n_copies: int) -> str:
    if n_copies == 1:
        return "kept: no other record has this text"
    return (
        f"kept, first of {n_copies} records by: own line breaks, a named paper, length, smallest id"
    )


def _copies(copies: Sequence[Row]) -> list[str]:
    lines = [
        f"{copy['relation']:<9} {copy['similarity']:.3f}  {copy['record_id']}"
        f"{''.join(f' {line}' for line in _differences(copy['differences'], 1))}"
        for copy in copies
    ]
    return _some(lines)


def _differences(places: Sequence[Row], most: int) -> list[str]:
    """Format the first differences of a copy; `kept` and `copy` are words."""
    lines = [format_difference(place["kept"], place["copy"], _SHORT) for place in places[:most]]
    more = len(places) - most
    return [*lines, f"and {counted(more, 'more difference')}"] if more > 0 and most > 1 else lines


def format_difference(kept: str, copy: str, width: int) -> str:
    """Format one difference between a copy and the kept text, cut to a width."""
    ours, theirs = (f'"{_quoted(words, width)}"' for words in (kept, copy))
    if kept and copy:
        return f"has {theirs} for {ours}"
    return f"lacks {ours}" if kept else f"adds {theirs}"


def _paper_lines(paper: Row) -> list[str]:
    """Describe a paper; the last line is its id."""
    authors = paper["authors"] or []
    known = [
        ", ".join(authors[:_FIRST]) + (" and others" if len(authors) > _FIRST else ""),
        paper["venue"],
        paper["year"],
    ]
    unknown = paper["identified_by"] == "nothing"
    described = ", ".join(str(part) for part in known if part)
    return [
        paper["title"] or ("paper" if unknown else "title") + " not known",
        *([described] if described else []),
        paper["paper_id"],
    ]


_KNOWN = {
    "exact": "a summary of the same words",
    "truncated": "a longer summary that begins with the same words",
    "near": "a summary that differs in some words",
}


def _evidence(story: Story) -> list[str]:
    paper = story["paper"]
    way = paper["identified_by"]
    lines = [
        f"identified by {way}, confidence {paper['identity_confidence']:.0%}:",
        f"  {PAPERS.column('identified_by').meanings[way]}",
    ]
    for known in story.get("recognised", []):
        what = _KNOWN[known["match"]]
        lines.append(f"{known['catalogue']} knows {what}, similarity {known['similarity']:.2f}")
    evidence = [
        f"{source['source']} says {', '.join(source['names'])}"
        + (f": {source['title']}" if source["title"] else "")
        for source in story["evidence"]
    ]
    lines += _some([*dict.fromkeys(evidence)])
    for candidate in story.get("candidates", [])[:_FIRST]:
        lines.append(f"candidate {candidate['probability']:.0%}: {candidate['title']}")
        reasons = candidate["evidence"][:2]
        lines += [f"    {reason['adds']:+.1f} {reason['is']}" for reason in reasons]
    return lines + [f"not believed: {conflict}" for conflict in paper["conflicts"][:_FIRST]]


def _found(table: str, rows: Sequence[str]) -> str:
    shown = ", ".join(_quoted(row, _SHORT) for row in rows[:_FIRST])
    more = ", …" if len(rows) > _FIRST else ""
    return f"{counted(len(rows), table[:-1])}: {shown}{more}" if rows else f"no {table}"


def _some(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _FIRST
    return [*lines[:_FIRST], f"and {more:,} more"] if more > 0 else [*lines]


def _quoted(text: str, width: int) -> str:
    """Return the beginning of a text on one line, cut between words if possible."""
    flat = " ".join(text[: 4 * width].split())
    if len(flat) < width:
        return flat
    whole_words = flat[: width - 2].rpartition(" ")[0]
    return f"{whole_words} …" if 2 * len(whole_words) > width else f"{flat[: width - 2]}…"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = "\n".join(
            ", ".join(f"{name}: {part}" for name, part in row.items()) for row in value
        )
    text = str(value)
    flat = text.replace("\n", "\n" + " " * 22)
    return flat if len(flat) <= _LONG else f"{flat[:_LONG]} … ({len(text):,} characters)"
