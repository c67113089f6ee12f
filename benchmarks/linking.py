"""How well summaries are linked to papers by their words: `python -m benchmarks.linking [FOLDER]`.

FOLDER holds `corpus/flattened_pairs.jsonl.gz`, summaries as a dump holds them, with the site's key
of their papers; the titles that somebody confirmed, in `corpus/paper_truth.json.gz` by key and in
`bibliography/known_titles.jsonl` by arXiv number; and the bibliographies FILES, of which all
records are candidates.

A summary is *linkable* if its confirmed title is that of a record, and a link is right if its title
is, letter by letter. Each summary is read without the identifiers and addresses of its own paper,
and again with its paper taken from the candidates: then every link is wrong. Those count ABSENT:
of five summaries whose title is known, one has no record in these files.

Papers are divided into two halves by a hash of their title. `--fit` prints the module of weights,
`--prior` the numbers of the prior, both from the development half alone. That half is judged by
folds, each eighth of its papers by weights that were fitted to the rest; the other half by the
weights that the project has. Of it, nothing but the totals that are printed is ever looked at.
"""

import argparse
import gzip
import itertools
import json
import re
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize
from scipy.stats import binomtest

from benchmarks.halves import HALVES, half
from shortscience.pipeline.digests import sha256
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.descriptions import title_words
from shortscience.pipeline.papers.linking import prior, weights
from shortscience.pipeline.papers.linking.features import FEATURES
from shortscience.pipeline.papers.linking.link import (
    best_candidates,
    candidates,
    readings,
    works_of,
)
from shortscience.pipeline.papers.linking.model import FAR, compare
from shortscience.pipeline.papers.linking.text_index import TextIndex, index_folder, text_index
from shortscience.pipeline.papers.naming import with_names
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import PaperSettings

DEFAULT_FOLDER = Path("../shared")
FILES = ("dblp.jsonl.gz", "arxiv_snapshot.jsonl.xz", "proceedings.bib.xz")
PRECISIONS = (0.98, 0.96, 0.95, 0.9)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)
ABSENT = 0.25
_FOLDS = 8
_RIDGE = 8.0
_SMOOTHING = 1.0

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Case(NamedTuple):
    """A summary without its own names, and the letters and number of its paper's title."""

    text: str
    letters: str
    right: int


class Group(NamedTuple):
    """The candidates of a case: FEATURES of each, and which is right; its fold and its weight."""

    values: Floats
    right: Bools
    fold: int
    weight: float


class Model(NamedTuple):
    """What is fitted: weights of features, the score of none, and the calibration."""

    weights: Floats
    none: float
    calibration: Floats


class Verdicts(NamedTuple):
    """The best candidate of each group: how likely it is said to be, and whether it is right."""

    probability: Floats
    right: Bools
    weight: Floats

    def of(self, chosen: Bools) -> "Verdicts":
        """Return some of them."""
        return Verdicts(*(values[chosen] for values in self))


def indexes(folder: Path, cache: Path) -> list[Index]:
    """Index the bibliographies."""
    paths = [folder / "bibliography" / name for name in FILES]
    return [index_file(path, sha256(path), cache) for path in paths]


def read_cases(folder: Path, index: TextIndex, halves: Sequence[str] = HALVES) -> list[Case]:
    """Read the linkable summaries of some halves."""
    truth = json.loads(gzip.decompress((folder / "corpus/paper_truth.json.gz").read_bytes()))
    known = map(json.loads, (folder / "bibliography/known_titles.jsonl").open(encoding="utf-8"))
    by_number = {record["arxiv_id"]: record for record in known}
    titles = index.scan("titles").collect()["title"]
    numbers = {_letters(title): number for number, title in enumerate(titles)}
    cases = []
    with gzip.open(folder / "corpus/flattened_pairs.jsonl.gz", "rt") as lines:
        for pair in map(json.loads, lines):
            paper = truth.get(pair["bibtex_key"]) or by_number.get(pair["arxiv_id"])
            letters = _letters(paper["title"]) if paper else ""
            if letters in numbers and half(letters) in halves:
                text = without_own_names(pair["flattened"], pair)
                cases.append(Case(text, letters, numbers[letters]))
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


def cited_works(
    texts: pl.DataFrame, index: TextIndex, bibliography: Sequence[Index]
) -> pl.DataFrame:
    """Return `summary_id` and `work` of what texts cite by an identifier behind their headers."""
    records = texts.rename({"summary_id": "record_id"}).with_columns(markdown="text")
    found = with_names(extract(records, map(scan, texts["text"]))["citations"])
    behind = found.filter(pl.col("start") >= PaperSettings().header_chars).drop_nulls("name")
    cited = behind.select("name", summary_id="record_id").unique()
    return works_of(cited, index, bibliography)


def frame_of(cases: Sequence[Case]) -> pl.DataFrame:
    """Return cases as summaries."""
    ids = [f"{number:05}" for number in range(len(cases))]
    return pl.DataFrame({"summary_id": ids, "text": [case.text for case in cases]})


def groups(
    cases: Sequence[Case], index: TextIndex, bibliography: Sequence[Index]
) -> tuple[list[Group], list[Group]]:
    """Return the candidates of all cases, and of all with their paper taken away."""
    texts = frame_of(cases)
    read = readings(texts.lazy(), cited_works(texts, index, bibliography), index)
    present, absent = [], []
    for case, (_, summary, without) in zip(cases, read, strict=True):
        numbers, values = candidates(summary, without, index)
        right = numbers == case.right
        fold = sum(case.letters.encode()) % _FOLDS
        present.append(Group(values, right, fold, 1.0))
        absent.append(Group(values[~right], right[~right], fold, ABSENT))
    return present, absent


def fitted(examples: Sequence[Group]) -> Model:
    """Fit the weights, and calibrate what models say that were fitted without a fold."""
    scores, right, weight = [], [], []
    for fold in range(_FOLDS):
        model = _scoring([group for group in examples if group.fold != fold])
        inside = [group for group in examples if group.fold == fold]
        best = [_best(group, *model) for group in inside]
        scores += [said for said, _ in best]
        right += [is_right for _, is_right in best]
        weight += [group.weight for group in inside]
    calibration = _logistic(np.array(scores), np.array(right), np.array(weight))
    return Model(*_scoring(examples), calibration)


def _scoring(examples: Sequence[Group]) -> tuple[Floats, float]:
    """Maximise the likelihood less a ridge on scaled features."""
    examples = [group for group in examples if len(group.right)]
    values = np.concatenate([group.values for group in examples])
    scale = values.std(axis=0) + 1e-9
    values = values / scale
    target = np.concatenate([group.right for group in examples]).astype(float)
    sizes = np.array([len(group.right) for group in examples])
    starts, of = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(sizes)), sizes)
    weight = np.array([group.weight for group in examples])
    absent = 1 - np.add.reduceat(target, starts)

    def loss(found: Floats) -> tuple[float, Floats]:
        scores = values @ found[1:]
        highest = np.maximum(np.maximum.reduceat(scores, starts), found[0])
        shares, left = np.exp(scores - highest[of]), np.exp(found[0] - highest)
        total = np.add.reduceat(shares, starts) + left
        shares, left = shares / total[of], left / total
        likelihood = np.add.reduceat(shares * target, starts) + left * absent
        ridge = _RIDGE * np.append(0, found[1:])
        slope = np.append(weight @ (left - absent), (weight[of] * (shares - target)) @ values)
        return float(ridge @ found / 2 - weight @ np.log(likelihood)), slope + ridge

    start = np.append(5.0, np.zeros(values.shape[1]))
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found[1:] / scale, float(found[0])


def _best(group: Group, scoring: Floats, none: float) -> tuple[tuple[float, float], bool]:
    """Return the log odds and distance of the best candidate, and whether it is right."""
    if not len(group.right):
        return (-FAR, -FAR), False
    scores = group.values @ scoring
    odds, distance = compare(scores, none)
    best = int(scores.argmax())
    return (float(odds[best]), float(distance[best])), bool(group.right[best])


def _logistic(values: Floats, outcome: Bools, weight: Floats) -> Floats:
    """Return the offset and the slopes of a logistic regression, lightly held towards zero."""
    with_offset = np.column_stack([np.ones(len(values)), values])

    def loss(line: Floats) -> float:
        signed = np.where(outcome, 1, -1) * (with_offset @ line)
        return float(weight @ np.logaddexp(0, -signed) + line[1:] @ line[1:] / 2)

    found: Floats = minimize(loss, np.zeros(with_offset.shape[1])).x
    return found


def judged(examples: Sequence[Group], model: Model) -> Verdicts:
    """Judge the best candidate of each group."""
    best = [_best(group, model.weights, model.none) for group in examples]
    line = model.calibration[0] + np.array([said for said, _ in best]) @ model.calibration[1:]
    right = np.array([is_right for _, is_right in best])
    return Verdicts(1 / (1 + np.exp(-line)), right, np.array([group.weight for group in examples]))


def cross_validated(examples: Sequence[Group]) -> Verdicts:
    """Judge each fold by a model that was fitted and calibrated without its papers."""
    fold = np.array([group.fold for group in examples])
    found = Verdicts(*(np.zeros(len(examples), kind) for kind in (float, bool, float)))
    for number in range(_FOLDS):
        model = fitted([group for group in examples if group.fold != number])
        part = judged([group for group in examples if group.fold == number], model)
        for values, some in zip(found, part, strict=True):
            values[fold == number] = some
    return found


def shipped() -> Model:
    """Return the model that the project has."""
    calibration = np.array([weights.OFFSET, weights.OF_ODDS, weights.OF_DISTANCE])
    scoring = np.array([weights.COEFFICIENTS[name] for name in FEATURES])
    return Model(scoring, weights.NONE_OF_THEM, calibration)


def report(found: Verdicts, absent: Verdicts, threshold: float) -> Iterator[str]:
    """Yield the lines of the tables: coverage by precision, links by threshold, reliability."""
    order = np.argsort(-found.probability, kind="stable")
    right = np.cumsum(found.right[order])
    precision = right / np.arange(1, len(order) + 1)
    for least in PRECISIONS:
        reached = np.flatnonzero(precision >= least)
        coverage = right[reached[-1]] / len(order) if len(reached) else 0
        yield f"coverage at precision {least}: {coverage:.3f}"
    columns = f"{'wrong':>7}{'precision':>11}{'interval':>14}{'coverage':>10}{'if absent':>11}"
    yield f"{'threshold':>10}{'links':>7}{columns}"
    for least in sorted({0.5, 0.8, 0.9, 0.95, 0.98, threshold}):
        links = found.of(found.probability >= least)
        n_links, n_right = len(links.right), int(links.right.sum())
        share = f"{n_right / n_links:.3f}" if n_links else "-"
        interval = "{:.3f}-{:.3f}".format(*wilson(n_right, n_links)) if n_links else "-"
        yield (
            f"{least:>10}{n_links:>7}{n_links - n_right:>7}{share:>11}{interval:>14}"
            f"{n_right / len(order):>10.3f}{(absent.probability >= least).sum():>11}"
        )
    yield from _reliability(Verdicts(*map(np.concatenate, zip(found, absent, strict=True))))


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the interval that holds a share with a confidence of 95 % (Wilson, 1927)."""
    interval = binomtest(right, total).proportion_ci(method="wilson")
    return interval.low, interval.high


def _reliability(verdicts: Verdicts) -> Iterator[str]:
    yield f"{'predicted':>12}{'cases':>9}{'mean':>8}{'observed':>10}"
    place = np.digitize(verdicts.probability, BINS[1:-1])
    for number, (low, high) in enumerate(itertools.pairwise(BINS)):
        inside = verdicts.of(place == number)
        if len(inside.right):
            mean, observed = (
                np.average(values, weights=inside.weight)
                for values in (inside.probability, inside.right)
            )
            yield f"{f'{low}-{high}':>12}{inside.weight.sum():>9}{mean:>8.3f}{observed:>10.3f}"


def module(model: Model) -> Iterator[str]:
    """Yield the lines of the module of weights."""
    yield '"""The weights of features: what `python -m benchmarks.linking --fit` prints."""'
    yield "\nCOEFFICIENTS: dict[str, float] = {"
    yield from (
        f'    "{name}": {float(f"{weight:.4g}")},'
        for name, weight in zip(FEATURES, model.weights, strict=True)
    )
    yield f"}}\nNONE_OF_THEM = {model.none:.4g}"
    names = "OFFSET", "OF_ODDS", "OF_DISTANCE"
    for name, value in zip(names, model.calibration, strict=True):
        yield f"{name} = {value:.4g}"


def prior_of(cases: Sequence[Case], bibliography: Sequence[Index], index: TextIndex) -> list[str]:
    """Return the log odds of years and kinds for being summarised."""
    works = index.scan("records").collect()
    frames = [
        found.scan("entries").select("entry", "title", "year", "venue") for found in bibliography
    ]
    told = pl.concat(
        frame.with_columns(source=pl.lit(place, pl.Int32)) for place, frame in enumerate(frames)
    ).collect()
    known = (
        works.join(told, on=["source", "entry"])
        .group_by("work", maintain_order=True)
        .agg(
            pl.col("title").first(),
            pl.col("year").min(),
            pl.col("venue").drop_nulls().str.join(" "),
            n_records=pl.len(),
        )
        .with_columns(**prior.KINDS, bin=prior.year_bin())
    )
    chosen = known.filter(pl.col("work").is_in([case.right for case in cases]))
    n_bins = len(prior.OF_YEARS)
    some, every = (
        np.bincount(frame["bin"], minlength=n_bins) + _SMOOTHING for frame in (chosen, known)
    )
    odds = np.log(some / some.sum() / (every / every.sum()))
    lines = [f"OF_YEARS = {tuple(round(float(value), 2) for value in odds)}"]
    for name in prior.KINDS:
        shares = [(frame[name].sum() + _SMOOTHING) / (len(frame) + 2) for frame in (chosen, known)]
        lines.append(f'"{name}": {np.log(shares[0] / shares[1]):.2f}')
    return lines


def costs(cases: Sequence[Case], bibliography: Sequence[Index]) -> Iterator[str]:
    """Yield what it costs to make the index and to link."""
    started = time.process_time(), time.perf_counter()
    index = text_index(bibliography)
    seconds = time.process_time() - started[0], time.perf_counter() - started[1]
    files = [path for path in index_folder(bibliography).rglob("*") if path.is_file()]
    yield (
        f"index of {index.scan('titles').select(pl.len()).collect().item():,} works:"
        f" {seconds[1]:.0f} s, {seconds[0]:.0f} s of processor time,"
        f" {sum(path.stat().st_size for path in files) / 1e6:.0f} MB"
    )
    texts, nothing = frame_of(cases).lazy(), pl.DataFrame(schema=_NOTHING)
    started = time.process_time(), time.perf_counter()
    best_candidates(texts, nothing, index)
    yield f"{len(cases) / (time.process_time() - started[0]):.0f} summaries/s of processor time"
    yield f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"


_NOTHING = {"summary_id": pl.String(), "work": pl.Int32()}


def _letters(title: str) -> str:
    return "".join(title_words(title))


def judge_halves(folder: Path, index: TextIndex, bibliography: Sequence[Index]) -> Iterator[str]:
    """Yield the tables of both halves."""
    for name in HALVES:
        cases = read_cases(folder, index, [name])
        examples = groups(cases, index, bibliography)
        reached = np.mean([group.right.any() for group in examples[0]])
        if name == HALVES[0]:
            both = cross_validated([*examples[0], *examples[1]])
        else:
            both = judged([*examples[0], *examples[1]], shipped())
        present = np.arange(len(both.right)) < len(cases)
        found, absent = both.of(present), both.of(~present)
        yield (
            f"\n{name}: {len(cases)} linkable, {reached:.3f} among the candidates,"
            f" {found.right.mean():.3f} first"
        )
        yield from report(found, absent, PaperSettings().link_threshold)


def main() -> None:
    """Print the tables, or what was asked for instead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--cache", type=Path, help="where the bibliographies' indexes are kept")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--fit", action="store_true", help="print the module of weights")
    instead.add_argument("--prior", action="store_true", help="print the numbers of the prior")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = arguments.cache or Path(scratch)
        bibliography = indexes(arguments.folder, cache)
        index = text_index(bibliography)
        development = read_cases(arguments.folder, index, HALVES[:1])
        if arguments.fit:
            present, absent = groups(development, index, bibliography)
            print("\n".join(module(fitted([*present, *absent]))))
        elif arguments.prior:
            print("\n".join(prior_of(development, bibliography, index)))
        else:
            for line in judge_halves(arguments.folder, index, bibliography):
                print(line, flush=True)
            with tempfile.TemporaryDirectory() as fresh:
                afresh = indexes(arguments.folder, Path(fresh))
                print("\n".join(costs(read_cases(arguments.folder, index), afresh)))


if __name__ == "__main__":
    main()
