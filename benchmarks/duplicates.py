"""How well copies are found: `python -m benchmarks.duplicates [CORPUS]`.

Three tables. Summaries that their authors also posted elsewhere, held against the exact Jaccard
similarity of all pairs, computed by brute force. Articles with planted pairs. And generated texts
with edits of known size, beside what theory predicts for the bands and rows: texts of similarity s
become candidates with probability 1 - (1 - s^rows)^bands (Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, section 3.4).
"""

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.cleaning.encoding import repair_all
from pipeline.duplicates.clusters import components
from pipeline.duplicates.find import Duplicates, find_duplicates
from pipeline.duplicates.normal_form import normal_form
from pipeline.duplicates.signatures import sign
from pipeline.duplicates.verification import jaccard
from pipeline.settings import DuplicateSettings, SignatureSettings

SIGNING, SETTINGS = SignatureSettings(), DuplicateSettings()
BRACKETS = 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0
ORIGINALS, WORDS, VOCABULARY = 400, 300, 4_000
Edit = Callable[[list[str], random.Random], list[str]]


@dataclass(frozen=True)
class Search:
    """A search among texts: text i has the record id i, and row `content[i]` of the evidence."""

    found: Duplicates
    summaries: list[str]
    content: list[int]
    bands: np.ndarray


def search(texts: Sequence[str]) -> Search:
    """Search texts as a build does."""
    ids = [f"{number:08}" for number in range(len(texts))]
    frame = pl.DataFrame({"record_id": ids, "text": texts, "structure": ["restored"] * len(texts)})
    signatures = sign(frame, SIGNING).with_columns(identified=False, earlier=False)
    with tempfile.TemporaryDirectory() as scratch:
        found = find_duplicates(signatures, frame.lazy(), SIGNING, SETTINGS, Path(scratch))
    rows = found.evidence.contents.select("content_id").with_row_index("row")
    content = signatures.select("content_id").join(rows, on="content_id", maintain_order="left")
    return Search(
        found,
        found.verdicts.sort("record_id")["summary_id"].to_list(),
        content["row"].to_list(),
        signatures["bands"].to_numpy(),
    )


@dataclass(frozen=True)
class Bracket:
    """Pairs of distinct texts whose exact similarity lies between two bounds."""

    low: float
    high: float
    pairs: int
    verified: int
    joined: int
    joined_rightly: int


def compare_with_brute_force(texts: Sequence[str]) -> list[Bracket]:
    """Hold a search against the exact similarity of all pairs of distinct long texts.

    Rightly joined are pairs in one component of the edges that brute force finds; cut copies are
    left out on both sides.
    """
    evidence = search(texts).found.evidence
    first = dict(zip(evidence.contents["record_id"], range(len(evidence.contents)), strict=True))
    normal = normal_form(pl.Series([texts[int(record)] for record in first]))
    long = np.flatnonzero(evidence.contents["n_words"].to_numpy() >= SETTINGS.near_min_words)
    left, right = (np.array(side) for side in zip(*combinations(long.tolist(), 2), strict=True))
    exact = jaccard(normal, left, right, SIGNING.shingle_words)
    near = exact >= SETTINGS.near_threshold
    true_cluster = components(len(first), left[near], right[near])
    kept, _ = evidence.clusters(SETTINGS.near_threshold)
    known = set(evidence.pairs.select("left", "right").iter_rows())
    verified = np.array([pair in known for pair in zip(left.tolist(), right.tolist(), strict=True)])
    joined = kept[left] == kept[right]
    rightly = joined & (true_cluster[left] == true_cluster[right])
    brackets = []
    for low, high in zip(BRACKETS, (*BRACKETS[1:], 1.01), strict=True):
        inside = (exact >= low) & (exact < high)
        counts = (int((inside & what).sum()) for what in (inside, verified, joined, rightly))
        brackets.append(Bracket(low, high, *counts))
    return brackets


def planted_pairs(folder: Path) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Return the pairs planted among articles, and those that a search joins."""
    lines = (folder / "articles_1000.train").read_text(encoding="utf-8").splitlines()
    names, texts = zip(*(line.split(" ", 1) for line in lines if line), strict=True)
    truth = (folder / "articles_1000.truth").read_text(encoding="utf-8").splitlines()
    groups: dict[str, list[str]] = {}
    for name, summary in zip(names, search(texts).summaries, strict=True):
        groups.setdefault(summary, []).append(name)
    joined = {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}
    return {frozenset(line.split()) for line in truth if line}, joined


def originals(count: int = ORIGINALS) -> list[list[str]]:
    """Generate texts of sentences, whose words have the frequencies of a language (Zipf)."""
    generator = random.Random(1)
    words = [f"w{number}’s" if number % 20 == 7 else f"w{number}" for number in range(VOCABULARY)]
    weights = [1 / (rank + 2) for rank in range(VOCABULARY)]
    return [
        [f"{word}." if place % 15 == 14 else word for place, word in enumerate(picked)]
        for picked in (generator.choices(words, weights, k=WORDS) for _ in range(count))
    ]


def _change_words(rate: float) -> Edit:
    def edit(words: list[str], generator: random.Random) -> list[str]:
        return [
            f"x{generator.randrange(10**6)}" if generator.random() < rate else word
            for word in words
        ]

    return edit


def _sentences(words: list[str]) -> list[list[str]]:
    return [words[start : start + 15] for start in range(0, len(words), 15)]


def _drop_sentences(count: int) -> Edit:
    def edit(words: list[str], generator: random.Random) -> list[str]:
        sentences = _sentences(words)
        for _ in range(count):
            sentences.pop(generator.randrange(1, len(sentences)))
        return [word for sentence in sentences for word in sentence]

    return edit


def _move_sentences(count: int) -> Edit:
    def edit(words: list[str], generator: random.Random) -> list[str]:
        sentences = _sentences(words)
        for _ in range(count):
            moved = sentences.pop(generator.randrange(len(sentences)))
            sentences.insert(generator.randrange(len(sentences)), moved)
        return [word for sentence in sentences for word in sentence]

    return edit


def _cut(share: float) -> Edit:
    return lambda words, _: words[: int(len(words) * share)]


def _break_and_repair(words: list[str], _: random.Random) -> list[str]:
    broken = " ".join(words).encode().decode("sloppy-windows-1252")
    return repair_all([broken])[0].text.split()


def _mark_up(words: list[str], _: random.Random) -> list[str]:
    return [f"\n\n* **{word}**" if place % 15 == 0 else word for place, word in enumerate(words)]


EDITS: dict[str, Edit] = {
    **{f"{rate:.0%} of words changed": _change_words(rate) for rate in (0.01, 0.02, 0.03)},
    **{f"{rate:.0%} of words changed": _change_words(rate) for rate in (0.05, 0.08, 0.12)},
    **{f"{n} of 20 sentences dropped": _drop_sentences(n) for n in (1, 3, 5)},
    **{f"{n} of 20 sentences moved": _move_sentences(n) for n in (1, 3, 6)},
    **{f"cut to {share:.0%}": _cut(share) for share in (0.3, 0.6, 0.9)},
    "mojibake, repaired": _break_and_repair,
    "in lines and marked up": _mark_up,
}


@dataclass(frozen=True)
class Variant:
    """What became of edited copies; shares of all of them."""

    edit: str
    similarity: float
    candidates: float
    predicted: float
    near_enough: float
    joined: float


def try_edit(name: str) -> Variant:
    """Edit every original in one way, and search for the copies."""
    generator = random.Random(name)
    texts = originals()
    copies = [EDITS[name](words, generator) for words in texts]
    both = [" ".join(words) for words in (*texts, *copies)]
    done, n = search(both), len(texts)
    similarity = jaccard(
        normal_form(pl.Series(both)), np.arange(n), np.arange(n, 2 * n), SIGNING.shingle_words
    )
    shared = (done.bands[:n] == done.bands[n:]).any(axis=1)
    predicted = 1 - (1 - similarity**SIGNING.rows) ** SIGNING.bands
    together = [done.summaries[row] == done.summaries[n + row] for row in range(n)]
    return Variant(
        name,
        float(similarity.mean()),
        float(shared.mean()),
        float(predicted.mean()),
        float((similarity >= SETTINGS.near_threshold).mean()),
        float(np.mean(together)),
    )


def crossposts(corpus: Path) -> list[str]:
    """Return the summaries of the export and the notes that were also posted elsewhere."""
    with gzip.open(corpus / "flattened_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["markdown"] for line in lines]
    with gzip.open(corpus / "crossposts.jsonl.gz", "rt", encoding="utf-8") as lines:
        return texts + [json.loads(line)["markdown"] for line in lines]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=Path("../shared"), metavar="CORPUS")
    folder = parser.parse_args().corpus
    console = Console()
    if (folder / "corpus").exists():
        _print_brackets(console, compare_with_brute_force(crossposts(folder / "corpus")))
        planted, joined = planted_pairs(folder / "near_duplicates")
        console.print(
            f"Articles: {len(planted & joined)} of {len(planted)} planted pairs joined,"
            f" {len(joined - planted)} others."
        )
    else:
        console.print(f"{folder} holds no corpus: only generated texts are searched.")
    table = Table("edit", "mean similarity", "candidates", "predicted", "≥ threshold", "joined")
    for name in EDITS:
        found = try_edit(name)
        shares = found.candidates, found.predicted, found.near_enough, found.joined
        table.add_row(name, f"{found.similarity:.3f}", *(f"{share:.3f}" for share in shares))
    console.print(table)


def _print_brackets(console: Console, brackets: Sequence[Bracket]) -> None:
    table = Table("exact similarity", "pairs", "found and verified", "joined", "joined wrongly")
    for row in brackets:
        table.add_row(
            f"{row.low:.1f} to {row.high:.1f}" if row.low < 1 else "1.0",
            f"{row.pairs:,}",
            f"{row.verified:,}" if row.low >= SETTINGS.kept_similarity else "-",
            f"{row.joined:,}",
            f"{row.joined - row.joined_rightly:,}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
