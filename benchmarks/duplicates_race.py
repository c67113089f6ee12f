"""How fast copies are found, beside other tools: `python -m benchmarks.duplicates_race`.

Every contestant is a process of its own with two workers, reads the same generated records from
two Parquet files, and times itself until it knows which of them to remove; what it imports counts
for nobody. All shingle three words and use 21 bands of 6 rows. Only this project verifies what it
finds. The peers live in `.venv-peers` (`make peers`), and take turns, round by round.

A group of copies should lose all its records but one. Recall is the share of records to be removed
that were, by kind of copy; precision the share of removed records that should be.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks.corpus import DEFAULT_SEED, Corpus, Summary
from benchmarks.measuring import TreeMemory
from benchmarks.parsing_race import PEERS, ROOT

KINDS = "exact", "near", "truncated"
TARGET_RATE, TARGET_RATIO = 15_000, 30
"""Records/s on two cores, and times datatrove's speed, that are aimed for."""


class Contestant(NamedTuple):
    """A name, and the command that searches; `signs` for those that make signatures alone."""

    name: str
    command: tuple[str, ...]
    option: str = ""
    signs: bool = False


def _peer(name: str, module: str) -> Contestant:
    return Contestant(name, (str(PEERS), "-m", f"benchmarks.peers.{module}"))


OWN = Contestant("this project", (sys.executable, "-m", "benchmarks.peers.own_duplicates"))
OWN_SIGNATURES = OWN._replace(name="this project, signatures", option="sign", signs=True)
DATATROVE = _peer("datatrove", "datatrove_minhash")
CONTESTANTS = (
    OWN,
    DATATROVE,
    _peer("text-dedup", "text_dedup_minhash"),
    _peer("datasketch", "datasketch_lsh"),
    OWN_SIGNATURES,
    Contestant(
        "rensa, signatures",
        (sys.executable, "-m", "benchmarks.peers.rensa_signatures"),
        signs=True,
    ),
)


class Result(NamedTuple):
    """What one contestant did in one round."""

    seconds: float
    peak_mib: float
    removed: frozenset[int]


class Truth(NamedTuple):
    """Per record the one that it copies, or itself; per copied record, how it was copied."""

    originals: Sequence[int]
    kinds: dict[int, str]


def plant(folder: Path, records: int) -> Truth:
    """Write generated records into two files; return what was planted in them."""
    summaries = list(Corpus(records, DEFAULT_SEED).summaries())
    half = (records + 1) // 2
    for start in (0, half):
        texts = [summary.text for summary in summaries[start : start + half]]
        ids = [str(number) for number in range(start, start + len(texts))]
        pl.DataFrame({"id": ids, "text": texts}).write_parquet(folder / f"{start:08}.parquet")
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


def score(removed: frozenset[int], truth: Truth) -> tuple[dict[str, float], float]:
    """Return the recall of each kind of copy, and the precision over all."""
    size = Counter(truth.originals)
    lost = Counter(truth.originals[number] for number in removed)
    wanted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for original, kind in truth.kinds.items():
        wanted[kind] += size[original] - 1
        right[kind] += min(lost[original], size[original] - 1)
    recalls = {kind: right[kind] / wanted[kind] for kind in KINDS if wanted[kind]}
    return recalls, right.total() / len(removed) if removed else 1.0


def search(contestant: Contestant, folder: Path) -> Result | str:
    """Let a contestant search a folder; return what it did, or why it could not."""
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        command = [*contestant.command, str(folder), scratch, contestant.option]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with TreeMemory(process.pid) as memory:
            out, err = process.communicate()
    if process.returncode:
        return (err.strip().splitlines() or ["no message"])[-1]
    told = json.loads(out.strip().splitlines()[-1])
    return Result(told["seconds"], memory.peak_mib, frozenset(told["removed"]))


def table(
    results: dict[Contestant, list[Result]], truth: Truth, own: dict[bool, float]
) -> Iterator[str]:
    """Yield the lines of the table; `own` has this project's seconds, for signatures or all."""
    heads = "records/s", "seconds", "peak MiB", *KINDS, "precision", "we are"
    yield f"{'contestant':<26}" + "".join(f"{head:>11}" for head in heads)
    for contestant, rounds in results.items():
        seconds = statistics.median(result.seconds for result in rounds)
        recalls, precision = score(rounds[0].removed, truth)
        found = [f"{recalls.get(kind, 1):.3f}" for kind in KINDS] + [f"{precision:.3f}"]
        cells = (
            f"{len(truth.originals) / seconds:,.0f}",
            f"{seconds:.2f}",
            f"{max(result.peak_mib for result in rounds):,.0f}",
            *(("-",) * len(found) if contestant.signs else found),
            f"{seconds / own[contestant.signs]:,.1f} ×",
        )
        yield f"{contestant.name:<26}" + "".join(f"{cell:>11}" for cell in cells)


def main() -> None:
    """Race on generated records."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.duplicates_race", description=__doc__
    )
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if not PEERS.exists():
        sys.exit(f"{PEERS} does not exist; run `make peers` first.")
    results: dict[Contestant, list[Result]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as name:
        folder = Path(name)
        truth = plant(folder, arguments.records)
        for number in range(1, arguments.rounds + 1):
            for contestant in CONTESTANTS:
                result = search(contestant, folder)
                if isinstance(result, str):
                    print(f"{contestant.name} did not run: {result}")
                    continue
                took = f"{result.seconds:.2f} s"
                print(f"round {number}, {contestant.name}: {took}", file=sys.stderr)
                results[contestant].append(result)
    seconds = {
        contestant: statistics.median(result.seconds for result in rounds)
        for contestant, rounds in results.items()
    }
    print(f"{arguments.records:,} generated records; {arguments.rounds} rounds in turn.\n")
    own = {False: seconds[OWN], True: seconds[OWN_SIGNATURES]}
    print("\n".join(table(results, truth, own)))
    rate = arguments.records / seconds[OWN]
    ratio = f"{seconds[DATATROVE] / seconds[OWN]:.1f}" if DATATROVE in seconds else "no"
    print(f"\nAimed for: {TARGET_RATE:,} records/s, and {TARGET_RATIO} times datatrove.", end=" ")
    print(f"Measured: {rate:,.0f} records/s, and {ratio} times.")


if __name__ == "__main__":
    main()
