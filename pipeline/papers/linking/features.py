"""What speaks for each of a summary's candidates, in numbers."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from shortscience.pipeline.papers.linking.text_index import TextIndex, Work
from shortscience.pipeline.papers.linking.weights import COEFFICIENTS

FEATURES = {
    "score": "how well the summary's words match title and abstract, beside the best candidate",
    "share": "the share of what its title's words would tell that those in the summary do",
    "lead": "what those of them tell that are in the first sentences",
    "opening": "the share of what they would tell that those in the first sentence do",
    "rarest": "the information in the rarest word of the title that is in the summary",
    "phrases": "the share of the title's pairs of neighbouring words that the first sentences have",
    "length": "the number of words in the title",
    "author": "what the surnames tell that the summary begins with and that are among its authors'",
    "strangers": "how many surnames the summary begins with that are not",
    "abstract": "whether its abstract is known",
    "prior": "how often papers of its year, venue and kind are summarised",
    "covered": "the share of what the abstract's words tell that those in the summary do",
    "telling": "the same of the abstract's ten rarest words",
    "passages": "runs of three words that abstract and summary share, by the summary's length",
}
"""What `features` returns for each candidate. Information is in nats: the logarithm of how much
rarer than any word a word is among the titles and abstracts."""

_OPENING, _LEAD = 25, 60
"""Words. What a paper is about is said in the first sentence, or in the first two or three."""
_RAREST = 10
_SURE = 16.0
"""Nats that authors tell at most: the second and third name of a list add little to the first."""
_ENOUGH = 40.0
"""The least score, in nats, that makes the best candidate a good one, as nearly all summaries have
in a large bibliography: few words in common are little evidence, even where no paper has more."""
_READ = 30
"""Candidates whose abstracts are compared word by word: those that all else speaks for most. It
takes twice as long to compare all of them."""
_UNREAD = [0.0, 0.0, 0.0]
_SATURATION, _PIVOT = 1.2, 0.75
_USUAL_LENGTH = 150
"""Of BM25: how fast further occurrences count less, how much the length of a text does, and the
words that title and abstract usually have."""


class Summary(NamedTuple):
    """A summary to be linked: its words, and the surnames of whom it has as its subject."""

    words: Sequence[str]
    subjects: Sequence[str]


class _Read(NamedTuple):
    """What is counted of a summary once for all of its candidates."""

    weights: dict[str, float]
    opening: frozenset[str]
    lead: frozenset[str]
    pairs: frozenset[tuple[str, ...]]
    triples: frozenset[tuple[str, ...]]
    n_words: int


def features(summary: Summary, works: Sequence[Work], index: TextIndex) -> list[list[float]]:
    """Return FEATURES, in their order, of each candidate for a summary."""
    read = _read(summary, index)
    scores = [_bm25(work, read) for work in works]
    best = max([_ENOUGH, *scores])
    rows = [
        [
            score / best,
            *_of_title(work, read, index),
            *_of_authors(work, summary, index),
            float(bool(work.abstract)),
            work.prior,
            *_UNREAD,
        ]
        for work, score in zip(works, scores, strict=True)
    ]
    order = sorted(range(len(rows)), key=lambda row: (-_weighted(rows[row]), row))
    for row in order[:_READ]:
        rows[row][-len(_UNREAD) :] = _of_abstract(works[row], read, index)
    return rows


def _weighted(row: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(COEFFICIENTS.values(), row, strict=True))


def _read(summary: Summary, index: TextIndex) -> _Read:
    counts = Counter(summary.words)
    weights = {word: math.log1p(n) * index.information[word] for word, n in counts.items()}
    lead = summary.words[:_LEAD]
    return _Read(
        weights,
        frozenset(summary.words[:_OPENING]),
        frozenset(lead),
        frozenset(_runs(lead, 2)),
        frozenset(_runs(summary.words, 3)),
        len(summary.words),
    )


def _runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(length)), strict=False)


def _bm25(work: Work, read: _Read) -> float:
    """Return the score of a candidate (Robertson and Zaragoza, 2009), weighted by the summary."""
    length = len(work.title) + len(work.abstract)
    usual = _SATURATION * (1 - _PIVOT + _PIVOT * length / _USUAL_LENGTH)
    shared = [word for word in (*work.title, *work.abstract) if word in read.weights]
    return sum(read.weights[word] * n / (n + usual) for word, n in Counter(shared).items())


def _of_title(work: Work, read: _Read, index: TextIndex) -> list[float]:
    information = {word: index.information[word] for word in work.title}
    total = sum(information.values()) or 1
    lead = sum(nats for word, nats in information.items() if word in read.lead)
    opening = sum(nats for word, nats in information.items() if word in read.opening)
    found = [nats for word, nats in information.items() if word in read.weights]
    pairs = read.pairs.intersection(_runs(work.title, 2))
    return [
        sum(found) / total,
        lead,
        opening / total,
        max(found, default=0),
        len(pairs) / max(1, len(work.title) - 1),
        len(information),
    ]


def _of_authors(work: Work, summary: Summary, index: TextIndex) -> list[float]:
    known = {name: rarity for name in summary.subjects if (rarity := index.rarity[name])}
    author = sum(rarity for name, rarity in known.items() if name in work.surnames)
    return [min(author, _SURE), sum(name not in work.surnames for name in known)]


def _of_abstract(work: Work, read: _Read, index: TextIndex) -> list[float]:
    if not work.abstract:
        return _UNREAD
    information = {word: index.information[word] for word in work.abstract}
    rare = sorted(information.values())[-_RAREST:][0]
    shared = [nats for word, nats in information.items() if word in read.weights]
    triples = len(read.triples.intersection(_runs(work.abstract, 3)))
    return [
        sum(shared) / (sum(information.values()) or 1),
        _from(rare, shared) / (_from(rare, information.values()) or 1),
        triples / math.sqrt(read.n_words or 1),
    ]


def _from(least: float, values: Iterable[float]) -> float:
    return sum(value for value in values if value >= least)
