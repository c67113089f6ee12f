"""Texts with broken encoding whose truth is known.

- What saved pages show of titles, authors and texts, beside what stood in the site's database
  before it was encoded twice. What is shown as U+FFFD is lost, and counts as whole.
- ftfy's own cases. Only its repairs of the encoding are wanted, so the truth is `fixed-encoding`
  where a case has it.
- Summaries garbled on purpose in their prose: written as UTF-8 and read as windows-1252, twice.
"""

import gzip
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes

from shortscience.pipeline.cleaning.encoding import repair_all
from shortscience.pipeline.scanner import outside, scan
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources

CASES = ("negative", "in-the-wild", "language-names", "synthetic")
_MOST_AUTHORS = 20  # the site shows `et al.` instead of more
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOST = "\ufffd"
_CODEC = "sloppy-windows-1252"


class Text(NamedTuple):
    """A text as it is stored, and as it was meant."""

    stored: str
    meant: str


class Tally(NamedTuple):
    """How many texts were broken before the repair, and repaired; how many whole, and changed."""

    broken: int
    repaired: int
    whole: int
    changed: int


def tally(texts: Iterable[Text]) -> Tally:
    """Repair texts, and count what became of them."""
    pairs = list(texts)
    done = [repaired.text for repaired in repair_all([pair.stored for pair in pairs])]
    was = [pair.stored == pair.meant for pair in pairs]
    now = [pair.meant == text for pair, text in zip(pairs, done, strict=True)]
    counts = Counter(zip(was, now, strict=True))
    return Tally(was.count(False), counts[False, True], was.count(True), counts[True, False])


def exported(shared: Path) -> dict[int, str]:
    """Return the texts of the export by number, without the control characters nobody meant."""
    path = shared / "corpus" / "shortscience_export.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = json.load(file)
    return {int(n): _CONTROLS.sub("", entry["transcript"]).strip() for n, entry in entries.items()}


def of_pages(shared: Path) -> dict[str, list[Text]]:
    """Return what the saved pages show of each field whose truth is known."""
    bodies = exported(shared)
    with tempfile.TemporaryDirectory() as spool:
        inventory = take_inventory([str(shared / "pages" / "html")], Path(spool))
        _, records = read_sources(inventory.distinct, SourceSettings())
    shown = defaultdict(list)
    for row in records.filter(records["reason"].is_null()).iter_rows(named=True):
        shown[row["source_id"]].append(row)
    sources = {Path(item.name).stem: shown[item.source_id] for item in inventory.inputs}
    found: dict[str, list[Text]] = {"title": [], "authors": [], "body": []}
    for line in (shared / "pages" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        rows = sources.get(Path(page["file"]).stem, [])
        for row, record in zip(rows, page["records"], strict=False):
            authors = [_meant(name, record["authors_mode"]) for name in record["authors"]]
            if len(authors) <= _MOST_AUTHORS:
                found["authors"] += map(Text, row["authors"] or (), authors)
            if record["has_metadata"] and row["title"]:
                found["title"].append(
                    Text(row["title"], _meant(record["title"], record["title_mode"]))
                )
            if row["body"] and (body := bodies.get(record["dump_id"])):
                found["body"].append(Text(row["body"], body))
    return {name: [_without_lost(text) for text in texts] for name, texts in found.items()}


def _meant(text: str, mode: str) -> str:
    """Return what was meant by a text of the database, which took UTF-8 for windows-1252."""
    return text.encode(_CODEC).decode() if mode == "double" else text


def _without_lost(text: Text) -> Text:
    return Text(text.stored, text.stored) if _LOST in text.stored else text


def of_cases(shared: Path) -> dict[str, list[Text]]:
    """Return ftfy's cases, by the files they are in."""
    found = {}
    for name in CASES:
        cases = json.loads((shared / "encoding" / f"{name}.json").read_text(encoding="utf-8"))
        found[name] = [Text(c["original"], c.get("fixed-encoding", c["fixed"])) for c in cases]
    return found


def garbled_twice(texts: Iterable[str]) -> Iterator[Text]:
    """Yield the texts whose prose can be garbled twice; code, math and URLs stay as they are."""
    for text in texts:
        pieces, position = [], 0
        for start, end in outside(scan(text), len(text)):
            try:
                once = text[start:end].encode().decode(_CODEC)
                pieces += text[position:start], once.encode().decode(_CODEC)
            except UnicodeDecodeError:
                break
            position = end
        else:
            whole = "".join([*pieces, text[position:]])
            # Where garbling made or broke code, math or a URL, more than prose was changed.
            if whole != text and len(scan(whole)) == len(scan(text)):
                yield Text(whole, text)
