"""Writing a report: the pages, and the data that they load piece by piece.

    index.html, summaries.html, validation.html, image.html
    changes.html                what is new since an earlier release, if one was named
    assets/                     style, scripts and font, copied from this package
    data/catalogue.js           how much there is, and the file of each page
    data/titles.js              the rows in the order of their titles
    data/rows/<slice>.js        the list's columns of a slice of summaries
    data/words/<file>.js        the search index
    data/pages/<number>.js      the pages of 32 summaries
    data/papers/<number>.js     the pages of 64 papers
    report.json                 the release that the report describes

A page on disk may not read files (`fetch` refuses `file:`), but it may load scripts. So all data
are scripts that pass one value to a function. One file per summary would make 100,000 files, which
are slow to copy and delete; 32 per file take about 300 kB and load in a few milliseconds.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import polars as pl

from shortscience.pipeline.errors import OutputError, WorkerError, full_disk_named
from shortscience.pipeline.folders import check_writable
from shortscience.pipeline.papers.venues import SHORT_VENUE
from shortscience.pipeline.processes import Workers, as_done
from shortscience.pipeline.release.diff import Difference
from shortscience.pipeline.release.manifest import to_json
from shortscience.pipeline.release.parquet import count_rows
from shortscience.pipeline.report.changes import lay_out
from shortscience.pipeline.report.overview import Overview, survey
from shortscience.pipeline.report.pages import ASSETS, render
from shortscience.pipeline.report.paper_pages import PAPERS_AT_ONCE, paper_pages, relate
from shortscience.pipeline.report.search_index import (
    FIELDS,
    KEY_BYTES,
    LONGEST_WORD,
    OFTEN_BIT,
    count_files,
    deal_out,
    words_of_slice,
)
from shortscience.pipeline.report.slices import SLICE_ROWS, read_slice
from shortscience.pipeline.report.summary_pages import heading, lead, summary_html
from shortscience.pipeline.report.validation import lay_out as lay_out_validation
from shortscience.pipeline.version import pipeline_version

PAGES_PER_FILE = 32
"""A divisor of the slice size."""
_PAPERS_PER_FILE = 64
_CHOICES = ("language", "structure", "identified_by", "year")
"""Columns that the list can be filtered by."""
_MARKER = "report.json"
T = TypeVar("T")
_FIRST = "index.html"


class _Written(NamedTuple):
    """What a slice contributes to the files about all slices."""

    words: pl.DataFrame
    first_ids: list[str]
    choices: dict[str, set[Any]]
    headings: list[str]


def write_report(
    release: Path, out: Path, workers: int = 1, *, since: Difference | None = None
) -> Path:
    """Write the report of a release as a folder; return its first page.

    A report at `out` is replaced by one rename; OutputError if anything else is there. The same
    release gives the same bytes, whatever the number of workers. `since` is the difference from an
    earlier release.
    """
    overview = survey(release)
    with _replacing(out, overview.release_id) as staging:
        _write_pages(release, overview, since, staging)
        _write_data(release, staging / "data", staging.parent / "related", workers)
    return out / _FIRST


def write_changes(found: Difference, out: Path) -> Path:
    """Write the differences between two releases as a folder with one page; return the page.

    A report at `out` is replaced by one rename; OutputError if anything else is there.
    """
    release_id = found.releases[1]
    with _replacing(out, release_id) as staging:
        pages = {_FIRST: "What is new"}
        html = render(
            "changes.html", page=_FIRST, release_id=release_id, pages=pages,
            changes=lay_out(found), linked=False,
        )  # fmt: skip
        (staging / _FIRST).write_text(html, encoding="utf-8")
    return out / _FIRST


@contextmanager
def _replacing(out: Path, release_id: str) -> Iterator[Path]:
    """Provide a folder with the assets, which finally replaces `out`."""
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        full_disk_named(out.parent),
        tempfile.TemporaryDirectory(prefix=".report-", dir=out.parent) as scratch,
    ):
        staging = Path(scratch) / "report"
        shutil.copytree(ASSETS, staging / "assets")
        yield staging
        marker = {
            "release_id": release_id,
            "pipeline_version": pipeline_version("pipeline.report.write"),
        }
        (staging / _MARKER).write_text(to_json(marker), encoding="utf-8")
        if out.exists():
            out.rename(Path(scratch) / "former")
        staging.rename(out)


def _check_replaceable(out: Path) -> None:
    check_writable(out.parent)
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / _MARKER).exists()):
        raise OutputError(f"{out} holds something other than a report; name another folder.")


def _write_pages(release: Path, overview: Overview, since: Difference | None, folder: Path) -> None:
    pages = {_FIRST: "Overview", "summaries.html": "Summaries"}
    pages |= {"changes.html": "What is new"} if since else {}
    pages |= {"validation.html": "Validation"}
    named: dict[str, Any] = {"release_id": overview.release_id, "pages": pages}
    report = json.loads((release / "validation.json").read_text(encoding="utf-8"))
    validation = lay_out_validation(report, release)
    values: dict[str, dict[str, Any]] = {
        _FIRST: {"overview": overview, "validation": validation},
        "summaries.html": {},
        "validation.html": {"validation": validation},
    }
    if since:
        values["changes.html"] = {"changes": lay_out(since), "linked": True}
    for name, given in values.items():
        (folder / name).write_text(render(name, page=name, **given, **named), encoding="utf-8")
    (folder / "image.html").write_text(render("image.html"), encoding="utf-8")


def _write_data(release: Path, folder: Path, related: Path, workers: int) -> None:
    for name in ("rows", "words", "pages", "papers"):
        (folder / name).mkdir(parents=True)
    total = count_rows(release, "summaries")
    numbers = range(-(-total // SLICE_ROWS))
    written = _each(partial(_write_slice, release, folder), numbers, workers)
    titles = [title.casefold() for part in written for title in part.headings]
    _write_script(folder, "titles", sorted(range(total), key=titles.__getitem__))
    n_files = count_files(total)
    for number, file in enumerate(deal_out((part.words for part in written), n_files)):
        _write_script(folder, f"words/{number}", [file.words, file.rows])
    relate(release, related)
    slices = range(-(-count_rows(release, "papers") // PAPERS_AT_ONCE))
    papers = _each(partial(_write_papers, release, folder, related), slices, workers)
    catalogue = {
        "summaries": total,
        "slice": SLICE_ROWS,
        "wordFiles": n_files,
        "keyBytes": KEY_BYTES,
        "longestWord": LONGEST_WORD,
        "fields": {name: bit for name, (bit, _) in FIELDS.items()},
        "oftenBit": OFTEN_BIT,
        "choices": {
            name: sorted(set().union(*(part.choices[name] for part in written)))
            for name in _CHOICES
        },
        "firstIds": [first for part in written for first in part.first_ids],
        "firstPapers": [first for part in papers for first in part],
    }
    _write_script(folder, "catalogue", catalogue)


def _each(write: Callable[[int], T], numbers: range, workers: int) -> list[T]:
    """Call a function with each number, on several processes if that helps."""
    count = min(workers, len(numbers))
    if count <= 1:
        return list(map(write, numbers))
    pool = Workers(count)
    try:
        calls = [pool.submit(write, number) for number in numbers]
        for done in as_done(calls):
            done.result()
        return [call.result() for call in calls]
    except BrokenProcessPool:
        raise WorkerError(
            "A process that writes the report was killed; it may have run out of memory: call again"
            " with fewer --workers."
        ) from None
    finally:
        pool.stop()


def _write_slice(release: Path, folder: Path, number: int) -> _Written:
    """Write the list's columns of a slice, and the pages of its summaries."""
    part = read_slice(release, number)
    listed = _listed(part.summaries)
    _write_script(folder, f"rows/{number}", listed)
    first_ids = []
    for start in range(0, len(part.summaries), PAGES_PER_FILE):
        summaries = part.summaries.slice(start, PAGES_PER_FILE).to_dicts()
        first_ids.append(summaries[0]["summary_id"])
        file = (number * SLICE_ROWS + start) // PAGES_PER_FILE
        pages = [[row["summary_id"], heading(row), summary_html(part, row)] for row in summaries]
        _write_script(folder, f"pages/{file}", pages)
    words = words_of_slice(part.summaries)
    choices = {name: set(listed[name]) for name in _CHOICES}
    headings = [
        title or first for title, first in zip(listed["title"], listed["lead"], strict=True)
    ]
    return _Written(words, first_ids, choices, headings)


def _write_papers(release: Path, folder: Path, related: Path, number: int) -> list[str]:
    """Write the pages of a slice of papers; return the first id of each file."""
    pages = list(paper_pages(release, related, number))
    first_ids = []
    for start in range(0, len(pages), _PAPERS_PER_FILE):
        file = (number * PAPERS_AT_ONCE + start) // _PAPERS_PER_FILE
        _write_script(folder, f"papers/{file}", pages[start : start + _PAPERS_PER_FILE])
        first_ids.append(pages[start].paper_id)
    return first_ids


def _listed(summaries: pl.DataFrame) -> dict[str, list[Any]]:
    """Return the columns of the list, by name.

    `paper` replaces an unknown title: the paper's id, if it has one.
    """
    counts = ("words", "equations", "images", "links", "citations", "copies")
    numbers = ("year", "votes", *(f"n_{name}" for name in counts))
    texts = ("title", "venue", "author", "language", "structure", "identified_by")
    summaries = summaries.with_columns(venue=SHORT_VENUE)
    named = summaries["title"].is_not_null() | (summaries["identified_by"] == "nothing")
    paper = summaries.select(pl.when(~named).then("paper_id").otherwise(pl.lit("")))
    return {
        "id": summaries["summary_id"].to_list(),
        "lead": [lead(row) for row in summaries.select("plain_text").iter_rows(named=True)],
        "paper": paper.to_series().to_list(),
        **{name: summaries[name].fill_null("").to_list() for name in texts},
        **{name: summaries[name].fill_null(0).to_list() for name in numbers},
    }


def _write_script(folder: Path, name: str, value: object) -> None:
    """Write a script that passes a value to the page under the script's name."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}.js").write_text(
        f"receive({json.dumps(name)},{content});\n", encoding="utf-8"
    )
