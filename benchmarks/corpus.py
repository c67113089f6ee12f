"""A generated corpus of raw dumps, with the make-up of real ones and a known truth.

`python -m benchmarks.corpus OUT --records N --seed S` writes listing pages as a text extractor
leaves them, many pages to a file. Equal arguments give equal bytes: every file draws from a stream
of its own of a counter-based generator (Philox), so that its content does not depend on how many
numbers the file before it used.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes
import numpy as np
import polars as pl

from benchmarks import vocabulary

RECORDS_PER_PAGE = 10
RECORDS_PER_FILE = 1_000
DEFAULT_RECORDS = 100_000
DEFAULT_SEED = 20_240_601

MEDIAN_CHARS = 1_600  # of prose; the first sentence, formulas, links and lists come on top
SPREAD = 0.6
SHORTEST, LONGEST = 60, 11_000

COPIES = 0.2
_OF_COPIES = {"exact": 1 / 2, "near": 1 / 3, "truncated": 1 / 6}
_LONG_ENOUGH = {"exact": 0, "near": 700, "truncated": 900}
"""Shorter texts are no fair test: cut or edited, they fall below what the pipeline looks at."""
_POOL = 2_000
"""Originals at hand for each kind of copy: so a copy may stand some files after its original."""
_EDITED_WORDS = 0.01, 0.03
_LEFT_AFTER_CUT = 0.35, 0.7

_TYPOGRAPHIC = 1 / 3
_MOJIBAKE = 1 / 20
_HEADINGS, _BULLETS, _REFERENCES = 0.25, 0.25, 0.06
_COMMENTS = 0.02
_PAGES_WITHOUT_IMAGES = 0.1
_PAGE_TOP = "Welcome to ShortScience.org! |\n"
_LOGOS = "![]() |\n", "![]() ![]() ![]() |\n"

_PICKS = 64  # more than any record uses
_MISREAD = tuple((char, char.encode().decode("sloppy-windows-1252")) for char in "’“”–åüèóñáčøéä")
"""UTF-8 read as windows-1252."""
_MISREAD_SIGNS = ("â€", "Ã", "Ä")


class _Feature(NamedTuple):
    share: float
    most: int
    write: Callable[[int], str]


_MATH = _Feature(0.2, 4, vocabulary.formula)
_FEATURES = (
    _Feature(0.25, 2, vocabulary.link),
    _Feature(0.1, 2, vocabulary.image),
    _Feature(0.1, 2, vocabulary.cite),
    _Feature(0.06, 1, vocabulary.code),
)


class Summary(NamedTuple):
    """One generated summary, and what was planted in it.

    `original` is the number of the record that it copies, or its own.
    """

    text: str
    original: int
    first_formula: str = ""
    mojibake: bool = False


@dataclass
class Truth:
    """How many records hold what: the expected answers of a run over the corpus."""

    records: int = 0
    exact: int = 0
    near: int = 0
    truncated: int = 0
    mojibake: int = 0
    math: int = 0
    n_bytes: int = 0


class _Draws:
    """The random choices of one record: integers of 62 bits, and shares derived from them."""

    def __init__(self, row: list[int]) -> None:
        self.pick = iter(row).__next__

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in `share` of all cases."""
        return self.pick() < share * (1 << 62)

    def between(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return low + (high - low) * self.pick() / (1 << 62)


class Corpus:
    """The generator: `files()` yields the text of each file; `truth` counts what was planted."""

    def __init__(self, records: int, seed: int) -> None:
        self._records = records
        self._seed = seed
        self.truth = Truth()
        self._pools: dict[str, list[Summary]] = {kind: [] for kind in _OF_COPIES}
        self._originals = 0
        rng = self._stream(-1)
        self._clauses = [vocabulary.clause(pick) for pick in _picks(rng, vocabulary.N_CLAUSES)]
        self._tails = [vocabulary.tail(pick) for pick in _picks(rng, vocabulary.N_TAILS)]
        # Making sentences is what costs most: they are made once, and each is used many times.
        self._sentences = [self._sentence(pick) for pick in _picks(rng, vocabulary.N_SENTENCES)]
        self._lengths = np.array([len(sentence) + 1 for sentence in self._sentences])

    def files(self) -> Iterator[bytes]:
        """Generate the files in order, one at a time."""
        for number, start in enumerate(range(0, self._records, RECORDS_PER_FILE)):
            size = min(RECORDS_PER_FILE, self._records - start)
            data = "".join(self._pages(self._stream(number), size)).encode()
            self.truth.n_bytes += len(data)
            yield data

    def summaries(self) -> Iterator[Summary]:
        """Generate the summaries alone, in the order and with the texts that the files have."""
        for number, start in enumerate(range(0, self._records, RECORDS_PER_FILE)):
            size = min(RECORDS_PER_FILE, self._records - start)
            rng = self._stream(number)
            rng.random(size)  # what the pages' images take
            for summary, _ in self._summaries(rng, size):
                yield summary

    def _stream(self, number: int) -> np.random.Generator:
        """Return the random numbers of one file."""
        counter = np.array([0, 0, 0, number + 1], np.uint64)
        return np.random.Generator(np.random.Philox(key=self._seed, counter=counter))

    def _pages(self, rng: np.random.Generator, size: int) -> Iterator[str]:
        without_images = rng.random(size) < _PAGES_WITHOUT_IMAGES
        for place, (summary, draws) in enumerate(self._summaries(rng, size)):
            bare = bool(without_images[place - place % RECORDS_PER_PAGE])
            if place % RECORDS_PER_PAGE == 0:
                yield _PAGE_TOP if bare else _PAGE_TOP.join(_LOGOS)
            yield f"[link]\n{summary.text}{_trailer(draws, bare=bare)}"

    def _summaries(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Summary, _Draws]]:
        """Yield each summary of a file, and what is left of its choices."""
        rows = rng.integers(0, 1 << 62, (size, _PICKS)).tolist()
        for row, sentences in zip(rows, self._prose(rng, size), strict=True):
            draws = _Draws(row)
            summary = self._copy(draws) or self._original(sentences, draws)
            self._count(summary)
            yield summary, draws

    def _prose(self, rng: np.random.Generator, size: int) -> Iterator[list[str]]:
        """Yield the sentences of each record: as many as its length, which is lognormal, takes."""
        chars = rng.lognormal(np.log(MEDIAN_CHARS), SPREAD, size).clip(SHORTEST, LONGEST)
        choices = rng.integers(
            0, len(self._sentences), int(chars.sum() / self._lengths.mean() * 1.1)
        )
        ends = np.cumsum(self._lengths[choices])
        bounds = np.searchsorted(ends, np.concatenate([[0], np.cumsum(chars)])).tolist()
        stream = [self._sentences[choice] for choice in choices.tolist()]
        for start, stop in itertools.pairwise(bounds):
            yield stream[start:stop]

    def _sentence(self, pick: int) -> str:
        pick, shape = divmod(pick, len(vocabulary.PATTERNS))
        pick, first = divmod(pick, len(self._clauses))
        pick, second = divmod(pick, len(self._clauses))
        end = self._tails[pick % len(self._tails)]
        return vocabulary.PATTERNS[shape] % (self._clauses[first], self._clauses[second], end)

    def _original(self, sentences: list[str], draws: _Draws) -> Summary:
        """Write a new summary, and remember it for being copied, in one way and no other.

        A summary with copies of several kinds has no single right answer: which of its texts is
        kept, and what the others are to it, then depends on their lengths.
        """
        # No two summaries begin alike: that would make cut copies of them.
        sentences = [self._sentence(draws.pick()), *sentences]
        summary = _write(sentences, draws, self.truth.records)
        kind = tuple(self._pools)[self._originals % len(self._pools)]
        if len(summary.text) >= _LONG_ENOUGH[kind]:
            pool = self._pools[kind]
            if len(pool) < _POOL:
                pool.append(summary)
            else:
                pool[self._originals // len(self._pools) % _POOL] = summary
        self._originals += 1
        return summary

    def _copy(self, draws: _Draws) -> Summary | None:
        """Copy an earlier summary, if this record is to be a copy."""
        if not draws.chance(COPIES):
            return None
        share = draws.between(0, 1)
        kind = "exact" if share < _OF_COPIES["exact"] else "near"
        if share >= _OF_COPIES["exact"] + _OF_COPIES["near"]:
            kind = "truncated"
        pool = self._pools[kind]
        if not pool:
            return None
        source = pool[draws.pick() % len(pool)]
        setattr(self.truth, kind, getattr(self.truth, kind) + 1)
        return {"exact": _repeat, "near": _edit, "truncated": _cut}[kind](source, draws)

    def _count(self, summary: Summary) -> None:
        self.truth.records += 1
        self.truth.math += bool(summary.first_formula)
        self.truth.mojibake += summary.mojibake


def _picks(rng: np.random.Generator, count: int) -> list[int]:
    return [int(pick) for pick in rng.integers(0, 1 << 62, count)]


def _write(sentences: list[str], draws: _Draws, number: int) -> Summary:
    """Make a summary of its sentences: add what real ones have, and join all into one line."""
    pick = draws.pick
    _structure(sentences, draws)
    for feature in _FEATURES:
        if draws.chance(feature.share):
            _scatter(sentences, feature, draws)
    formula = _scatter(sentences, _MATH, draws) if draws.chance(_MATH.share) else ""
    mojibake = draws.chance(_MOJIBAKE)
    typographic = mojibake or draws.chance((_TYPOGRAPHIC - _MOJIBAKE) / (1 - _MOJIBAKE))
    quotation = vocabulary.quotation(pick(), typographic=typographic)
    sentences.insert(pick() % (len(sentences) + 1), quotation)
    if typographic:
        sentences.append(vocabulary.accented_mention(pick()))
    if draws.chance(_REFERENCES):
        sentences.append(vocabulary.reference_list(pick()))
    text = " ".join(sentences)
    if mojibake:
        for char, misread in _MISREAD:
            text = text.replace(char, misread)
    return Summary(text, number, formula, mojibake)


def _structure(sentences: list[str], draws: _Draws) -> None:
    """Put headings and bullets before some sentences, as their authors put them before lines."""
    if draws.chance(_BULLETS):
        start = draws.pick() % len(sentences)
        bullet = "*-"[draws.pick() % 2]
        sentences[start:] = [f"{bullet} {sentence}" for sentence in sentences[start:]]
    if draws.chance(_HEADINGS):
        for place in range(0, len(sentences), 8):
            sentences[place] = f"{vocabulary.heading(draws.pick())} {sentences[place]}"
            if place == 16:  # longer summaries have no more headings, but longer sections
                break


def _scatter(sentences: list[str], feature: _Feature, draws: _Draws) -> str:
    """Insert a feature in one place or several; return what stands in the first of them."""
    pick = draws.pick
    count = 1 + pick() % feature.most
    written = [(pick() % (len(sentences) + 1), feature.write(pick())) for _ in range(count)]
    for place, text in sorted(written, reverse=True):
        sentences.insert(place, text)
    return min(written)[1]


def _repeat(source: Summary, _draws: _Draws) -> Summary:
    return source


def _edit(source: Summary, draws: _Draws) -> Summary:
    """Replace one to three of a hundred words by others, evenly spread over the text."""
    words = source.text.split(" ")
    count = max(1, int(len(words) * draws.between(*_EDITED_WORDS)))
    start, pick = draws.pick(), draws.pick()
    for edit in range(count):
        place = (start + edit * len(words) // count) % len(words)
        while not (words[place].isascii() and words[place].isalpha() and len(words[place]) > 3):
            place = (place + 1) % len(words)
        words[place] = vocabulary.NOUNS[(pick + edit * 7919) % len(vocabulary.NOUNS)]
    return source._replace(text=" ".join(words))


def _cut(source: Summary, draws: _Draws) -> Summary:
    """Keep the beginning of a text, up to the end of a word."""
    limit = int(len(source.text) * draws.between(*_LEFT_AFTER_CUT))
    text = source.text[: source.text.rindex(" ", 0, limit)]
    formula = source.first_formula
    return Summary(
        text,
        source.original,
        formula if formula and formula in text else "",
        source.mojibake and any(sign in text for sign in _MISREAD_SIGNS),
    )


def _trailer(draws: _Draws, *, bare: bool) -> str:
    image = "" if bare else " ![]()"
    if draws.chance(_COMMENTS):
        return f"{image}\n{1 + draws.pick() % 9} Comments\n|\n"
    return f"{image} |\n"


def write_corpus(folder: Path, records: int, seed: int = DEFAULT_SEED) -> Truth:
    """Write a corpus into a folder, file by file; return what was planted in it."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(records, seed)
    for number, data in enumerate(corpus.files()):
        (folder / f"{number:05}.txt").write_bytes(data)
    return corpus.truth


def text_frames(summaries: Sequence[Summary], parts: int) -> Iterator[pl.DataFrame]:
    """Yield the texts in parts of equal size, each text with its number as `id`."""
    size = -(-len(summaries) // parts)
    for start in range(0, len(summaries), size):
        texts = [summary.text for summary in summaries[start : start + size]]
        ids = [str(number) for number in range(start, start + len(texts))]
        yield pl.DataFrame({"id": ids, "text": texts})


def main() -> None:
    """Write a corpus and print its truth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to")
    parser.add_argument("--records", type=int, default=DEFAULT_RECORDS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    arguments = parser.parse_args()
    start = time.perf_counter()
    truth = write_corpus(arguments.out, arguments.records, arguments.seed)
    seconds = time.perf_counter() - start
    for name, count in asdict(truth).items():
        print(f"{name:>10} {count:>14,}")
    print(f"{truth.records / seconds:,.0f} records/s", file=sys.stderr)


if __name__ == "__main__":
    main()
