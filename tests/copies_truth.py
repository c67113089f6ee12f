"""What copies there are, and which of them the search finds.

The truth is the exact Jaccard similarity of all pairs, computed from the shingles as text, without
any hash. Theory predicts that texts of similarity s become candidates with probability
1 - (1 - s^rows)^bands, and near copies if s also reaches the threshold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes
import numpy as np
import polars as pl
from scipy.sparse import csr_array

from benchmarks import vocabulary
from benchmarks.catalogue import read_notes, read_summaries
from benchmarks.corpus import DEFAULT_SEED, Corpus
from shortscience.pipeline.duplicates.candidates import candidate_pairs
from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.duplicates.normal_form import normal_form
from shortscience.pipeline.duplicates.outcomes import Duplicates
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.settings import Settings
from tests.processing import repair

SETTINGS = Settings()
SIGNING, SEARCH = SETTINGS.signatures, SETTINGS.duplicates
N_VARIANTS = 400
_MIN_CHARS = 1_000  # 90 characters of a text, and its first 30 %, must be long enough to be judged

Similarities = dict[tuple[str, str], float]
"""By the names of two records, in order."""


def find(texts: Mapping[str, str]) -> Duplicates:
    """Search named texts for copies."""
    records = pl.DataFrame({"record_id": list(texts), "text": list(texts.values())})
    signed = sign(records.with_columns(structure=pl.lit("restored")), SIGNING).with_columns(
        identified=pl.lit(value=False), earlier=pl.lit(value=False)
    )
    return find_copies_at_hand(signed, records, SIGNING, SEARCH)


def exact_similarities(texts: Mapping[str, str], least: float) -> Similarities:
    """Compare all pairs of texts that are long enough to be near copies."""
    normal = normal_form(pl.Series(texts.values()))
    shingles = {
        name: _shingles(text)
        for name, text in zip(texts, normal, strict=True)
        if len(text.split(" ")) >= SEARCH.near_min_words
    }
    names = sorted(shingles)
    numbers: dict[str, int] = {}
    columns = [numbers.setdefault(s, len(numbers)) for name in names for s in shingles[name]]
    sizes = np.array([len(shingles[name]) for name in names])
    members = csr_array(
        (np.ones(len(columns), np.int32), columns, np.concatenate([[0], np.cumsum(sizes)])),
        shape=(len(names), len(numbers)),
    )
    shared = (members @ members.T).tocoo()
    left, right = shared.coords
    jaccard = shared.data / (sizes[left] + sizes[right] - shared.data)
    places = np.flatnonzero((left < right) & (jaccard >= least)).tolist()
    return {(names[left[at]], names[right[at]]): float(jaccard[at]) for at in places}


def _shingles(text: str) -> set[str]:
    words, size = text.split(" "), SIGNING.shingle_words
    return {" ".join(words[start : start + size]) for start in range(len(words) - size + 1)}


def fates(found: Duplicates) -> dict[str, str]:
    """Return the summary of each record."""
    return dict(found.outcomes.select("record_id", "summary_id").iter_rows())


class Notes(NamedTuple):
    """What became of the notes posted elsewhere, among all summaries."""

    notes: int
    near: int
    """Notes whose similarity to their twin reaches the threshold."""
    merged: int
    merged_near: int
    missed: int
    """Pairs of texts at the threshold or above that the search did not verify."""
    wrong: int
    """Verified pairs whose similarity is not the exact one."""
    strangers: int
    """Records merged with a text that is neither as similar, nor equal, nor the whole of a cut."""


def judge_notes(shared: Path) -> Notes:
    """Search the notes and the export, and compare the result with the exact similarities."""
    notes, twins = read_notes(shared)
    texts = read_summaries(shared) | notes
    found = find(texts)
    contents = found.evidence.contents["record_id"].to_list()
    exact = exact_similarities(texts, 0.1)
    verified = {
        _ordered(contents[left], contents[right]): similarity
        for left, right, similarity in found.evidence.pairs.iter_rows()
    }
    distinct = set(contents)
    due = {pair for pair, s in exact.items() if s >= SEARCH.near_threshold and distinct >= {*pair}}
    near = {
        note for note in twins if exact.get(_ordered(note, twins[note]), 0) >= SEARCH.near_threshold
    }
    fate = fates(found)
    merged = {note for note, twin in twins.items() if fate[note] == fate[twin]}
    return Notes(
        len(twins),
        len(near),
        len(merged),
        len(merged & near),
        len(due - verified.keys()),
        sum(abs(exact.get(pair, 0) - similarity) > 1e-9 for pair, similarity in verified.items()),
        _strangers(texts, found),
    )


def _ordered(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)


def _strangers(texts: Mapping[str, str], found: Duplicates) -> int:
    count = 0
    for name, kept in _removed(found):
        one, other = normal_form(pl.Series([texts[name], texts[kept]]))
        a, b = _shingles(one), _shingles(other)
        is_near = len(a & b) / len(a | b) >= SEARCH.near_threshold
        count += not (is_near or other.startswith(one))
    return count


def _removed(found: Duplicates) -> Iterator[tuple[str, str]]:
    """Yield each removed record with the one that is kept for it."""
    removed = found.outcomes.filter(pl.col("relation").is_not_null())
    yield from removed.select("record_id", "kept_record_id").iter_rows()


def articles(shared: Path) -> tuple[dict[str, str], set[frozenset[str]]]:
    """Return the thousand articles, and the pairs that were planted among them."""
    folder = shared / "near_duplicates"
    lines = (folder / "articles_1000.train").read_text(encoding="utf-8").splitlines()
    truth = (folder / "articles_1000.truth").read_text(encoding="utf-8").splitlines()
    texts = dict(line.split(" ", 1) for line in lines if line)
    return texts, {frozenset(line.split()) for line in truth if line}


def merged_pairs(found: Duplicates) -> set[frozenset[str]]:
    """Return each removed record with the one that is kept for it."""
    return set(map(frozenset, _removed(found)))


Edit = Callable[[str, np.random.Generator], str]


def change_words(share: float) -> Edit:
    """Replace a share of the words, anywhere, by others."""

    def edit(text: str, rng: np.random.Generator) -> str:
        words = text.split(" ")
        for place in rng.choice(len(words), max(1, round(len(words) * share)), replace=False):
            words[place] = vocabulary.NOUNS[rng.integers(len(vocabulary.NOUNS))]
        return " ".join(words)

    return edit


def drop_sentences(share: float) -> Edit:
    """Leave out a share of the sentences, but not the last: that would be a cut."""

    def edit(text: str, rng: np.random.Generator) -> str:
        sentences = text.split(". ")
        count = max(1, round(len(sentences) * share))
        dropped = set(rng.choice(len(sentences) - 1, count, replace=False).tolist())
        return ". ".join(one for place, one in enumerate(sentences) if place not in dropped)

    return edit


def move_sentences(text: str, rng: np.random.Generator) -> str:
    """Move three sentences to other places."""
    sentences = text.split(". ")
    for _ in range(3):
        sentence = sentences.pop(rng.integers(len(sentences)))
        sentences.insert(rng.integers(len(sentences) + 1), sentence)
    return ". ".join(sentences)


def cut(share: float) -> Edit:
    """Keep the beginning of a text, wherever that ends."""
    return lambda text, _: text[: int(len(text) * share)]


def misread(text: str, _rng: np.random.Generator) -> str:
    """Read UTF-8 as windows-1252, and repair it as the pipeline does."""
    return repair(text.encode().decode("sloppy-windows-1252")).text


def flatten(text: str, _rng: np.random.Generator) -> str:
    """Put a text on one line, as dumps do."""
    return " ".join(text.split())


EDITS: dict[str, Edit] = {
    **{f"{share} % of words changed": change_words(share / 100) for share in (2, 3, 5, 8)},
    **{f"{share} % of sentences dropped": drop_sentences(share / 100) for share in (10, 20)},
    "3 sentences moved": move_sentences,
    "mojibake, repaired": misread,
    "flattened": flatten,
    **{f"cut to {share} %": cut(share / 100) for share in (30, 70)},
}


class Variant(NamedTuple):
    """What became of the copies that one kind of edit makes, as shares of all copies.

    `near` are at or above the threshold, `candidates` share a band with their original, which
    theory `predicted`, and `merged` are near, exact or cut copies. `wrong` counts other merges.
    """

    near: float
    candidates: float
    predicted: float
    merged: float
    wrong: int


@cache
def originals() -> tuple[str, ...]:
    """Generate texts of several lines, each of its own."""
    summaries = Corpus(3 * N_VARIANTS, DEFAULT_SEED + 1).summaries()
    distinct = dict.fromkeys(
        summary.text.replace(". ", ". \n\n* ", 2)
        for number, summary in enumerate(summaries)
        if summary.original == number and not summary.mojibake and len(summary.text) > _MIN_CHARS
    )
    return tuple(distinct)[:N_VARIANTS]


def judge_edit(name: str) -> Variant:
    """Make a copy of each original, and look for it among all."""
    rng = np.random.default_rng(DEFAULT_SEED)
    texts = {f"{number} original": text for number, text in enumerate(originals())}
    texts |= {
        f"{number} copy": EDITS[name](
            text.replace("\n\n", "\n") if name == "flattened" else text, rng
        )
        for number, text in enumerate(originals())
    }
    pairs = [(f"{number} copy", f"{number} original") for number in range(len(originals()))]
    exact = exact_similarities(texts, 0.01)
    similarity = np.array([exact.get(pair, 0.0) for pair in pairs])
    found = find(texts)
    fate = fates(found)
    merges = map(tuple, merged_pairs(found))
    return Variant(
        float((similarity >= SEARCH.near_threshold).mean()),
        _share_of_candidates(texts, pairs),
        float((1 - (1 - similarity**SIGNING.rows) ** SIGNING.bands).mean()),
        sum(fate[one] == fate[other] for one, other in pairs) / len(pairs),
        sum(one.split()[0] != other.split()[0] for one, other in merges),
    )


def _share_of_candidates(texts: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> float:
    records = pl.DataFrame({"record_id": list(texts), "text": list(texts.values())})
    signed = sign(records.with_columns(structure=pl.lit("restored")), SIGNING)
    names = list(texts)
    numbered = signed.select(hash="bands").with_row_index("number")
    pairs_found = candidate_pairs(numbered.explode("hash"))
    found = {frozenset((names[a], names[b])) for a, b in pairs_found.iter_rows()}
    return sum(frozenset(pair) in found for pair in pairs) / len(pairs)
