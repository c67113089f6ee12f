"""What is found in each form of the same pages: `python -m benchmarks.forms [PAGES]`.

Every form of the saved pages beside the project is read as a build reads it, and held against what
the site's database held. A cell reads found/missed/wrong: what was told and is true; what the form
shows and was not told; what was told and is not true. A field that a form does not show is `-`: the
reasons are written down in `benchmarks.page_truth`, and printed below the table.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.page_truth import (
    EXPORT,
    FEEDS,
    FIELDS,
    PAGE_FORMS,
    Form,
    Page,
    Summary,
    letters,
    limits,
    read_export,
    read_manifest,
    squeezed,
)
from shortscience.pipeline.cleaning.clean import repair_facts
from shortscience.pipeline.cleaning.encoding import repair
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import Input, take_inventory
from shortscience.pipeline.sources.reading import read_sources

DEFAULT_PAGES = Path(__file__).parents[2] / "shared" / "pages"
TEXTS = ("body", "body_letters")
_BEGINNING = 60
"""Letters by which a text is recognised where the number of records alone does not pair them."""
_ITEM_WITH_TEXT = re.compile(rb"<item>(?:(?!</item>).)*?<description>[^<]", re.DOTALL)
_WIDTH = 190

Told = dict[str, Any]
"""One record as it was found: FIELDS and `body`, repaired."""


@dataclass
class Score:
    """The counts of one form: (field, verdict) → records."""

    form: Form
    expected: int = 0
    found: int = 0
    missed: int = 0
    unjudged: int = 0
    left_out: int = 0
    """Summaries that the extractor lost."""
    extra: int = 0
    pages_in_order: int = 0
    pages: int = 0
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)


def read(path: Path) -> tuple[tuple[Input, ...], dict[str, list[Told]]]:
    """Read a form as a build does: its inputs, and the records of each `source_id`."""
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as spool:
        inventory = take_inventory([str(path)], Path(spool))
        _, records = read_sources(inventory.distinct, SourceSettings())
    records = repair_facts(records)
    found: dict[str, list[Told]] = {item.source_id: [] for item in inventory.inputs}
    for row in records.iter_rows(named=True):
        if row["reason"] is None:
            authors = tuple(row["authors"]) if row["authors"] else None
            told = {**row, "authors": authors, "body": repair(row["body"]).text}
            found[row["source_id"]].append(told)
    return inventory.inputs, found


def score_pages(form: Form, folder: Path, pages: Sequence[Page]) -> Score:
    """Hold the pages of one form against their truth, page by page."""
    inputs, found = read(folder / form.folder)
    extractor = Path(form.folder).name if form.folder.startswith("text/") else None
    by_url = {item.url: item for item in inputs if item.url}
    by_name = {Path(item.name).stem: item for item in inputs if not item.url}
    score = Score(form)
    for page in pages:
        if not (extractor in page.texts if extractor else page.rendered):
            continue
        item = by_url.get(page.url) or by_name.get(page.name)
        told = found[item.source_id] if item else []
        summaries = page.summaries
        if extractor and item:
            summaries = _still_there(item.path, page.summaries, or_unknown=not form.drops)
            score.left_out += len(page.summaries) - len(summaries)
        _score_page(score, told, summaries)
    return score


def _still_there(
    text: Path, summaries: Sequence[Summary], *, or_unknown: bool
) -> tuple[Summary, ...]:
    """Leave out the summaries that the extractor lost: whose text is nowhere in its output."""
    output = letters(text.read_text(encoding="utf-8", errors="replace"))
    return tuple(s for s in summaries if (_beginning(s.body) in output if s.body else or_unknown))


def score_export(folder: Path, export: Mapping[int, Summary]) -> Score:
    """Hold the export against itself, as a reader of JSON sees it."""
    _, found = read(folder / EXPORT.folder)
    score = Score(EXPORT)
    _score_page(score, [told for source in found.values() for told in source], [*export.values()])
    return score


def score_feed(
    form: Form, folder: Path, export: Mapping[int, Summary], known: Mapping[int, Summary]
) -> Score:
    """Hold a feed against all that is known, in no order: the manifest does not tell its items."""
    _, found = read(folder / form.folder)
    by_beginning: dict[str, list[Summary]] = {}
    for number, summary in export.items():
        beginning = _beginning(form.shows(summary.body or ""))
        by_beginning.setdefault(beginning, []).append(known.get(number, summary))
    # What somebody posted twice, under two papers, tells nothing of the one at hand.
    pool = {start: of_it[0] for start, of_it in by_beginning.items() if len(of_it) == 1}
    items = (folder / form.folder).read_bytes()
    told = [record for source in found.values() for record in source]
    score = Score(form, expected=len(_ITEM_WITH_TEXT.findall(items)), found=len(told))
    score.missed = max(score.expected - len(told), 0)
    score.extra = max(len(told) - score.expected, 0)
    for record in told:
        summary = pool.get(_beginning(record["body"]))
        if summary is None:
            score.unjudged += 1
        else:
            _score_record(score, record, summary)
    return score


def _score_page(score: Score, told: Sequence[Told], summaries: Sequence[Summary]) -> None:
    pairs = list(_pair(told, summaries))
    together = [(one, other) for one, other in pairs if one is not None and other is not None]
    score.expected += len(summaries)
    score.found += len(together)
    score.missed += len(summaries) - len(together)
    # Where the form loses summaries, one of unknown text is no surprise.
    others = len(told) - len(together)
    score.extra += 0 if score.form.drops else others
    score.unjudged += others if score.form.drops else 0
    score.pages += 1
    score.pages_in_order += all(_alike(record, summary) for record, summary in together)
    for record, summary in pairs:
        if summary is not None:
            _score_record(score, record, summary)


def _pair(
    told: Sequence[Told], summaries: Sequence[Summary]
) -> Iterator[tuple[Told | None, Summary | None]]:
    """Pair records with summaries: by place if there are as many, else by how their texts begin.

    Summaries whose text is not known take what is left, in its order.
    """
    if len(told) == len(summaries):
        yield from zip(told, summaries, strict=True)
        return
    known = {_beginning(record["body"]): record for record in told}
    paired = [known.pop(_beginning(summary.body or ""), None) for summary in summaries]
    left = list(known.values())
    for record, summary in zip(paired, summaries, strict=True):
        if record is None and summary.body is None and left:
            yield left.pop(0), summary
        else:
            yield record, summary
    yield from ((record, None) for record in left)


def _alike(record: Told, summary: Summary) -> bool:
    """Whether a record begins as a summary does, as far as the original text is known."""
    return summary.body is None or _beginning(record["body"]) == _beginning(summary.body)


def _beginning(text: str) -> str:
    return letters(text)[:_BEGINNING]


def _score_record(score: Score, record: Told | None, summary: Summary) -> None:
    form = score.form
    for name in FIELDS if summary.facts_known else ("bibtex_key",):
        told = record[name] if record else None
        verdict = _verdict(told, getattr(summary, name), form.told(name, summary))
        if verdict:
            score.fields[name, verdict] += 1
    if summary.body is None:
        return
    body, original = record["body"] if record else None, summary.body
    if form.told("body", summary):
        right = body is not None and form.right(body, original)
        score.fields["body", _of_text(body, right)] += 1
    right = body is not None and form.right(body, original, squeezed)
    score.fields["body_letters", _of_text(body, right)] += 1


def _of_text(body: str | None, right: bool) -> str:
    if body is None:
        return "missed"
    return "found" if right else "wrong"


def _verdict(told: object, true: object, shown: bool) -> str | None:
    """Judge one field; None where there is nothing to tell and nothing was told."""
    if told is None:
        return "missed" if shown and true is not None else None
    return "found" if told == true else "wrong"


def table(scores: Sequence[Score]) -> Table:
    """Return the table: a row per form, a column per field."""
    columns = (
        "form",
        "records",
        "extra",
        "pages in order",
        *FIELDS,
        "body",
        "body but for white space",
    )
    made = Table(*columns, title="found/missed/wrong")
    for score in scores:
        order = f"{score.pages_in_order}/{score.pages}" if score.pages else "-"
        made.add_row(
            score.form.name,
            f"{score.found}/{score.missed}",
            str(score.extra),
            order,
            *(_cell(score, name) for name in (*FIELDS, *TEXTS)),
        )
    return made


def _cell(score: Score, name: str) -> str:
    counts = [score.fields[name, verdict] for verdict in ("found", "missed", "wrong")]
    return "/".join(map(str, counts)) if any(counts) else "-"


def notes(scores: Sequence[Score]) -> Iterator[str]:
    """Yield what stands below the table: why a form does not show a field."""
    for reason, fields in limits(score.form for score in scores).items():
        by_forms: dict[str, list[str]] = {}
        for name, forms in fields.items():
            by_forms.setdefault(", ".join(forms), []).append(name)
        for forms, names in by_forms.items():
            yield f"- {', '.join(names)}: {reason} ({forms})."
    for score in scores:
        name = score.form.name
        if score.unjudged:
            yield f"- {name}: the truth is not known of {score.unjudged} records."
        if score.left_out:
            yield f"- {name}: without {score.left_out} summaries that the extractor lost."


def main() -> None:
    """Read every form, and print what was found in it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forms", description=__doc__)
    parser.add_argument("pages", type=Path, nargs="?", default=DEFAULT_PAGES, metavar="PAGES")
    folder = parser.parse_args().pages
    if not (folder / "manifest.jsonl").exists():
        sys.exit(f"{folder} holds no manifest.jsonl; name the folder of the saved pages.")
    export = read_export(folder)
    pages, known = read_manifest(folder, export)
    scores = [score_pages(form, folder, pages) for form in PAGE_FORMS]
    scores += [score_feed(form, folder, export, known) for form in FEEDS]
    scores.append(score_export(folder, export))
    console = Console(width=_WIDTH)
    console.print(table(scores))
    console.print("\n".join(notes(scores)), markup=False, highlight=False)


if __name__ == "__main__":
    main()
