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
totals that are printed is ever looked at. `--dev` and `--folds` judge each eighth of the papers, of
the development half or of all, by numbers that were fitted to the rest.
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
from scipy.stats import binomtest

from benchmarks.halves import HALVES, half
from benchmarks.papers import FACTS, indexes
from benchmarks.papers import identified as identified_papers
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.bibliography.index import Index
from shortscience.pipeline.papers.descriptions import title_words
from shortscience.pipeline.papers.linking import model
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.link import Linker, link, titles_of
from shortscience.pipeline.papers.linking.title_index import TitleIndex, title_index
from shortscience.pipeline.papers.linking.weights import Background
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import PaperSettings
from shortscience.pipeline.tasks import AtOnce

DEFAULT_FOLDER = Path("../shared")
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
FITTED = tuple(name for name in FEATURES if name != "abstract")
"""No bibliography here has abstracts: `benchmarks.linking_abstracts` tells what they weigh."""
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

    def among(self) -> str:
        """Tell in a sentence how often the right title is a candidate, and the best one."""
        reached = self.pairs.filter("right")["row"].n_unique() / len(self.cases)
        first = sum(verdict.right for verdict in self.verdicts()) / len(self.cases)
        return f"{len(self.cases)} linkable, {reached:.3f} among the candidates, {first:.3f} first"

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
    found = with_names(extract(frame, map(scan, texts))["citations"])
    behind = found.filter(pl.col("start") >= PaperSettings().header_chars).drop_nulls("name")
    cited = behind.select("name", summary_id="record_id").unique()
    titles = titles_of(cited, index, bibliography)
    return titles.select(pl.col("summary_id").cast(pl.UInt32).alias("row"), "title")


def prepare(
    cases: Sequence[Case],
    linker: Linker,
    index: TitleIndex,
    bibliography: Sequence[Index],
    halves: Sequence[str] = HALVES,
) -> Bench:
    """Find the candidates of the linkable cases of some halves."""
    chosen = [case for case in cases if case.right >= 0 and half(case.letters) in halves]
    texts = pl.Series([case.text for case in chosen], dtype=pl.String)
    pairs = linker.candidates(texts, cited_titles(texts, index, bibliography))
    right = pl.Series([case.right for case in chosen])
    is_right = pairs["title"] == right.gather(pairs["row"])
    return Bench(chosen, pairs.with_columns(right=is_right))


def report(found: Sequence[Verdict], absent: Sequence[Verdict], threshold: float) -> Iterator[str]:
    """Yield the lines of the tables: links and their precision, and how sure they are said to be.

    `absent` are the verdicts on the same cases with their paper taken away.
    """
    columns = f"{'wrong':>7}{'precision':>11}{'interval':>14}{'coverage':>10}{'if absent':>11}"
    yield f"{'threshold':>10}{'links':>7}{columns}"
    for least in sorted({*THRESHOLDS, threshold}):
        links = [verdict for verdict in found if verdict.probability >= least]
        right = sum(verdict.right for verdict in links)
        precision = f"{right / len(links):.3f}" if links else "-"
        interval = "{:.3f}-{:.3f}".format(*wilson(right, len(links))) if links else "-"
        wrong = sum(verdict.probability >= least for verdict in absent)
        yield (
            f"{least:>10}{len(links):>7}{len(links) - right:>7}{precision:>11}{interval:>14}"
            f"{right / len(found):>10.3f}{wrong:>11}"
        )
    yield from _reliability([*found, *absent])


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the interval that holds a share with a confidence of 95 % (Wilson, 1927)."""
    interval = binomtest(right, total).proportion_ci(method="wilson")
    return interval.low, interval.high


def _reliability(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"{'said':>12}{'cases':>7}{'mean said':>11}{'right':>8}"
    for low, high in itertools.pairwise(BINS):
        inside = [v for v in verdicts if low <= v.probability < high or v.probability == high]
        if inside:
            said = np.mean([verdict.probability for verdict in inside])
            right = np.mean([verdict.right for verdict in inside])
            yield f"{f'{low}-{high}':>12}{len(inside):>7}{said:>11.3f}{right:>8.3f}"


@dataclass
class Examples:
    """Candidates to fit a model to: each summary with its paper among them, and again without.

    `values` are those that are FITTED, scaled; `right` tells the paper's; `group` numbers the
    summaries, again from their number on where the paper is taken away; `fold` is that of each
    group.
    """

    values: Floats
    right: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]

    @classmethod
    def of(cls, bench: Bench, scale: Floats) -> "Examples":
        """Take the cases of a half, or of both."""
        pairs = pl.concat(
            [
                bench.pairs.with_columns(group=pl.col("row").cast(pl.Int64)),
                bench.pairs.filter(~pl.col("right")).with_columns(
                    group=pl.col("row").cast(pl.Int64) + len(bench.cases)
                ),
            ]
        )
        fold = np.array([fold_of(case.letters) for case in bench.cases])
        return cls(
            pairs.select(*FITTED).to_numpy() / scale,
            pairs["right"].to_numpy(),
            pairs["group"].to_numpy(),
            np.concatenate([fold, fold]),
        )

    def among(self, fold: int, *, within: bool) -> "Examples":
        """Return those `within` a fold, or those without."""
        chosen = (self.fold[self.group] == fold) == within
        return Examples(self.values[chosen], self.right[chosen], self.group[chosen], self.fold)


class Judged(NamedTuple):
    """The best candidate of each group, judged by a model that was fitted to other papers."""

    odds: Floats
    right: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]


def scale_of(bench: Bench) -> Floats:
    """Return the standard deviation of each feature."""
    return bench.pairs.select(pl.col(name).std() for name in FITTED).to_numpy()[0]


def judged(examples: Examples) -> Judged:
    """Judge each fold by the model of the others."""
    parts = []
    for number in range(_FOLDS):
        weights = _fitted(examples.among(number, within=False))
        parts.append(_first(examples.among(number, within=True), weights))
    return Judged(*map(np.concatenate, zip(*parts, strict=True)))


def fit(bench: Bench) -> Iterator[str]:
    """Fit the model to the cases of a half, and yield its numbers as they stand in the module."""
    scale = scale_of(bench)
    examples = Examples.of(bench, scale)
    said = judged(examples)
    slope, offset = _platt(said.odds, said.right)
    weights = _fitted(examples)
    for name, weight in zip(FITTED, weights[1:] / scale, strict=True):
        yield f'    "{name}": {weight:.4g},'
    yield f"NONE_OF_THEM = {weights[0]:.4g}"
    yield f"SLOPE, OFFSET = {slope:.3g}, {offset:.3g}"


def cross_validated(bench: Bench) -> tuple[list[Verdict], list[Verdict]]:
    """Return what models say that were fitted and calibrated without the papers of a fold.

    The verdicts on all cases, and on all with their paper taken away.
    """
    examples = Examples.of(bench, scale_of(bench))
    said = judged(examples)
    fold = examples.fold[said.group]
    found = [Verdict(0.0, right=False)] * len(examples.fold)
    for number in range(_FOLDS):
        inside = fold == number
        slope, offset = _platt(said.odds[~inside], said.right[~inside])
        probability = 1 / (1 + np.exp(-(slope * said.odds[inside] + offset)))
        rows = said.group[inside], probability, said.right[inside]
        for group, likely, right in zip(*rows, strict=True):
            found[group] = Verdict(float(likely), bool(right))
    return found[: len(bench.cases)], found[len(bench.cases) :]


def fold_of(letters: str) -> int:
    """Return the fold of a paper: all summaries of it are in one."""
    return sum(letters.encode()) % _FOLDS


def _fitted(examples: Examples) -> Floats:
    """Maximise the likelihood less a ridge: one weight per feature behind that of none of them."""
    values, target = examples.values, examples.right.astype(float)
    starts = np.flatnonzero(np.diff(examples.group, prepend=-1))
    of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(values)))
    none = 1 - np.add.reduceat(target, starts)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = values @ weights[1:]
        highest = np.maximum(np.maximum.reduceat(scores, starts), weights[0])
        shares = np.exp(scores - highest[of])
        left = np.exp(weights[0] - highest)
        total = np.add.reduceat(shares, starts) + left
        shares, left = shares / total[of], left / total
        likelihood = np.add.reduceat(shares * target, starts) + left * none
        ridge = _RIDGE * np.append(0, weights[1:])
        gradient = np.append((left - none).sum(), (shares - target) @ values)
        return float(ridge @ weights / 2 - np.log(likelihood).sum()), gradient + ridge

    start = np.append(5.0, np.zeros(values.shape[1]))
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def _first(examples: Examples, weights: Floats) -> Judged:
    """Return the log odds of the best candidate of each group, and whether it is right."""
    scores = examples.values @ weights[1:]
    groups, starts = np.unique(examples.group, return_index=True)
    odds, right = [], []
    for place in np.split(np.arange(len(scores)), starts[1:]):
        best = place[scores[place].argmax()]
        others = np.append(scores[place[place != best]], weights[0])
        odds.append(scores[best] - np.logaddexp.reduce(others))
        right.append(examples.right[best])
    return Judged(np.array(odds), np.array(right), groups)


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


def identified(cases: Sequence[Case], bibliography: Sequence[Index]) -> Iterator[str]:
    """Yield how many linkable cases are identified by anything, and how many papers are right."""
    ids = [f"{number:05}" for number in range(len(cases))]
    frame = pl.DataFrame({"record_id": ids, "text": [case.text for case in cases]})
    citations = extract(frame, map(scan, frame["text"]))["citations"].rename(
        {"record_id": "summary_id"}
    )
    facts = pl.DataFrame([{"summary_id": key} for key in ids], schema=FACTS)
    texts = frame.lazy().rename({"record_id": "summary_id"})
    settings = PaperSettings()
    frames = (Parts.of([frame], AtOnce()) for frame in (texts, facts, citations))
    links = link(*frames, bibliography=bibliography, settings=settings).collect()
    told = identified_papers(facts, citations, links, bibliography)
    yield f"{'half':>10}{'linkable':>10}{'identified by':>15}{'titled':>8}{'right':>7}"
    for name in HALVES:
        chosen = [
            (case, by, title)
            for case, by, title in zip(cases, told["identified_by"], told["title"], strict=True)
            if case.right >= 0 and half(case.letters) == name
        ]
        for kind in ("identifier", "bibliography", "linked"):
            titled = [(case, title) for case, by, title in chosen if by == kind and title]
            right = sum(_letters(title) == case.letters for case, title in titled)
            counts = f"{kind:>15}{len(titled):>8}{right:>7}"
            yield f"{name:>10}{len(chosen):>10}{counts}"


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
    """Print the tables, or what was asked for instead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--cache", type=Path, help="where the bibliographies' indexes are kept")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--fit", action="store_true", help="fit the model to the development half")
    instead.add_argument("--dev", action="store_true", help="judge the development half alone")
    instead.add_argument("--folds", action="store_true", help="judge all papers by the others")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = arguments.cache or Path(scratch)
        bibliography = indexes(arguments.folder, cache)
        index = title_index(bibliography, cache)
        for hidden, told in ((True, "own names removed"), (False, "as they are")):
            cases = read_cases(arguments.folder, index, hidden=hidden)
            texts = pl.Series([case.text for case in cases])
            linker = Linker(index, Background.of(index, [texts]))
            development = HALVES[:1]
            if arguments.fit:
                bench = prepare(cases, linker, index, bibliography, development)
                print("\n".join([*fit_prior(bench, index), *fit(bench)]))
                return
            if arguments.folds or arguments.dev:
                chosen = development if arguments.dev else HALVES
                bench = prepare(cases, linker, index, bibliography, chosen)
                print(f"\n{told}, each fold by the others")
                print(
                    "\n".join(report(*cross_validated(bench), PaperSettings().link_threshold)),
                    flush=True,
                )
                continue
            for name in HALVES:
                bench = prepare(cases, linker, index, bibliography, [name])
                print(f"\n{told}, {name}\n{bench.among()}")
                verdicts = bench.verdicts(), bench.verdicts(absent=True)
                print("\n".join(report(*verdicts, PaperSettings().link_threshold)))
            print(f"\n{speed(texts, linker)}")
        print("\n".join(["\nas they are, by whatever tells", *identified(cases, bibliography)]))


if __name__ == "__main__":
    main()
