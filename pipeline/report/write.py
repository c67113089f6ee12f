"""Writing a report: the pages, and the data that they load piece by piece.

    index.html, summaries.html, image.html
    changes.html                what is new since an earlier release, where one was named
    assets/                     style and scripts, as they are in this package
    data/catalogue.js           how much there is, and where each summary's page lies
    data/titles.js              the rows in the order of their titles
    data/rows/<slice>.js        what the list shows of the summaries of a slice
    data/words/<file>.js        the search index
    data/pages/<number>.js      the pages of 32 summaries
    report.json                 which release this is the report of

A page on disk may not read files (`fetch` refuses `file:`), but it may load scripts. So all data
are scripts that hand one value to a function. One file per summary would be 100,000 files, which
copy and delete slowly; 32 to a file are some 300 kB, which load in a few milliseconds.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from shortscience.pipeline.errors import OutputError
from shortscience.pipeline.release.diff import Difference
from shortscience.pipeline.release.manifest import to_json
from shortscience.pipeline.release.parquet import count_rows
from shortscience.pipeline.report.changes import lay_out
from shortscience.pipeline.report.overview import Overview, survey
from shortscience.pipeline.report.pages import render
from shortscience.pipeline.report.search_index import (
    KEY_BYTES,
    LONGEST_WORD,
    count_files,
    deal_out,
    words_of_slice,
)
from shortscience.pipeline.report.slices import SLICE_ROWS, read_slice
from shortscience.pipeline.report.summary_pages import heading, lead, summary_html
from shortscience.pipeline.schema import PAPERS
from shortscience.pipeline.version import pipeline_version

PAGES_PER_FILE = 32
"""Divides a slice."""
_ASSETS = Path(__file__).parent / "assets"
_MARKER = "report.json"
_FIRST = "index.html"


class _Written(NamedTuple):
    """What a slice leaves for the files about all of them."""

    words: pl.DataFrame
    first_ids: list[str]
    languages: set[str]
    years: set[int]
    headings: list[str]


def write_report(
    release: Path, out: Path, workers: int = 1, *, since: Difference | None = None
) -> Path:
    """Write the report of a release as a folder; return its first page.

    A report that is at `out` is replaced by one rename; OutputError if anything else is there.
    The same release gives the same bytes, whatever the number of workers. `since` is what differs
    from an earlier release.
    """
    overview = survey(release)
    with _replacing(out, overview.release_id) as staging:
        _write_pages(overview, since, staging)
        _write_data(release, staging / "data", workers)
    return out / _FIRST


def write_changes(found: Difference, out: Path) -> Path:
    """Write what differs between two releases as a folder of one page; return the page.

    A report that is at `out` is replaced by one rename; OutputError if anything else is there.
    """
    release_id = found.releases[1]
    with _replacing(out, release_id) as staging:
        pages = {_FIRST: "What is new"}
        html = _changes_page(found, _FIRST, release_id=release_id, pages=pages, linked=False)
        (staging / _FIRST).write_text(html, encoding="utf-8")
    return out / _FIRST


@contextmanager
def _replacing(out: Path, release_id: str) -> Iterator[Path]:
    """Provide a folder with the assets, which at the end takes the place of what is at `out`."""
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=out.parent) as scratch:
        staging = Path(scratch) / "report"
        shutil.copytree(_ASSETS, staging / "assets")
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
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / _MARKER).exists()):
        raise OutputError(f"{out} holds something other than a report; name another --out.")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{out.parent} cannot be written to; check its permissions.")


def _write_pages(overview: Overview, since: Difference | None, folder: Path) -> None:
    pages = {_FIRST: "Overview", "summaries.html": "Summaries"}
    pages |= {"changes.html": "What is new"} if since else {}
    named: dict[str, Any] = {"release_id": overview.release_id, "pages": pages}
    written = {
        _FIRST: render("index.html", page=_FIRST, overview=overview, **named),
        "summaries.html": render(
            "summaries.html",
            page="summaries.html",
            evidences=PAPERS.column("identified_by").values,
            **named,
        ),
        "image.html": render("image.html"),
    }
    if since:
        written["changes.html"] = _changes_page(since, "changes.html", linked=True, **named)
    for name, html in written.items():
        (folder / name).write_text(html, encoding="utf-8")


def _changes_page(found: Difference, page: str, **named: object) -> str:
    return render("changes.html", page=page, changes=lay_out(found), **named)


def _write_data(release: Path, folder: Path, workers: int) -> None:
    for name in ("rows", "words", "pages"):
        (folder / name).mkdir(parents=True)
    total = count_rows(release, "summaries")
    numbers = range(-(-total // SLICE_ROWS))
    written = list(_each_slice(partial(_write_slice, release, folder), numbers, workers))
    titles = [title.casefold() for part in written for title in part.headings]
    _write_script(folder, "titles", sorted(range(total), key=titles.__getitem__))
    n_files = count_files(total)
    for number, file in enumerate(deal_out((part.words for part in written), n_files)):
        _write_script(folder, f"words/{number}", [file.words, file.rows])
    catalogue = {
        "summaries": total,
        "slice": SLICE_ROWS,
        "perFile": PAGES_PER_FILE,
        "wordFiles": n_files,
        "keyBytes": KEY_BYTES,
        "longestWord": LONGEST_WORD,
        "languages": sorted(set().union(*(part.languages for part in written))),
        "years": sorted(set().union(*(part.years for part in written)), reverse=True),
        "firstIds": [first for part in written for first in part.first_ids],
    }
    _write_script(folder, "catalogue", catalogue)


def _each_slice(
    write: Callable[[int], _Written], numbers: range, workers: int
) -> Iterator[_Written]:
    if min(workers, len(numbers)) <= 1:
        yield from map(write, numbers)
        return
    # Polars runs threads, which do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(write, numbers)


def _write_slice(release: Path, folder: Path, number: int) -> _Written:
    """Write what the list shows of a slice, and the pages of its summaries."""
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
    return _Written(
        words, first_ids, set(listed["language"]), set(listed["year"]), listed["heading"]
    )


def _listed(summaries: pl.DataFrame) -> dict[str, list[Any]]:
    """Return the columns of the list, by name."""
    rows = summaries.select(
        "summary_id", "title", "plain_text", "author", "language", "structure", "identified_by"
    ).to_dicts()
    texts = ("author", "language", "structure", "identified_by")
    numbers = ("year", "votes", "n_words", "n_equations", "n_images", "n_citations", "n_copies")
    return {
        "id": [row["summary_id"] for row in rows],
        "heading": [heading(row) for row in rows],
        "lead": [lead(row) if row["title"] else "" for row in rows],
        **{name: [row[name] or "" for row in rows] for name in texts},
        **{name: summaries[name].fill_null(0).to_list() for name in numbers},
    }


def _write_script(folder: Path, name: str, value: object) -> None:
    """Write a script that hands a value to the page under the name of the script."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}.js").write_text(
        f"receive({json.dumps(name)},{content});\n", encoding="utf-8"
    )
