"""What speaks for each of a summary's candidates, in numbers."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shortscience.pipeline.papers.linking.text_index import TextIndex
from shortscience.pipeline.papers.linking.vocabulary import UNKNOWN, Floats, Ints
from shortscience.pipeline.papers.linking.word_lists import Works

FEATURES = {
    "score": "BM25 of the summary's words in title and abstract, relative to the best candidate",
    "share": "share of the information in the title's words that the summary's words cover",
    "lead": "information in the title's words that are in the first sentences",
    "opening": "share of the information in the title's words that the first sentence covers",
    "rarest": "information in the rarest word of the title that is in the summary",
    "phrases": "share of the title's pairs of neighbouring words that the first sentences have",
    "length": "number of words in the title",
    "author": "information in the surnames that the summary begins with and the paper has",
    "strangers": "number of surnames that the summary begins with and the paper lacks",
    "abstract": "whether the abstract is known",
    "prior": "how often papers of its year, venue and kind are summarised",
    "covered": "share of the information in the abstract's words that the summary's words cover",
    "telling": "the same of the abstract's ten rarest words",
    "passages": "runs of three words that abstract and summary share, by the summary's length",
    "chief": "share of the information in the summary's twenty most telling words that it covers",
    "named": "whether the first sentences have the name before the colon of the title",
    "words": "logarithm of the number of words in the summary",
}
"""What `features` returns for each candidate. Information is in nats, as in `Vocabulary`."""

_OPENING, _LEAD = 25, 60
"""Words: about one sentence, and three. There, a summary usually says what its paper is about."""
_RAREST, _CHIEF = 10, 20
_LONGEST_NAME = 3
_SURE = 16.0
"""The most information, in nats, that surnames count: the second and third add little."""
_ENOUGH = 40.0
"""The least score, in nats, that counts as that of a good candidate. In a large bibliography,
nearly all summaries have one; a lower best score is little evidence, even where no paper has a
higher one. It is also the least information that a summary's chief words are taken to have."""
_SHORT = 30
"""Words. Shorter summaries count as this long."""
_SATURATION, _PIVOT = 1.2, 0.75
_USUAL_LENGTH = 150
"""Of BM25: how fast further occurrences count less, how much the length of a text does, and the
words that title and abstract usually have."""
_DIGITS = 9
"""Digits that are kept; further ones depend on the processor."""

Bools = npt.NDArray[np.bool_]


class Summary(NamedTuple):
    """A summary to be linked: the numbers of its words, and of the surnames it begins with."""

    words: Ints
    subjects: Ints


class _SummaryWords(NamedTuple):
    """The distinct words of a summary, once for all candidates.

    Their places count from 1, in the order of their numbers; all other words have the place 0 and
    tell nothing. `place` maps a word's number to its place.
    """

    place: Ints
    information: Floats
    weights: Floats
    opening: Bools
    lead: Bools
    pairs: Ints
    triples: Ints
    n_words: int


class _Shared(NamedTuple):
    """The words of all candidates: whose they are, where, and their places in the summary."""

    numbers: Ints
    of: Ints
    in_title: Bools
    place: Ints


def features(summary: Summary, works: Works, index: TextIndex) -> Floats:
    """Return FEATURES, in their order, of each candidate for a summary: one row each."""
    summary_words = _summary_words(summary.words, index.words.information)
    words = works.words
    in_title = words.place < works.n_title[words.of]
    shared = _Shared(words.values, words.of, in_title, summary_words.place[words.values])
    scores = _bm25(works, shared, summary_words)
    columns = [
        scores / scores.max(initial=_ENOUGH),
        *_of_title(works, shared, summary_words, index),
        *_of_authors(works, summary, index),
        _counts(words.of[~in_title], works) > 0,
        works.prior,
        *_of_abstract(works, shared, summary_words, index),
        _chief(works, shared, summary_words),
        _named(works, shared, summary_words),
        np.full(len(scores), math.log(max(summary_words.n_words, _SHORT))),
    ]
    values: Floats = np.round(np.column_stack(columns), _DIGITS)
    return values


def _summary_words(words: Ints, information: Floats) -> _SummaryWords:
    distinct, counts = np.unique(words[words != UNKNOWN], return_counts=True)
    place = np.zeros(len(information) + 1, np.int64)
    place[distinct] = np.arange(1, len(distinct) + 1)
    nats = np.append(0, information[distinct])
    places = place[words]
    opening, lead = (np.zeros(len(nats), bool) for _ in range(2))
    opening[places[:_OPENING]] = True
    lead[places[:_LEAD]] = True
    opening[0] = lead[0] = False
    return _SummaryWords(
        place,
        nats,
        np.append(0, np.log1p(counts)) * nats,
        opening,
        lead,
        _runs(places[:_LEAD], 2, len(nats)),
        _runs(places, 3, len(nats)),
        len(words),
    )


def _runs(places: Ints, length: int, n_places: int) -> Ints:
    """Return a number for each run of neighbouring words: 0 if one is not in the summary."""
    n_runs = max(0, len(places) - length + 1)
    parts = [places[start : start + n_runs] for start in range(length)]
    run = np.zeros(n_runs, np.int64)
    for part in parts:
        run = run * n_places + part
    return np.where(np.all([part > 0 for part in parts], axis=0), run, 0)


def _counts(of: Ints, works: Works, weights: Floats | Bools | None = None) -> Floats:
    """Return how many words each candidate has, or the sum of their weights."""
    return np.bincount(of, weights, minlength=len(works.numbers)).astype(float)


def _table(
    shared: _Shared, chosen: Bools | slice, works: Works, summary_words: _SummaryWords
) -> Floats:
    """Return how often each candidate, a row, has each word of the summary, a column."""
    width = len(summary_words.information)
    cells = shared.of[chosen] * width + shared.place[chosen]
    counts = np.bincount(cells, minlength=len(works.numbers) * width)
    return counts.reshape(-1, width).astype(float)


def _bm25(works: Works, shared: _Shared, summary_words: _SummaryWords) -> Floats:
    """Return each candidate's score (Robertson and Zaragoza, 2009), weighted by the summary."""
    length = _counts(shared.of, works)
    usual = _SATURATION * (1 - _PIVOT + _PIVOT * length / _USUAL_LENGTH)
    counts = _table(shared, slice(None), works, summary_words)
    scores: Floats = counts / (counts + usual[:, None]) @ summary_words.weights
    return scores


def _of_title(
    works: Works, shared: _Shared, summary_words: _SummaryWords, index: TextIndex
) -> list[Any]:
    of, numbers = _distinct(shared, shared.in_title, index)
    nats, place = index.words.information[numbers], summary_words.place[numbers]
    total = np.maximum(_counts(of, works, nats), 1e-9)
    found = np.zeros(len(works.numbers))
    np.maximum.at(found, of, summary_words.information[place])
    return [
        _counts(of, works, summary_words.information[place]) / total,
        _counts(of, works, nats * summary_words.lead[place]),
        _counts(of, works, nats * summary_words.opening[place]) / total,
        found,
        _same_runs(2, shared.in_title, summary_words.pairs, works, shared, summary_words)
        / np.maximum(1, works.n_title - 1),
        _counts(of, works),
    ]


def _distinct(shared: _Shared, chosen: Bools, index: TextIndex) -> tuple[Ints, Ints]:
    """Return the distinct words of each candidate and whose they are, its rarest words first."""
    n_words = len(index.words)
    cells = np.sort(shared.of[chosen] * n_words + shared.numbers[chosen])
    cells = cells[np.diff(cells, prepend=-1) > 0]
    return cells // n_words, cells % n_words


def _same_runs(
    length: int,
    chosen: Bools,
    runs: Ints,
    works: Works,
    shared: _Shared,
    summary_words: _SummaryWords,
) -> Floats:
    """Return how many of the runs of chosen words are among those of the summary."""
    of = np.where(chosen, shared.of, -1)
    found = _runs(shared.place, length, len(summary_words.information))
    owner = of[: len(found)]
    inside = (found > 0) & (owner >= 0) & (owner == of[length - 1 :][: len(found)])
    return _counts(owner[inside], works, np.isin(found[inside], runs))


def _of_authors(works: Works, summary: Summary, index: TextIndex) -> list[Any]:
    known = np.unique(summary.subjects[summary.subjects != UNKNOWN])
    is_subject = np.isin(works.surnames.values, known)
    of, names = works.surnames.of[is_subject], works.surnames.values[is_subject]
    author = _counts(of, works, index.surnames.information[names])
    return [np.minimum(author, _SURE), len(known) - _counts(of, works)]


def _of_abstract(
    works: Works, shared: _Shared, summary_words: _SummaryWords, index: TextIndex
) -> list[Any]:
    of, numbers = _distinct(shared, ~shared.in_title, index)
    nats, place = index.words.information[numbers], summary_words.place[numbers]
    lengths = np.bincount(of, minlength=len(works.numbers))
    rare = np.arange(len(of)) - (np.cumsum(lengths) - lengths)[of] < _RAREST
    passages = _same_runs(3, ~shared.in_title, summary_words.triples, works, shared, summary_words)
    return [
        *(
            _counts(of[some], works, summary_words.information[place[some]])
            / np.maximum(_counts(of[some], works, nats[some]), 1e-9)
            for some in (slice(None), rare)
        ),
        passages / np.sqrt(summary_words.n_words or 1),
    ]


def _chief(works: Works, shared: _Shared, summary_words: _SummaryWords) -> Floats:
    chief = np.argsort(-summary_words.weights, kind="stable")[:_CHIEF]
    has = _table(shared, slice(None), works, summary_words)[:, chief] > 0
    share: Floats = (
        has @ summary_words.weights[chief] / max(summary_words.weights[chief].sum(), _ENOUGH)
    )
    return share


def _named(works: Works, shared: _Shared, summary_words: _SummaryWords) -> Bools:
    in_name = works.words.place < works.n_name[shared.of]
    of, place = shared.of[in_name], shared.place[in_name]
    is_name = (works.n_name > 0) & (works.n_name <= _LONGEST_NAME)
    named: Bools = is_name & (_counts(of, works, ~summary_words.lead[place]) == 0)
    return named
