r"""Whether broken text is repaired, and no other: `python -m benchmarks.encoding [FOLDER]`.

FOLDER is the folder of real data beside the project. Three sources of truth:

- `pages`: what the saved pages show of titles, authors and texts, against what stood in the site's
  database before it was stored twice encoded (`benchmarks.page_truth`). What is shown as U+FFFD is
  lost, and counts as whole.
- `cases`: ftfy's own test cases. Its repairs of the encoding are wanted, its restyling is not: the
  truth is `fixed-encoding` where a case has it.
- `garbled`: the summaries of the export with characters beyond ASCII in their prose, garbled there
  on purpose: written as UTF-8 and read in another encoding, once or twice. That comes from the
  encodings alone; what no encoding has a character for cannot be garbled so.

`broken` counts what differs from its truth before the repair, `repaired` what equals it after;
`whole` counts what equals it before, and `changed` what no longer does.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes

from benchmarks.page_truth import MOST_AUTHORS, read_export, read_manifest
from shortscience.pipeline.cleaning.encoding import repair_all
from shortscience.pipeline.scanner import outside, scan
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources

DEFAULT_FOLDER = Path("../shared")
CASES = ("negative", "in-the-wild", "language-names", "synthetic")
GARBLED_BY = {
    "windows-1252": ("sloppy-windows-1252",),
    "Latin-1": ("latin-1",),
    "Mac Roman": ("mac-roman",),
    "windows-1252, twice": ("sloppy-windows-1252", "sloppy-windows-1252"),
}
_LOST = "\ufffd"


class Text(NamedTuple):
    """A text as it is stored, and as it was meant."""

    stored: str
    meant: str


class Tally(NamedTuple):
    """How many texts were broken and repaired, and how many whole and changed."""

    broken: int
    repaired: int
    whole: int
    changed: int


def tally(texts: Iterable[Text]) -> Tally:
    """Repair texts, and count what became of them."""
    pairs = list(texts)
    done = [repaired.text for repaired in repair_all([pair.stored for pair in pairs])]
    broken = [pair.stored != pair.meant for pair in pairs]
    right = [pair.meant == text for pair, text in zip(pairs, done, strict=True)]
    both = list(zip(broken, right, strict=True))
    return Tally(
        sum(broken),
        sum(was and now for was, now in both),
        len(pairs) - sum(broken),
        sum(not was and not now for was, now in both),
    )


def of_pages(pages: Path) -> dict[str, list[Text]]:
    """Return what the saved pages show of each field whose truth is known."""
    listed, _ = read_manifest(pages, read_export(pages))
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as spool:
        inventory = take_inventory([str(pages / "html")], Path(spool))
        _, records = read_sources(inventory.distinct, SourceSettings())
    shown: dict[str, list[dict[str, Any]]] = {}
    for row in records.filter(records["reason"].is_null()).iter_rows(named=True):
        shown.setdefault(row["source_id"], []).append(row)
    sources = {Path(item.name).stem: shown.get(item.source_id, []) for item in inventory.inputs}
    found: dict[str, list[Text]] = {"title": [], "authors": [], "body": []}
    for page in listed:
        for row, summary in zip(sources.get(page.name, []), page.summaries, strict=False):
            authors = summary.authors or ()
            if len(authors) <= MOST_AUTHORS:
                found["authors"] += map(Text, row["authors"] or (), authors)
            for name, true in (("title", summary.title), ("body", summary.body)):
                if true and row[name]:
                    found[name].append(Text(row[name], true))
    return {name: [_without_lost(text) for text in texts] for name, texts in found.items()}


def _without_lost(text: Text) -> Text:
    return Text(text.stored, text.stored) if _LOST in text.stored else text


def of_cases(folder: Path) -> dict[str, list[Text]]:
    """Return ftfy's cases, by the files they are in."""
    found = {}
    for name in CASES:
        cases = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        found[name] = [Text(c["original"], c.get("fixed-encoding", c["fixed"])) for c in cases]
    return found


def garbled(texts: Iterable[str], codecs: Sequence[str]) -> Iterator[Text]:
    """Yield the texts whose prose can be garbled by these encodings, one after the other."""
    for text in texts:
        pieces, position = [], 0
        for start, end in outside(scan(text), len(text)):
            try:
                pieces += text[position:start], _garbled(text[start:end], codecs)
            except UnicodeDecodeError:
                break
            position = end
        else:
            whole = "".join([*pieces, text[position:]])
            # Garbling must leave code, math and URLs where they are, or more than that was changed.
            if whole != text and len(scan(whole)) == len(scan(text)):
                yield Text(whole, text)


def _garbled(text: str, codecs: Sequence[str]) -> str:
    for codec in codecs:
        text = text.encode().decode(codec)
    return text


def rows(folder: Path) -> Iterator[tuple[str, Tally]]:
    """Yield the name and the counts of each set of texts."""
    for name, texts in of_pages(folder / "pages").items():
        yield f"pages, {name}", tally(texts)
    for name, texts in of_cases(folder / "encoding").items():
        yield f"cases, {name}", tally(texts)
    bodies = [summary.body or "" for summary in read_export(folder / "pages").values()]
    for name, codecs in GARBLED_BY.items():
        yield f"garbled, {name}", tally(garbled(bodies, codecs))


def main() -> None:
    """Print a line for each set of texts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encoding", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    print(f"{'':<30}{'broken':>8}{'repaired':>10}{'whole':>8}{'changed':>9}")
    for name, counts in rows(parser.parse_args().folder):
        broken, repaired, whole, changed = counts
        print(f"{name:<30}{broken:>8,}{repaired:>10,}{whole:>8,}{changed:>9,}")


if __name__ == "__main__":
    main()
