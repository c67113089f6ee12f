"""How well a catalogue of known summaries recognises records, and what it takes for another.

Real summaries are compared with a catalogue of all others, as they are and cut as the site's feeds
cut them; notes that their authors also posted elsewhere with a catalogue of all; and generated
texts with a catalogue of the real and of some generated ones.
"""

import gzip
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from benchmarks.corpus import DEFAULT_SEED, Corpus
from benchmarks.options import Options
from benchmarks.page import table
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import PAPER_FACTS, SIGNING, Catalogue
from shortscience.pipeline.papers.catalogue.making import make_catalogue
from shortscience.pipeline.papers.catalogue.matching import believe, compare
from shortscience.pipeline.settings import Settings

MATCHING = Settings().catalogue
THRESHOLDS = (0.1, MATCHING.near_similarity, 0.9)
RECORDS = 200_000
KNOWN_GENERATED = 1_000
_AT_ONCE = 10_000
_FEED_BYTES = 500  # where the site's feeds cut texts


def texts_of(texts: Mapping[str, str]) -> pl.DataFrame:
    """Return the texts of some records by id, in the shape of cleaned records."""
    frame = pl.DataFrame({"record_id": list(texts), "text": list(texts.values())})
    return frame.with_columns(structure=pl.lit("original"))


def catalogue_of(texts: pl.DataFrame) -> Catalogue:
    """Return a catalogue in which each text has a paper of its own, with the same id."""
    summaries = texts.rename({"record_id": "summary_id"}).with_columns(paper_id="summary_id")
    papers = pl.concat(
        [PAPER_FACTS.to_frame(), summaries.select("paper_id", title="paper_id")], how="diagonal"
    )
    return Catalogue("benchmark", make_catalogue([summaries], papers))


def pairs_with(texts: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Compare texts with a catalogue."""
    return compare(sign(texts, SIGNING), [texts], catalogue, MATCHING)


def read_summaries(shared: Path) -> dict[str, str]:
    """Return the real summaries, by number."""
    with gzip.open(shared / "corpus" / "flattened_pairs.jsonl.gz", "rt", encoding="utf-8") as file:
        return {str(row["id"]): row["markdown"] for row in map(json.loads, file)}


def read_notes(shared: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the notes that were also posted elsewhere, and the number of each one's summary."""
    with gzip.open(shared / "corpus" / "crossposts.jsonl.gz", "rt", encoding="utf-8") as file:
        posts = {f"note {place}": post for place, post in enumerate(map(json.loads, file))}
    truth = {name: str(post["dump_id"]) for name, post in posts.items()}
    return {name: post["markdown"] for name, post in posts.items()}, truth


def cut(texts: pl.DataFrame, n_bytes: int = _FEED_BYTES) -> pl.DataFrame:
    """Cut texts where a feed cuts them, even within a word; drop those that are not longer."""
    longer = texts.filter(pl.col("text").str.len_bytes() > n_bytes)
    short = [
        text.encode()[:n_bytes].decode(errors="ignore") + "..." for text in longer["text"].to_list()
    ]
    return longer.with_columns(text=pl.Series(short, dtype=pl.String))


def wrong_pairs(texts: pl.DataFrame, known: Catalogue) -> pl.DataFrame:
    """Compare each text with all known ones that have another id; return the candidates.

    Two different numbers differ in some bit, so for each bit the texts that have it are compared
    with the known ones that do not, and the other way round.
    """
    numbers = known.rows.select(record_id="paper_id").with_row_index("number")
    numbered = texts.join(numbers, on="record_id")
    found = []
    for bit in range(len(numbers).bit_length()):
        has_it = (pl.col("number") // (1 << bit)) % 2 == 1
        for side, others in ((has_it, ~has_it), (~has_it, has_it)):
            rows = known.rows.with_row_index("number").filter(others).drop("number")
            part = numbered.filter(side).drop("number")
            found.append(pairs_with(part, Catalogue(known.name, rows)))
    return pl.concat(found)


def judged(
    pairs: pl.DataFrame, known: Catalogue, truth: Mapping[str, str], threshold: float
) -> tuple[int, int]:
    """Return how many records are recognised rightly and wrongly at a threshold.

    `truth` has the id that each record should be recognised as; others should not be at all.
    """
    papers = known.rows.select("paper_id").with_row_index("row")
    found = believe(pairs, known, threshold).join(papers, on="row")
    right = sum(truth.get(one) == other for one, other in found["record_id", "paper_id"].rows())
    return right, len(found) - right


def generated_pairs(records: int, known: Catalogue) -> tuple[pl.DataFrame, dict[str, str]]:
    """Compare generated texts with a catalogue; return the pairs, and the truth as for `judged`."""
    summaries = enumerate(Corpus(records, DEFAULT_SEED).summaries())
    ids = set(known.rows["paper_id"])
    found, truth = [], {}
    while some := list(itertools.islice(summaries, _AT_ONCE)):
        found.append(pairs_with(texts_of({f"{n}": one.text for n, one in some}), known))
        originals = ((f"{n}", f"generated {one.original}") for n, one in some)
        truth.update((name, original) for name, original in originals if original in ids)
    return pl.concat(found), truth


def first_generated(count: int) -> pl.DataFrame:
    """Return the first generated summaries, each once."""
    first: dict[str, str] = {}
    for summary in itertools.islice(Corpus(_AT_ONCE, DEFAULT_SEED).summaries(), 2 * count):
        first.setdefault(f"generated {summary.original}", summary.text)
    return texts_of(dict(itertools.islice(first.items(), count)))


def report(options: Options) -> Iterator[str]:
    """Compare real and generated texts."""
    real = texts_of(read_summaries(options.shared))
    real = real.filter(sign(real, SIGNING)["content_id"].is_first_distinct())
    known = catalogue_of(real)
    rows = []

    def add(name: str, texts: int, pairs: pl.DataFrame, truth: Mapping[str, str]) -> None:
        counts = [judged(pairs, known, truth, threshold) for threshold in THRESHOLDS]
        cells = f"{texts:,}", f"{len(truth):,}", *(f"{right:,}" for right, _ in counts)
        rows.append((name, *cells, f"{max(wrong for _, wrong in counts):,}"))

    short = cut(real)
    for name, texts in (("real", real), ("real, cut", short)):
        add(f"{name}, without their own entry", len(texts), wrong_pairs(texts, known), {})
    add("real, cut", len(short), pairs_with(short, known), {one: one for one in short["record_id"]})
    notes, truth = read_notes(options.shared)
    add("notes posted elsewhere", len(notes), pairs_with(texts_of(notes), known), truth)
    known = catalogue_of(pl.concat([real, first_generated(KNOWN_GENERATED)]))
    for records in options.records or (RECORDS,):
        add("generated", records, *generated_pairs(records, known))
    heads = "texts", "number", "known", *(f"right at {each}" for each in THRESHOLDS), "wrong"
    yield from table(heads, rows)
