"""The tables of docs/benchmarks.md: Markdown, a line on how it was measured, and their places.

Each table stands between two comments, `<!-- table NAME -->` and `<!-- end NAME -->`. Only what is
between them is ever written; the rest of the page is written by people.
"""

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
_IDLE = 0.25
"""Load per core, before a run begins, above which other work may distort times."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a Markdown table whose first column is text and whose other columns are numbers."""
    cells = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for row in (cells[0], rule, *cells[1:]):
        first, *others = zip(row, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        yield f"| {' | '.join(padded)} |"


def text_block(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines between the fences of a block of text."""
    yield "```text"
    yield from lines
    yield "```"


def stamp() -> str:
    """Return a sentence with the date, commit, machine, and whether the machine was busy."""
    today = datetime.now(UTC).date().isoformat()
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    busy = f"beside other work (load {load:.1f})" if load > _IDLE * cores else "otherwise idle"
    return (
        f"Measured on {today} at {_commit()}: {cores} cores ({_processor()}), {memory:.0f} GiB,"
        f" Python {platform.python_version()}, {busy}."
    )


def _commit() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "-uno", "--", ".", f":!{PAGE.relative_to(ROOT)}")
    name = f"commit {commit}" if commit else "an unknown commit"
    return f"{name} with changes" if changed else name


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip()


def _processor() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    model = re.search(r"^model name\s*: (.+)$", info, re.MULTILINE)
    return model[1] if model else platform.machine()


def with_table(page: str, name: str, lines: Iterable[str]) -> str:
    """Return a page with new lines for one table. Raises ValueError if it has no place for it."""
    begin, end = f"<!-- table {name} -->", f"<!-- end {name} -->"
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"The page has no {begin!r} that is followed by {end!r}.")
    body = "\n".join(lines)
    return f"{before}{begin}\n{body}\n{end}{after}"
