"""What the search for copies costs as records grow: `python -m benchmarks.duplicates_scale`.

Generated texts are written into shards, signed by two processes and searched by one, as a build
does. Besides prose with copies there are the corpora that would make a careless search quadratic:
one text over and over, and texts that differ from each other by a number at their end.
"""

import argparse
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import polars as pl

from benchmarks.corpus import DEFAULT_SEED, Corpus
from benchmarks.measuring import TreeMemory
from shortscience.pipeline.duplicates import find
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.keys import key
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import Settings

RECORDS_PER_SHARD = 8_000
PROCESSES = 2
SIZES = (10_000, 100_000, 1_000_000)
SETTINGS = Settings()
PARTS = {
    "candidates": (find, "candidate_pairs"),
    "normal forms": (find, "read_normal_forms"),
    "verification": (find, "jaccard"),
    "components": (find.Evidence, "choose"),
}
"""Parts of the search, and the functions that do them."""


class Run(NamedTuple):
    """What one corpus took: seconds per part, and the peak memory of signing and of searching."""

    corpus: str
    records: int
    seconds: dict[str, float]
    peak_mib: tuple[float, float]
    relations: dict[str, int]


def prose(count: int) -> Iterator[str]:
    """Generate summaries, a fifth of them copies."""
    return (summary.text for summary in Corpus(count, DEFAULT_SEED).summaries())


def identical(count: int) -> Iterator[str]:
    """Generate one text over and over."""
    return itertools.repeat(_template(300), count)


def template_of_40(count: int) -> Iterator[str]:
    """Generate texts with the same 40 words and a number: too short to be near copies."""
    words = _template(40)
    return (f"{words} {number}" for number in range(count))


def template_of_60(count: int) -> Iterator[str]:
    """Generate texts with the same 60 words and a number: all of them near copies."""
    words = _template(60)
    return (f"{words} {number}" for number in range(count))


CORPORA: dict[str, Callable[[int], Iterator[str]]] = {
    "prose": prose,
    "identical": identical,
    "template of 40 words": template_of_40,
    "template of 60 words": template_of_60,
}


def _template(n_words: int) -> str:
    words = itertools.chain.from_iterable(text.split() for text in prose(20))
    return " ".join(itertools.islice(words, n_words))


def write_shards(texts: Iterator[str], folder: Path) -> Sequence[Path]:
    """Write texts into shards in the shape of cleaned records; return their paths."""
    paths = []
    while part := list(itertools.islice(texts, RECORDS_PER_SHARD)):
        path = folder / f"texts-{len(paths):05}.parquet"
        ids = [key("record", len(paths), place) for place in range(len(part))]
        frame = pl.DataFrame({"record_id": ids, "text": part, "structure": "restored"})
        frame.write_parquet(path)
        paths.append(path)
    return paths


def sign_shard(path: Path) -> None:
    """Sign the texts of a shard, and write the signatures beside it."""
    signed = sign(pl.read_parquet(path), SETTINGS.signatures).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )
    signed.write_parquet(path.with_name(path.name.replace("texts", "signatures")))


def search(folder: Path) -> tuple[dict[str, float], dict[str, int]]:
    """Find copies among signed texts; return the seconds of each part, and what was found."""
    seconds: dict[str, float] = defaultdict(float)
    patches = [
        patch.object(owner, name, _timed(getattr(owner, name), part, seconds))
        for part, (owner, name) in PARTS.items()
    ]
    for each in patches:
        each.start()
    start = time.perf_counter()
    scratch = folder / "scratch"
    scratch.mkdir()
    engine = LocalEngine(1, scratch)
    n_parts = engine.n_parts(
        pl.scan_parquet(folder / "signatures-*.parquet").select(pl.len()).collect().item()
    )
    found = find.search(
        Parts.of([pl.scan_parquet(folder / "signatures-*.parquet")], engine.tasks),
        Parts.of([pl.scan_parquet(folder / "texts-*.parquet")], engine.tasks),
        n_parts=n_parts,
        signing=SETTINGS.signatures,
        settings=SETTINGS.duplicates,
    )
    whole = time.perf_counter() - start
    for each in patches:
        each.stop()
    seconds["the rest"] = whole - sum(seconds.values())
    relations = found.outcomes["relation"].drop_nulls().value_counts().sort("relation")
    return dict(seconds), dict(relations.iter_rows())


def _timed(
    function: Callable[..., Any], part: str, seconds: dict[str, float]
) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        result = function(*arguments, **named)
        seconds[part] += time.perf_counter() - start
        return result

    return timed


def run(corpus: str, records: int) -> Run:
    """Generate a corpus, sign it and search it, each in fresh processes."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        folder = Path(scratch)
        paths = write_shards(CORPORA[corpus](records), folder)
        with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
            list(pool.map(sign_shard, paths[:PROCESSES]))  # what processes import counts for nobody
            with TreeMemory() as signing:
                start = time.perf_counter()
                list(pool.map(sign_shard, paths))
                seconds = {"sign": time.perf_counter() - start}
        with ProcessPoolExecutor(1, mp_context=context) as pool, TreeMemory() as searching:
            parts, relations = pool.submit(search, folder).result()
    return Run(corpus, records, seconds | parts, (signing.peak_mib, searching.peak_mib), relations)


def table(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the lines of the table: microseconds per record of each part."""
    parts = ["sign", *PARTS, "the rest"]
    heads = "".join(f"{part:>14}" for part in (*parts, "all", "seconds", "sign MiB", "find MiB"))
    yield f"{'µs per record':<22}{'records':>10}{heads}"
    for each in runs:
        costs = [each.seconds.get(part, 0) for part in parts]
        whole = sum(costs)
        cells = "".join(f"{cost / each.records * 1e6:>14.1f}" for cost in (*costs, whole))
        peaks = "".join(f"{peak:>14,.0f}" for peak in each.peak_mib)
        yield f"{each.corpus:<22}{each.records:>10,}{cells}{whole:>14.1f}{peaks}"


def main() -> None:
    """Run every corpus in every size, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.duplicates_scale", description=__doc__
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--corpora", nargs="+", default=list(CORPORA), choices=CORPORA)
    arguments = parser.parse_args()
    runs = []
    for corpus, records in itertools.product(arguments.corpora, arguments.sizes):
        runs.append(run(corpus, records))
        print(f"{corpus}, {records:,}: {runs[-1].relations}", file=sys.stderr)
    print("\n".join(table(runs)))


if __name__ == "__main__":
    main()
