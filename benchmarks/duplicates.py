"""How well copies are found: `python -m benchmarks.duplicates`.

The truth is the exact Jaccard similarity of all pairs, computed from the shingles as text and so
without any hash. Beside what was measured stands what theory predicts: texts of similarity s become
candidates with probability 1 - (1 - s^rows)^bands, and copies when s reaches the threshold as well.
"""

import argparse
import gzip
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_array

from benchmarks import vocabulary
from benchmarks.corpus import DEFAULT_SEED, Corpus
from shortscience.pipeline.cleaning.encoding import repair
from shortscience.pipeline.duplicates.candidates import candidate_pairs
from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.duplicates.normal_form import normal_form
from shortscience.pipeline.duplicates.outcomes import Duplicates
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.settings import Settings

SHARED = Path(__file__).parents[2] / "shared"
SETTINGS = Settings()
SIGNING, SEARCH = SETTINGS.signatures, SETTINGS.duplicates
BRACKETS = (0.5, 0.6, 0.7, 0.8, 0.9)
N_VARIANTS = 400
_ROWS_AT_ONCE = 2_000
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
    found = {}
    for start in range(0, len(names), _ROWS_AT_ONCE):
        shared = (members[start : start + _ROWS_AT_ONCE] @ members.T).tocoo()
        left, right = shared.coords[0] + start, shared.coords[1]
        jaccard = shared.data / (sizes[left] + sizes[right] - shared.data)
        for place in np.flatnonzero((left < right) & (jaccard >= least)).tolist():
            found[names[left[place]], names[right[place]]] = float(jaccard[place])
    return found


def _shingles(text: str) -> set[str]:
    words, size = text.split(" "), SIGNING.shingle_words
    return {" ".join(words[start : start + size]) for start in range(len(words) - size + 1)}


def probability(similarities: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return the probability with which pairs become candidates."""
    return np.asarray(1 - (1 - np.array(similarities) ** SIGNING.rows) ** SIGNING.bands)


class Bracket(NamedTuple):
    """Pairs of distinct texts within a range of similarity, and how many of them were verified."""

    low: float
    pairs: int
    found: int
    predicted: float


class Pairs(NamedTuple):
    """What was verified, against all pairs that there are.

    `wrong` are verified pairs that are not that similar; `recall` is that of pairs at the
    threshold or above.
    """

    brackets: Sequence[Bracket]
    wrong: int
    recall: float


def judge_pairs(texts: Mapping[str, str], found: Duplicates) -> Pairs:
    """Hold the verified pairs against all pairs."""
    contents = found.evidence.contents["record_id"].to_list()
    truth = exact_similarities({name: texts[name] for name in contents}, BRACKETS[0])
    verified = {
        (min(pair), max(pair)): similarity
        for left, right, similarity in found.evidence.pairs.iter_rows()
        for pair in [(contents[left], contents[right])]
    }
    wrong = sum(
        abs(truth.get(pair, 0) - similarity) > 1e-9 for pair, similarity in verified.items()
    )
    brackets = []
    for low, high in itertools.pairwise((*BRACKETS, 1.01)):
        pairs = [pair for pair, similarity in truth.items() if low <= similarity < high]
        predicted = float(probability([truth[pair] for pair in pairs]).mean()) if pairs else 0.0
        n_found = sum(pair in verified for pair in pairs)
        brackets.append(Bracket(low, len(pairs), n_found, predicted))
    near = [pair for pair, similarity in truth.items() if similarity >= SEARCH.near_threshold]
    recall = sum(pair in verified for pair in near) / len(near) if near else 1.0
    return Pairs(brackets, wrong, recall)


def fates(found: Duplicates) -> dict[str, tuple[str, str | None, float | None]]:
    """Return for each record its summary, how it is a copy, and its similarity to what is kept."""
    columns = found.outcomes.select("record_id", "summary_id", "relation", "similarity")
    return {name: (summary, how, same) for name, summary, how, same in columns.iter_rows()}


def crossposts(shared: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts of the export and of the notes posted elsewhere, and the notes' twins."""
    with gzip.open(shared / "corpus/shortscience_export.json.gz") as file:
        texts = {number: entry["transcript"] for number, entry in json.load(file).items()}
    twins = {}
    with gzip.open(shared / "corpus/crossposts.jsonl.gz", "rt", encoding="utf-8") as file:
        for note in map(json.loads, file):
            name = f"note on {note['dump_id']}"
            texts[name], twins[name] = note["markdown"], str(note["dump_id"])
    return texts, twins


class Twins(NamedTuple):
    """What became of notes and the summaries that they are."""

    notes: int
    above: int
    """Notes whose similarity to their twin reaches the threshold."""
    merged_above: int
    merged_below: int
    relations: Counter[str]
    """How the removed one of a merged pair is a copy."""
    apart: Sequence[float]
    """Similarities of the twins that were not merged."""
    strangers: int
    """Records that share a summary with one to which neither the truth nor a cut links them."""


def judge_twins(texts: Mapping[str, str], twins: Mapping[str, str], found: Duplicates) -> Twins:
    """Hold what was merged against the notes' twins."""
    similar = exact_similarities(texts, 0.3)
    fate = fates(found)
    relations: Counter[str] = Counter()
    above, merged, apart = 0, [0, 0], []
    for note, twin in twins.items():
        similarity = similar.get((min(note, twin), max(note, twin)), 0.0)
        is_above = similarity >= SEARCH.near_threshold
        above += is_above
        if fate[note][0] == fate[twin][0]:
            merged[is_above] += 1
            relations[fate[note][1] or fate[twin][1] or "kept"] += 1
        else:
            apart.append(similarity)
    return Twins(
        len(twins), above, merged[1], merged[0], relations, sorted(apart), _strangers(texts, found)
    )


def _strangers(texts: Mapping[str, str], found: Duplicates) -> int:
    """Count removed records that neither are as similar as they should be, nor equal, nor cut."""
    removed = found.outcomes.filter(pl.col("relation").is_not_null())
    count = 0
    for name, kept in removed.select("record_id", "kept_record_id").iter_rows():
        one, other = normal_form(pl.Series([texts[name], texts[kept]]))
        a, b = _shingles(one), _shingles(other)
        count += not (
            one == other
            or other.startswith(one)
            or len(a & b) / len(a | b) >= SEARCH.near_threshold
        )
    return count


def articles(shared: Path) -> tuple[dict[str, str], set[frozenset[str]]]:
    """Return the thousand articles, and the pairs that were planted among them."""
    folder = shared / "near_duplicates"
    lines = (folder / "articles_1000.train").read_text(encoding="utf-8").splitlines()
    truth = (folder / "articles_1000.truth").read_text(encoding="utf-8").splitlines()
    texts = dict(line.split(" ", 1) for line in lines if line)
    return texts, {frozenset(line.split()) for line in truth if line}


def merged_pairs(found: Duplicates) -> set[frozenset[str]]:
    """Return each removed record with the one that is kept for it."""
    removed = found.outcomes.filter(pl.col("relation").is_not_null())
    return set(map(frozenset, removed.select("record_id", "kept_record_id").iter_rows()))


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


def move_sentences(count: int) -> Edit:
    """Move some sentences to other places."""

    def edit(text: str, rng: np.random.Generator) -> str:
        sentences = text.split(". ")
        for _ in range(count):
            sentence = sentences.pop(rng.integers(len(sentences)))
            sentences.insert(rng.integers(len(sentences) + 1), sentence)
        return ". ".join(sentences)

    return edit


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
    **{f"{share} % of words changed": change_words(share / 100) for share in (1, 2, 3, 5, 8, 12)},
    **{f"{share} % of sentences dropped": drop_sentences(share / 100) for share in (5, 10, 20)},
    **{f"{count} sentences moved": move_sentences(count) for count in (1, 3)},
    "mojibake, repaired": misread,
    "flattened": flatten,
    **{f"cut to {share} %": cut(share / 100) for share in (30, 50, 70, 90)},
}


class Variant(NamedTuple):
    """What became of the copies that one kind of edit makes.

    `near` are pairs at or above the threshold. The shares: `candidates` of all copies, `verified`
    of all copies, and `merged` (as near, exact or cut copy); with what theory predicts of the first
    two.
    """

    edit: str
    copies: int
    near: int
    candidates: float
    predicted_candidates: float
    verified: float
    predicted_verified: float
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
    truth = exact_similarities(texts, 0.01)
    similarity = np.array([truth.get(pair, 0.0) for pair in pairs])
    predicted = probability(similarity.tolist())
    is_near = similarity >= SEARCH.near_threshold
    found = find(texts)
    fate = fates(found)
    verified = _verified(found)
    merged = [fate[one][0] == fate[other][0] for one, other in pairs]
    wrong = sum(
        one.split()[0] != other.split()[0] for one, other in map(tuple, merged_pairs(found))
    )
    return Variant(
        name,
        len(pairs),
        int(is_near.sum()),
        _share_of_candidates(texts, pairs),
        float(predicted.mean()),
        sum(pair in verified for pair in pairs) / len(pairs),
        float((predicted * is_near).mean()),
        sum(merged) / len(pairs),
        wrong,
    )


def _verified(found: Duplicates) -> set[tuple[str, str]]:
    """Return the pairs that are near copies, and those of equal normal forms."""
    names = found.evidence.contents["record_id"].to_list()
    near = found.evidence.pairs.filter(pl.col("similarity") >= SEARCH.near_threshold)
    pairs = [(names[a], names[b]) for a, b in near.select("left", "right").iter_rows()]
    equal = found.outcomes.filter(pl.col("relation") == "exact")
    pairs += list(equal.select("record_id", "kept_record_id").iter_rows())
    return {(min(pair), max(pair)) for pair in pairs}


def _share_of_candidates(texts: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> float:
    records = pl.DataFrame({"record_id": list(texts), "text": list(texts.values())})
    signed = sign(records.with_columns(structure=pl.lit("restored")), SIGNING)
    names = list(texts)
    numbered = signed.select(hash="bands").with_row_index("number")
    pairs_found = candidate_pairs(numbered.explode("hash"))
    found = {frozenset((names[a], names[b])) for a, b in pairs_found.iter_rows()}
    return sum(frozenset(pair) in found for pair in pairs) / len(pairs)


def variants_table(variants: Sequence[Variant]) -> Iterator[str]:
    """Yield the lines of the table of edits."""
    heads = "n", "s ≥ 0.8", "candidates", "predicted", "verified", "predicted", "merged", "wrong"
    yield f"{'copies':<28}" + "".join(f"{head:>12}" for head in heads)
    for each in variants:
        shares = "".join(f"{share:>12.3f}" for share in each[3:8])
        yield f"{each.edit:<28}{each.copies:>12}{each.near:>12}{shares}{each.wrong:>12}"


def pairs_table(pairs: Pairs) -> Iterator[str]:
    """Yield the lines of the table of similarities."""
    yield f"{'similarity':<16}{'pairs':>8}{'verified':>10}{'recall':>10}{'predicted':>11}"
    for bracket in pairs.brackets:
        name = f"[{bracket.low:.1f}, {bracket.low + 0.1:.1f}{']' if bracket.low == 0.9 else ')'}"
        recall = f"{bracket.found / bracket.pairs:.3f}" if bracket.pairs else "-"
        cells = f"{bracket.pairs:>8}{bracket.found:>10}{recall:>10}{bracket.predicted:>11.3f}"
        yield f"{name:<16}{cells}"
    yield f"At the threshold or above: recall {pairs.recall:.3f}; {pairs.wrong} wrong pairs."


def _real(shared: Path) -> Iterator[str]:
    texts, twins = crossposts(shared)
    found = find(texts)
    yield f"Notes posted elsewhere ({len(twins)}) among the export: {len(texts)} records.\n"
    yield from pairs_table(judge_pairs(texts, found))
    judged = judge_twins(texts, twins, found)
    yield (
        f"Of {judged.notes} twins, {judged.above} reach the threshold; of these"
        f" {judged.merged_above}, and {judged.merged_below} others, are one summary,"
        f" as {dict(judged.relations)};"
        f" apart stay similarities {[round(each, 3) for each in judged.apart]};"
        f" {judged.strangers} records merged without a reason."
    )
    texts, planted = articles(shared)
    merged = merged_pairs(find(texts))
    yield (
        f"\n{len(texts)} articles: {len(planted & merged)} of {len(planted)} planted pairs found,"
        f" and {len(merged - planted)} others."
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=SHARED, metavar="DIR", help="saved texts")
    arguments = parser.parse_args()
    if arguments.corpus.exists():
        print("\n".join(_real(arguments.corpus)), end="\n\n")
    else:
        print(f"{arguments.corpus} does not exist: generated texts alone.\n")
    print("\n".join(variants_table([judge_edit(name) for name in EDITS])))


if __name__ == "__main__":
    main()
