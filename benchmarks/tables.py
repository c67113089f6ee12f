"""The tables of docs/benchmarks.md by name: what makes each, and what it needs."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import catalogue, citations, copies, language, papers, race, stages
from benchmarks.halves import HALVES
from benchmarks.measuring import PEERS, ROOT, FailedError
from benchmarks.options import Options
from benchmarks.page import text_block


def structure(options: Options) -> Iterator[str]:
    """Compare the blocks of the held-out half."""
    pairs = options.shared / "corpus" / "flattened_pairs.jsonl.gz"
    yield from _printed("structure", str(pairs), "--half", HALVES[1])


def linking(options: Options) -> Iterator[str]:
    """Judge titles by keys, then links by words."""
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        for with_address, told in ((False, "key"), (True, "key and address")):
            listed, others = papers.judge(options.shared, Path(scratch), with_address=with_address)
            wrong = len(listed.wrong) + len(others.wrong)
            yield (
                f"By {told}, {listed.titled} of {listed.papers} listed papers get their title,"
                f" {others.titled} of {others.papers} others do, {wrong} get a wrong one."
            )
    yield ""
    yield from _printed("linking", str(options.shared))


def _printed(module: str, *arguments: str) -> Iterator[str]:
    """Yield what a benchmark prints that is a program of its own, for it also fits a model."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise FailedError(f"benchmarks.{module} failed with exit status {done.returncode}")
    yield from text_block(done.stdout.strip().splitlines())


class Table(NamedTuple):
    """Who makes a table, what it needs, and whether it takes minutes or longer."""

    report: Callable[[Options], Iterator[str]]
    needs_shared: bool = False
    needs_peers: bool = False
    is_long: bool = False

    def missing(self, options: Options) -> str | None:
        """Return a sentence on what it needs and is not there."""
        if self.needs_peers and not PEERS.exists():
            return f"{PEERS} does not exist; run `make peers`."
        if self.needs_shared and not options.shared.exists():
            return f"{options.shared} does not exist; name the folder of real data by --shared."
        return None


TABLES = {
    "stages": Table(stages.report),
    "race": Table(race.report, needs_peers=True, is_long=True),
    "copies": Table(copies.report, needs_peers=True),
    "linking": Table(linking, needs_shared=True),
    "structure": Table(structure, needs_shared=True),
    "citations": Table(citations.report),
    "language": Table(language.report, needs_shared=True, needs_peers=True),
    "catalogue": Table(catalogue.report, needs_shared=True),
}
