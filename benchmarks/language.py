"""How well and how fast languages are detected, beside other detectors.

Code, math, addresses and markup are set aside first. `gold` are technical sentences of 20 to 90
characters in twelve languages, written for this project (`tests/cases/gold_languages.json`). The
other sets are the first N characters of real summaries, all of them in English. This project
answers `und` rather than guess; a cell has the share of right answers and that of wrong ones.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.catalogue import read_summaries
from benchmarks.measuring import ROOT, Result, module, race
from benchmarks.options import Options
from benchmarks.page import table
from shortscience.pipeline.cleaning.plain_text import plain_text

GOLD = ROOT / "tests" / "cases" / "gold_languages.json"
CUTS = (40, 80, 200, 500)
OWN = "this project"
CONTESTANTS = (
    module(OWN, "languages", "own", "{texts}"),
    *(
        module(name, "languages", name, "{texts}", peer=True)
        for name in ("langdetect", "py3langid")
    ),
)


class Text(NamedTuple):
    """A text without markup, and its language."""

    text: str
    language: str


def gold() -> list[Text]:
    """Return the sentences written for this project that are in any language."""
    languages = json.loads(GOLD.read_text(encoding="utf-8"))
    return [
        Text(plain_text(text), language)
        for language, texts in languages.items()
        for text in texts
        if language != "und"
    ]


def sets_of_texts(shared: Path) -> dict[str, list[Text]]:
    """Return all texts by the name of their set."""
    plain = [" ".join(plain_text(text).split()) for text in read_summaries(shared).values()]
    cut = {
        f"cut at {cut}": [Text(text[:cut], "en") for text in plain if len(text) >= cut]
        for cut in CUTS
    }
    return {"gold": gold(), **cut}


def lines(sets: Mapping[str, Sequence[Text]], found: Mapping[str, Result]) -> Iterator[str]:
    """Yield the table: per set, shares of right and wrong answers; then the cost of a text."""
    n_texts = sum(map(len, sets.values()))
    own = found[OWN].measured.seconds
    rows = []
    for name, (measured, said) in found.items():
        answers = iter(said["languages"])
        shares = []
        for texts in sets.values():
            pairs = [(next(answers), text.language) for text in texts]
            right = sum(answer == true for answer, true in pairs)
            wrong = sum(answer not in {true, "und"} for answer, true in pairs)
            shares.append(f"{right / len(texts):.3f} {wrong / len(texts):.3f}")
        cost = f"{measured.seconds / n_texts * 1e6:,.0f}"
        rows.append((name, *shares, cost, f"{measured.seconds / own:.1f} ×"))
    yield from table(("right and wrong", *sets, "CPU µs/text", "our time"), rows)


def report(options: Options) -> Iterator[str]:
    """Let all detectors name the languages of all texts."""
    sets = sets_of_texts(options.shared)
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        path = Path(scratch) / "texts.json"
        path.write_text(json.dumps([text.text for texts in sets.values() for text in texts]))
        found = race(CONTESTANTS, options.rounds, {"texts": path})
    yield from lines(sets, found)
