"""The tables of docs/benchmarks.md by name: what makes each, and what it needs."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks import catalogue, citations, copies, language, linking, papers, race, stages
from benchmarks import structure as blocks
from benchmarks.halves import HALVES, half
from benchmarks.measuring import PEERS
from benchmarks.options import Options
from benchmarks.page import text_block
from shortscience.pipeline.papers.linking.link import Linker
from shortscience.pipeline.papers.linking.title_index import title_index
from shortscience.pipeline.papers.linking.weights import Background
from shortscience.pipeline.settings import PaperSettings

_, HELD_OUT = HALVES


def structure(options: Options) -> Iterator[str]:
    """Compare the blocks of the held-out half, and tell the cost of a record."""
    pairs = blocks.read_pairs(options.shared / "corpus" / "flattened_pairs.jsonl.gz")
    chosen = [pair for pair in pairs if half(pair.flattened) == HELD_OUT]
    yield f"{len(chosen)} texts of the held-out half; {blocks.speed(pairs)}"
    yield ""
    yield from text_block(blocks.table(chosen))


def links(options: Options) -> Iterator[str]:
    """Judge titles by keys, then the links of the held-out half, without a summary's own names."""
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        cache = Path(scratch)
        for with_address, told in ((False, "key"), (True, "key and address")):
            listed, others = papers.judge(options.shared, cache, with_address=with_address)
            wrong = len(listed.wrong) + len(others.wrong)
            yield (
                f"By {told}, {listed.titled} of {listed.papers} listed papers get their title,"
                f" {others.titled} of {others.papers} others do, {wrong} get a wrong one."
            )
        bibliography = papers.indexes(options.shared, cache)
        index = title_index(bibliography, cache)
        cases = linking.read_cases(options.shared, index, hidden=True)
        texts = pl.Series([case.text for case in cases])
        linker = Linker(index, Background.of(index, [texts]))
        bench = linking.prepare(cases, linker, index, bibliography, [HELD_OUT])
        yield f"Held-out half: {bench.among()}; {linking.speed(texts, linker)}."
        yield ""
        verdicts = bench.verdicts(), bench.verdicts(absent=True)
        yield from text_block(linking.report(*verdicts, PaperSettings().link_threshold))


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
    "linking": Table(links, needs_shared=True),
    "structure": Table(structure, needs_shared=True),
    "citations": Table(citations.report),
    "language": Table(language.report, needs_shared=True, needs_peers=True),
    "catalogue": Table(catalogue.report, needs_shared=True),
}
