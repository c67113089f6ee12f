"""How fast and how well copies are found, beside other tools.

Every tool gets the same generated records in two Parquet files and two processes. Tools time
themselves until they know which records to remove; imports do not count. All use shingles of three
words and 21 bands of 6 rows. Only this project verifies what it finds.
"""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import DEFAULT_SEED, Corpus, Summary, text_frames
from benchmarks.measuring import Result, module, race
from benchmarks.options import Options
from benchmarks.page import table
from benchmarks.peers.searching import PROCESSES

RECORDS = 20_000
KINDS = "exact", "near", "truncated"
OWN = "this project"
CONTESTANTS = (
    module(OWN, "own_copies", "{tables}", "{scratch}"),
    module("datatrove", "datatrove_minhash", "{tables}", "{scratch}", peer=True),
    module("datasketch", "datasketch_lsh", "{tables}", "{scratch}", peer=True),
)


class Truth(NamedTuple):
    """Per record the one that it copies, or itself; per copied record, how it was copied."""

    originals: Sequence[int]
    kinds: Mapping[int, str]


def truth_of(summaries: Sequence[Summary]) -> Truth:
    """Return what was planted in generated summaries."""
    kinds = {
        summary.original: _kind(summary, summaries[summary.original])
        for number, summary in enumerate(summaries)
        if summary.original != number
    }
    return Truth([summary.original for summary in summaries], kinds)


def _kind(copy: Summary, original: Summary) -> str:
    if copy.text == original.text:
        return "exact"
    return "truncated" if original.text.startswith(copy.text) else "near"


def score(removed: Collection[int], truth: Truth) -> tuple[dict[str, float], float]:
    """Return the recall of each kind of copy, and the precision over all.

    A group of copies should lose all its records but one. Recall is the share of the records to
    remove that were removed, precision the share of removed records that should be.
    """
    size = Counter(truth.originals)
    lost = Counter(truth.originals[number] for number in removed)
    wanted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for original, kind in truth.kinds.items():
        wanted[kind] += size[original] - 1
        right[kind] += min(lost[original], size[original] - 1)
    recalls = {kind: right[kind] / wanted[kind] for kind in KINDS if wanted[kind]}
    return recalls, right.total() / len(removed) if removed else 1.0


def race_rows(found: Mapping[str, Result], truth: Truth) -> Iterator[tuple[str, ...]]:
    """Yield a row per contestant: speed, recall of each kind, and precision."""
    records, own = len(truth.originals), found[OWN].measured.seconds
    for name, (measured, said) in found.items():
        recalls, precision = score(said["removed"], truth)
        yield (
            name,
            f"{records:,}",
            f"{measured.seconds:.2f}",
            f"{records / measured.seconds:,.0f}",
            f"{measured.peak_mib:,.0f}",
            *(f"{recalls.get(kind, 1):.3f}" for kind in KINDS),
            f"{precision:.3f}",
            f"{measured.seconds / own:.1f} ×",
        )


def report(options: Options) -> Iterator[str]:
    """Race on each number of records."""
    rows: list[tuple[str, ...]] = []
    for records in options.records or (RECORDS,):
        summaries = list(Corpus(records, DEFAULT_SEED).summaries())
        with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
            folder = Path(scratch)
            for number, frame in enumerate(text_frames(summaries, PROCESSES)):
                frame.write_parquet(folder / f"{number}.parquet")
            found = race(CONTESTANTS, options.rounds, {"tables": folder})
        rows += race_rows(found, truth_of(summaries))
    heads = "records", "seconds", "records/s", "peak MiB", *KINDS, "precision", "our time"
    yield from table(("contestant", *heads), rows)
