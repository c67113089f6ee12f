"""How well summaries are linked to papers by their words: `python -m benchmarks.linking [FOLDER]`.

FOLDER holds `corpus/flattened_pairs.jsonl.gz`, summaries as a dump holds them, with the site's key
of their papers; `corpus/paper_truth.json.gz`, the titles that somebody confirmed, by key; and two
bibliographies, of which all records are candidates.

A summary is *linkable* if its confirmed title is that of a record, and a link is right if its title
is, letter by letter. Each summary is read as it is, and without the identifiers and addresses of
its own paper; and each is read again with its paper taken from the candidates: then every link is
wrong.

Papers are divided into two halves by a hash of their title. `--fit` looks for the model's numbers
among the summaries of the development half, and prints them; of the other half, nothing but the
totals that are printed is ever looked at.
"""

import argparse
import gzip
import itertools
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize

from benchmarks.halves import HALVES, half
from benchmarks.papers import indexes
from pipeline.extraction.extract import extract
from pipeline.papers.bibliography.index import Index
from pipeline.papers.descriptions import title_words
from pipeline.papers.linking import model
from pipeline.papers.linking.features import FEATURES
from pipeline.papers.linking.link import Linker, titles_of
from pipeline.papers.linking.title_index import TitleIndex, title_index
from pipeline.papers.naming import with_names
from pipeline.scanner import scan
from pipeline.settings import PaperSettings

DEFAULT_FOLDER = Path("../shared")
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_FOLDS = 8
_RIDGE = 4.0
_SMOOTHING = 1.0

Floats = npt.NDArray[np.float64]


class Case(NamedTuple):
    """A summary; `right` is the number of its paper's confirmed title, -1 if it has none."""

    text: str
    letters: str
    right: int


class Verdict(NamedTuple):
    """The best candidate of a summary: how likely it is said to be, and whether it is right."""

    probability: float
    right: bool


@dataclass
class Bench:
    """Cases of one half with their candidates."""

    cases: list[Case]
    pairs: pl.DataFrame

    def verdicts(self, *, absent: bool = False) -> list[Verdict]:
        """Judge each case; `absent` takes its paper away first."""
        pairs = self.pairs.filter(~pl.col("right")) if absent else self.pairs
        best = (
            model.judge(pairs)
            .sort("row", "probability", "title", descending=[False, True, False])
            .unique("row", keep="first")
        )
        found = {
            row: Verdict(*rest)
            for row, *rest in best.select("row", "probability", "right").iter_rows()
        }
        return [found.get(row, Verdict(0.0, right=False)) for row in range(len(self.cases))]


def read_cases(folder: Path, index: TitleIndex, *, hidden: bool) -> list[Case]:
    """Read all summaries with a confirmed paper; `hidden` removes what names their own paper."""
    truth = json.loads(gzip.decompress((folder / "corpus/paper_truth.json.gz").read_bytes()))
    titles = index.scan("titles").select("text").collect()["text"]
    numbers = {_letters(title): number for number, title in enumerate(titles)}
    cases = []
    with gzip.open(folder / "corpus/flattened_pairs.jsonl.gz", "rt") as lines:
        for pair in map(json.loads, lines):
            paper = truth.get(pair["bibtex_key"])
            text = without_own_names(pair["flattened"], pair) if hidden else pair["flattened"]
            letters = _letters(paper["title"]) if paper else ""
            cases.append(Case(text, letters, numbers.get(letters, -1) if paper else -1))
    return cases


def without_own_names(text: str, paper: dict[str, Any]) -> str:
    """Remove the identifiers of a paper from a text, and all addresses and cites that hold one."""
    known = (paper["bibtex_key"], paper["paper_url"], paper["arxiv_id"], paper["doi"])
    names = [re.escape(str(name)) for name in known if name]
    if not names:
        return text
    any_name = "|".join(names)
    address = rf"(?:https?://|www\.|\\cite\{{)[^\s)>\]]*(?:{any_name})[^\s)>\]]*"
    return re.sub(rf"(?i){address}|(?:{any_name})(?:v\d+)?", " ", text)


def cited_titles(
    texts: pl.Series, index: TitleIndex, bibliography: Sequence[Index]
) -> pl.DataFrame:
    """Return `row` and `title` of what texts cite by an identifier behind their headers."""
    frame = pl.DataFrame({"record_id": map(str, range(len(texts))), "text": texts})
    found = with_names(extract(frame, map(scan, texts)).citations)
    behind = found.filter(pl.col("start") >= PaperSettings().header_chars).drop_nulls("name")
    cited = behind.select("name", summary_id="record_id").unique()
    titles = titles_of(cited, index, bibliography)
    return titles.select(pl.col("summary_id").cast(pl.UInt32).alias("row"), "title")


def prepare(
    cases: Sequence[Case],
    linker: Linker,
    index: TitleIndex,
    bibliography: Sequence[Index],
    name: str,
) -> Bench:
    """Find the candidates of the cases of one half."""
    chosen = [case for case in cases if case.right >= 0 and half(case.letters) == name]
    texts = pl.Series([case.text for case in chosen], dtype=pl.String)
    pairs = linker.candidates(texts, cited_titles(texts, index, bibliography))
    right = pl.Series([case.right for case in chosen])
    is_right = pairs["title"] == right.gather(pairs["row"])
    return Bench(chosen, pairs.with_columns(right=is_right))


def report(bench: Bench, threshold: float) -> Iterator[str]:
    """Yield the lines of the tables for one half."""
    found, absent = bench.verdicts(), bench.verdicts(absent=True)
    total = len(found)
    reached = bench.pairs.filter("right")["row"].n_unique()
    first = sum(verdict.right for verdict in found)
    yield f"{total} linkable, {reached / total:.3f} among the candidates, {first / total:.3f} first"
    columns = f"{'wrong':>7}{'precision':>11}{'coverage':>10}{'if absent':>11}"
    yield f"{'threshold':>10}{'links':>7}{columns}"
    for least in sorted({*THRESHOLDS, threshold}):
        links = [verdict for verdict in found if verdict.probability >= least]
        right = sum(verdict.right for verdict in links)
        precision = f"{right / len(links):.3f}" if links else "-"
        wrong = sum(verdict.probability >= least for verdict in absent)
        yield (
            f"{least:>10}{len(links):>7}{len(links) - right:>7}{precision:>11}"
            f"{right / total:>10.3f}{wrong:>11}"
        )
    yield from _reliability([*found, *absent])


def _reliability(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"{'said':>12}{'cases':>7}{'mean said':>11}{'right':>8}"
    for low, high in itertools.pairwise(BINS):
        inside = [v for v in verdicts if low <= v.probability < high or v.probability == high]
        if inside:
            said = np.mean([verdict.probability for verdict in inside])
            right = np.mean([verdict.right for verdict in inside])
            yield f"{f'{low}-{high}':>12}{len(inside):>7}{said:>11.3f}{right:>8.3f}"


def fit(bench: Bench) -> Iterator[str]:
    """Fit the model to the cases of a half, and yield its numbers as they stand in the module."""
    pairs = bench.pairs
    scale = pairs.select(pl.col(name).std() for name in FEATURES).to_numpy()[0]
    examples = [
        (some.select(*FEATURES).to_numpy() / scale, some["right"].to_numpy())
        for some in pairs.partition_by("row", maintain_order=True)
    ]
    rows = pairs["row"].unique(maintain_order=True)
    fold = np.array([fold_of(bench.cases[row].letters) for row in rows])
    odds: list[float] = []
    outcome: list[bool] = []
    for number in range(_FOLDS):
        fitted = _fitted([e for e, f in zip(examples, fold, strict=True) if f != number])
        for values, right in [e for e, f in zip(examples, fold, strict=True) if f == number]:
            for chosen in ((values, right), (values[~right], right[~right])):
                said, is_right = _first(*chosen, fitted)
                odds.append(said)
                outcome.append(is_right)
    slope, offset = _platt(np.array(odds), np.array(outcome))
    weights = _fitted(examples)
    for name, weight in zip(FEATURES, weights[1:] / scale, strict=True):
        yield f'    "{name}": {weight:.4g},'
    yield f"NONE_OF_THEM = {weights[0]:.4g}"
    yield f"SLOPE, OFFSET = {slope:.3g}, {offset:.3g}"


def fold_of(letters: str) -> int:
    """Return the fold of a paper: all summaries of it are in one."""
    return sum(letters.encode()) % _FOLDS


def _fitted(examples: Sequence[tuple[Floats, npt.NDArray[np.bool_]]]) -> Floats:
    """Maximise the likelihood, with and without the right candidate, less a ridge."""
    taken = [*examples]
    taken += [(values[~right], right[~right]) for values, right in examples if right.any()]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros_like(weights)
        for values, right in taken:
            scores = np.append(weights[0], values @ weights[1:])
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            target = np.append(not right.any(), right).astype(float)
            total -= float(np.log(shares @ target))
            gradient += (shares - target) @ np.vstack(
                [np.eye(1, len(weights)), np.pad(values, ((0, 0), (1, 0)))]
            )
        ridge = _RIDGE * np.append(0, weights[1:])
        return total + float(ridge @ weights) / 2, gradient + ridge

    start = np.append(5.0, np.zeros(examples[0][0].shape[1]))
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def _first(values: Floats, right: npt.NDArray[np.bool_], weights: Floats) -> tuple[float, bool]:
    """Return the log odds of the best candidate, and whether it is right."""
    scores = values @ weights[1:]
    best = int(scores.argmax())
    others = np.append(np.delete(scores, best), weights[0])
    return float(scores[best] - np.logaddexp.reduce(others)), bool(right[best])


def _platt(odds: Floats, outcome: npt.NDArray[np.bool_]) -> tuple[float, float]:
    def loss(line: Floats) -> float:
        signed = np.where(outcome, 1, -1) * (line[0] * odds + line[1])
        return float(np.logaddexp(0, -signed).sum())

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(offset)


def _letters(title: str) -> str:
    return "".join(title_words(title))


def fit_prior(bench: Bench, index: TitleIndex) -> Iterator[str]:
    """Yield the log odds of years and venues for being summarised."""
    titles = index.scan("titles").drop("text").collect()
    chosen = titles[sorted({case.right for case in bench.cases})]
    bins = [
        np.bincount(
            np.digitize(some["year"].fill_null(0).to_numpy(), model.YEARS),
            minlength=len(model.OF_YEARS),
        )
        for some in (chosen, titles)
    ]
    share = (bins[0] + _SMOOTHING) / (bins[0].sum() + _SMOOTHING * len(bins[0]))
    odds = np.log(share / (bins[1] + _SMOOTHING) * bins[1].sum())
    yield f"OF_YEARS = {tuple(float(round(value, 2)) for value in odds)}"
    for name in model.OF_VENUES:
        shares = [(some[name].sum() + _SMOOTHING) / (len(some) + 2) for some in (chosen, titles)]
        yield f'    "{name}": {np.log(shares[0] / shares[1]):.2f},'


def speed(texts: pl.Series, linker: Linker) -> str:
    """Return a sentence on what linking costs."""
    frame = pl.DataFrame({"summary_id": [f"{n:05}" for n in range(len(texts))], "text": texts})
    others = pl.DataFrame(schema={"summary_id": pl.String(), "title": pl.Int32()})
    seconds = []
    for _ in range(3):
        started = time.process_time()
        linker.link([frame], others)
        seconds.append(time.process_time() - started)
    return f"{len(texts) / min(seconds):,.0f} summaries per second of processor time"


def main() -> None:
    """Print the tables, or with `--fit` the numbers of the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--fit", action="store_true", help="fit the model instead")
    parser.add_argument("--cache", type=Path, help="where the bibliographies' indexes are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = arguments.cache or Path(scratch)
        bibliography = indexes(arguments.folder, cache)
        index = title_index(bibliography, cache)
        for hidden, told in ((True, "own names removed"), (False, "as they are")):
            cases = read_cases(arguments.folder, index, hidden=hidden)
            texts = pl.Series([case.text for case in cases])
            ids = [f"{number:05}" for number in range(len(texts))]
            linker = Linker(index, [pl.DataFrame({"summary_id": ids, "text": texts})])
            if arguments.fit:
                bench = prepare(cases, linker, index, bibliography, HALVES[0])
                print("\n".join([*fit_prior(bench, index), *fit(bench)]))
                return
            for name in HALVES:
                print(f"\n{told}, {name}")
                bench = prepare(cases, linker, index, bibliography, name)
                print("\n".join(report(bench, PaperSettings().link_threshold)))
            print(f"\n{speed(texts, linker)}")


if __name__ == "__main__":
    main()
