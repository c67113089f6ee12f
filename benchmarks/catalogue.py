"""How well records are recognised by a catalogue of known summaries, and what is taken wrongly.

`python -m benchmarks.catalogue [SHARED]` compares real summaries with a catalogue of all others,
and generated ones with a catalogue of the real and of some generated ones, at several thresholds.
What the same text was posted as elsewhere, cut or edited, has to be recognised; nothing else must
be. It also tells how fast that is, and how large the file.
"""

import argparse
import gzip
import itertools
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.corpus import DEFAULT_SEED, Corpus
from benchmarks.measuring import peak_mib
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.papers.catalogue.file import FACTS, SIGNING, Catalogue, write_catalogue
from shortscience.pipeline.papers.catalogue.making import make_catalogue
from shortscience.pipeline.papers.catalogue.matching import NEAR, believe, compare
from shortscience.pipeline.settings import Settings

MATCHING = Settings().catalogue
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
KNOWN_GENERATED = 1_000
_AT_ONCE = 10_000
_FEED_BYTES = 500  # where the site's feeds cut texts


def texts_of(texts: dict[str, str]) -> pl.DataFrame:
    """Return the texts of some records by id, in the shape of cleaned records."""
    frame = pl.DataFrame({"record_id": list(texts), "text": list(texts.values())})
    return frame.with_columns(structure=pl.lit("original"))


def catalogue_of(texts: pl.DataFrame) -> Catalogue:
    """Return a catalogue in which each text is of a paper of its own, with the same id."""
    summaries = texts.rename({"record_id": "summary_id"}).with_columns(paper_id="summary_id")
    papers = pl.concat(
        [FACTS.to_frame(), summaries.select("paper_id", title="paper_id")], how="diagonal"
    )
    return Catalogue("benchmark", make_catalogue([summaries], papers))


def pairs_with(texts: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Compare texts with a catalogue."""
    return compare(sign(texts, SIGNING), [texts], catalogue, MATCHING)


def recognised_as(pairs: pl.DataFrame, catalogue: Catalogue, threshold: float) -> pl.DataFrame:
    """Return `record_id`, `match`, and the `paper_id` that each recognised record is given."""
    papers = catalogue.rows.select("paper_id").with_row_index("row")
    return believe(pairs, catalogue, threshold).join(papers, on="row")


def real_texts(shared: Path) -> dict[str, str]:
    """Return the real texts by number, as written."""
    with gzip.open(shared / "corpus" / "flattened_pairs.jsonl.gz", "rt", encoding="utf-8") as file:
        return {str(row["id"]): row["markdown"] for row in map(json.loads, file)}


def crossposts(shared: Path) -> Iterator[dict[str, Any]]:
    """Yield the notes that their authors posted elsewhere, too."""
    with gzip.open(shared / "corpus" / "crossposts.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def cut(texts: pl.DataFrame, n_bytes: int = _FEED_BYTES) -> pl.DataFrame:
    """Cut texts where a feed cuts them, within words; leave out those that are not longer."""
    longer = texts.filter(pl.col("text").str.len_bytes() > n_bytes)
    short = [
        text.encode()[:n_bytes].decode(errors="ignore") + "..." for text in longer["text"].to_list()
    ]
    return longer.with_columns(text=pl.Series(short, dtype=pl.String))


def wrong_pairs(texts: pl.DataFrame, known: Catalogue) -> pl.DataFrame:
    """Compare each text with all known ones that have another id; return the candidates.

    The numbers of two texts differ in some bit: so, bit by bit, those that have it are compared
    with those that have it not.
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


def show_real(shared: Path) -> pl.DataFrame:
    """Compare real texts with those of others, and with themselves."""
    texts = texts_of(real_texts(shared))
    texts = texts.filter(sign(texts, SIGNING)["content_id"].is_first_distinct())
    known = catalogue_of(texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.parquet"
        write_catalogue(known.rows, path)
        print(f"{len(texts):,} distinct real texts, without facts {path.stat().st_size:,} bytes")
    for name, some in (("whole", texts), ("cut", cut(texts))):
        wrong = wrong_pairs(some, known)
        print(f"{name}, against all others: {len(some):,} texts, {len(wrong)} candidates")
        print(f"{name}, against all: {_count(some, known)}")
    posts = list(crossposts(shared))
    noted = texts_of({f"{place}": post["markdown"] for place, post in enumerate(posts)})
    truth = {f"{place}": str(post["dump_id"]) for place, post in enumerate(posts)}
    pairs = pairs_with(noted, known)
    for threshold in THRESHOLDS:
        found = recognised_as(pairs, known, threshold)
        right = sum(truth[one] == other for one, other in found["record_id", "paper_id"].rows())
        wrong = len(found) - right
        print(f"posted elsewhere, at {threshold}: right {right} of {len(posts)}, wrong {wrong}")
    return texts


def _count(texts: pl.DataFrame, known: Catalogue) -> str:
    found = recognised_as(pairs_with(texts, known), known, MATCHING.near_similarity)
    right = found.filter(pl.col("record_id") == pl.col("paper_id"))
    by = dict(right["match"].value_counts(sort=True).iter_rows())
    return f"{len(texts):,} texts, right {by}, wrong {len(found) - len(right)}"


def show_generated(real: pl.DataFrame, records: int) -> None:
    """Compare generated texts with real ones, and with some generated ones."""
    known = catalogue_of(pl.concat([real, _originals()]))
    found, planted = [], 0
    signing = comparing = 0.0
    for part, originals in _generated(records):
        start = time.perf_counter()
        signed = sign(part, SIGNING)
        signing += time.perf_counter() - start
        start = time.perf_counter()
        pairs = compare(signed, [part], known, MATCHING)
        comparing += time.perf_counter() - start
        found.append(pairs.join(originals, on="record_id", how="left"))
        planted += originals["original"].is_in(known.rows["paper_id"].implode()).sum()
    pairs = pl.concat(found)
    print(
        f"{records:,} generated texts, {planted:,} of them copies of {KNOWN_GENERATED:,} in the"
        f" catalogue: signed in {signing:.1f} s, recognised in {comparing:.1f} s,"
        f" peak {peak_mib():,.0f} MiB"
    )
    wrong = pairs.join(
        known.rows.select("paper_id").with_row_index("row"), on="row", how="left"
    ).filter(pl.col("original") != pl.col("paper_id"))
    print(f"most similar of another: {wrong.filter(pl.col('match') == NEAR)['similarity'].max()}")
    originals = pairs.select("record_id", "original").unique()
    for threshold in THRESHOLDS:
        told = recognised_as(pairs, known, threshold).join(originals, on="record_id")
        right = told.filter(pl.col("original") == pl.col("paper_id"))
        by = dict(right["match"].value_counts().sort("match").iter_rows())
        print(f"at {threshold}: right {by}, wrong {len(told) - len(right)}")


def _originals() -> pl.DataFrame:
    """Return the first generated summaries, each once."""
    some = itertools.islice(Corpus(_AT_ONCE, DEFAULT_SEED).summaries(), 2 * KNOWN_GENERATED)
    first: dict[str, str] = {}
    for summary in some:
        first.setdefault(f"generated {summary.original}", summary.text)
    return texts_of(dict(itertools.islice(first.items(), KNOWN_GENERATED)))


def _generated(records: int) -> Iterable[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield generated texts, and the `original` of each."""
    summaries = enumerate(Corpus(records, DEFAULT_SEED).summaries())
    while some := list(itertools.islice(summaries, _AT_ONCE)):
        texts = texts_of({f"{number}": summary.text for number, summary in some})
        originals = [f"generated {summary.original}" for _, summary in some]
        yield texts, texts.select("record_id", original=pl.Series(originals))


def main() -> None:
    """Print what is recognised, and at what cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalogue", description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=Path("../shared"), metavar="SHARED")
    parser.add_argument("--records", type=int, default=1_000_000)
    arguments = parser.parse_args()
    show_generated(show_real(arguments.shared), arguments.records)


if __name__ == "__main__":
    main()
