"""What abstracts add to linking: `python -m benchmarks.linking_abstracts [FOLDER]`.

FOLDER holds what `benchmarks.linking` reads. No bibliography in it has abstracts: summaries stand
for them. The first summary of a paper is that paper's abstract, and its other summaries are linked,
without what names the paper. Every other title that summaries of the other half are likely to be
taken for has the likeliest of these as its abstract: that a record has an abstract tells nothing,
and wrong titles have abstracts about their subject. All summaries of the half are read again with
their paper taken from the candidates: then every link is wrong.

`--fit` prints the weight of abstracts under which what is right in the development half, a title or
none, is likeliest, all other weights as they are.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize_scalar

from benchmarks.halves import HALVES
from benchmarks.linking import DEFAULT_FOLDER, Bench, Case, prepare, read_cases, speed
from benchmarks.papers import indexes
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.linking import model
from shortscience.pipeline.papers.linking.link import Linker
from shortscience.pipeline.papers.linking.terms import letters
from shortscience.pipeline.papers.linking.title_index import TitleIndex, title_index
from shortscience.pipeline.papers.linking.weights import Background

THRESHOLDS = (0.5, 0.9, 0.95)
_LARGEST = 2.0
"""Far above any weight that makes sense."""


@dataclass
class Told:
    """Candidates whose titles have abstracts: of second summaries, and of all, less their paper."""

    second: Bench
    absent: Bench
    speed: str

    def weighed(self, weight: float) -> "Told":
        """Scale the feature, so that the model gives it this weight."""
        scaled = pl.col("abstract") * (weight / model.COEFFICIENTS["abstract"])
        second, absent = (
            Bench(bench.cases, bench.pairs.with_columns(scaled))
            for bench in (self.second, self.absent)
        )
        return Told(second, absent, self.speed)


def linker_of(cases: Sequence[Case], index: TitleIndex) -> Linker:
    """Return the linker for which all cases tell what words are common."""
    texts = pl.Series([case.text for case in cases], dtype=pl.String)
    return Linker(index, Background.of(index, [texts]))


def first_summaries(bench: Bench) -> dict[int, str]:
    """Return the first summary of each paper, by the number of its title."""
    return {case.right: case.text for case in reversed(bench.cases)}


def likeliest_summaries(bench: Bench) -> dict[int, str]:
    """Return the summary that is likeliest to be taken for one of each wrong candidate."""
    best = (
        model.judge(bench.pairs.filter(~pl.col("right")))
        .sort("title", "score", "row", descending=[False, True, False])
        .unique("title", keep="first", maintain_order=True)
    )
    return {title: bench.cases[row].text for title, row in best.select("title", "row").iter_rows()}


def with_abstracts(index: Index, abstracts: pl.DataFrame, folder: Path) -> Index:
    """Write a copy of a bibliography's index whose entries have abstracts, by their `letters`."""
    folder.mkdir(parents=True)
    entries = index.scan("entries").drop("abstract").with_columns(letters=letters(pl.col("title")))
    told = entries.join(abstracts.lazy(), on="letters", how="left", maintain_order="left")
    told.drop("letters").collect().write_parquet(folder / "entries.parquet")
    index.scan("names").collect().write_parquet(folder / "names.parquet")
    return Index(index.file, folder)


def told(
    folder: Path, half: str, bare: TitleIndex, bibliography: Sequence[Index], scratch: Path
) -> Told:
    """Give titles abstracts, and find the candidates of one half again."""
    cases = read_cases(folder, bare, hidden=True)
    linker = linker_of(cases, bare)
    mine, others = (
        prepare(cases, linker, bare, bibliography, [name])
        for name in (half, *(name for name in HALVES if name != half))
    )
    abstracts = likeliest_summaries(others) | first_summaries(mine)
    titles = bare.scan("titles").select(letters=letters(pl.col("text"))).collect()["letters"]
    frame = pl.DataFrame(
        {"letters": titles.gather([*abstracts]), "abstract": [*abstracts.values()]}
    ).unique("letters", keep="first", maintain_order=True)
    told_of = [
        with_abstracts(index, frame, scratch / half / str(place))
        for place, index in enumerate(bibliography)
    ]
    index = title_index(told_of, scratch / half)
    linker = linker_of(cases, index)
    bench = prepare(cases, linker, index, told_of, [half])
    firsts = first_summaries(mine)
    second = [row for row, case in enumerate(bench.cases) if case.text != firsts[case.right]]
    rows = pl.DataFrame({"row": second}, schema={"row": pl.UInt32}).with_row_index("new")
    pairs = bench.pairs.join(rows, on="row").drop("row").rename({"new": "row"}).sort("row", "title")
    return Told(
        Bench([bench.cases[row] for row in second], pairs.select(bench.pairs.columns)),
        bench,
        speed(pl.Series([case.text for case in cases]), linker),
    )


def fitted(found: Told) -> float:
    """Return the weight under which right titles, and none where they are absent, are likeliest."""

    def loss(weight: float) -> float:
        weighed = found.weighed(weight)
        right = model.judge(weighed.second.pairs).filter("right")["probability"].to_numpy()
        wrong = model.judge(weighed.absent.pairs.filter(~pl.col("right")))
        none = 1 - wrong.group_by("row").agg(pl.col("probability").max())["probability"].to_numpy()
        return -float(np.log(right).sum() + np.log(none).sum())

    return float(minimize_scalar(loss, bounds=(0, _LARGEST), method="bounded").x)


def lines(half: str, found: Told) -> Iterator[str]:
    """Yield the lines of the table, by titles alone and with abstracts."""
    heads = f"{'candidate':>11}{'first':>7}{'least':>7}{'links':>7}{'wrong':>7}{'if absent':>11}"
    yield f"{half}, {len(found.second.cases)} second summaries, {len(found.absent.cases)} absent"
    yield f"{'by':>10}{heads}"
    reached = found.second.pairs.filter("right")["row"].n_unique()
    for name, weight in (("titles", 0.0), ("abstracts", model.COEFFICIENTS["abstract"])):
        weighed = found.weighed(weight)
        verdicts = weighed.second.verdicts()
        absent = weighed.absent.verdicts(absent=True)
        first = sum(verdict.right for verdict in verdicts)
        for least in THRESHOLDS:
            links = [verdict for verdict in verdicts if verdict.probability >= least]
            wrong = sum(not verdict.right for verdict in links)
            none = sum(verdict.probability >= least for verdict in absent)
            counts = f"{least:>7}{len(links):>7}{wrong:>7}{none:>11}"
            yield f"{name:>10}{reached:>11}{first:>7}{counts}"


def main() -> None:
    """Print the tables, or the weight."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--fit", action="store_true", help="print the weight of abstracts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        bibliography = indexes(arguments.folder, scratch / "plain")
        bare = title_index(bibliography, scratch / "plain")
        for half in HALVES[:1] if arguments.fit else HALVES:
            found = told(arguments.folder, half, bare, bibliography, scratch)
            if arguments.fit:
                print(f'    "abstract": {fitted(found):.3g},')
                return
            print("\n".join(["", *lines(half, found), found.speed]), flush=True)


if __name__ == "__main__":
    main()
