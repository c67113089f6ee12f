"""What identifying papers costs as both sides grow: `python -m benchmarks.identities`.

Generated bibliographies of two kinds: a snapshot of arXiv, and DBLP as JSON lines, which has the
published half of the same papers under keys and DOIs of its own, every third of them with an
initial for a given name. Generated summaries: of four, one is filed under a preprint, one under a
key of DBLP and one under a DOI, and nothing names the paper of the fourth; each cites one paper by
its identifier, and every fourth another by title and authors.

Indexing is done once for a file, and identifying in each build. Both run in processes of their own,
Polars on one thread; processor time is counted. A look-up that finds nothing would be fast, too:
the share of papers that got a title is printed.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measuring import Clock, measure
from benchmarks.papers import FACTS
from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.extraction.extract import CITATION_SCHEMA
from shortscience.pipeline.papers.bibliography.index import Index, index_file
from shortscience.pipeline.papers.linking.link import NO_LINKS
from shortscience.pipeline.papers.stage import identify_papers
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.settings import PaperSettings

SIZES = (
    "500000:100000",
    "2000000:100000",
    "2000000:300000",
    "5000000:300000",
    "5000000:1000000",
)
_FILES = "snapshot.jsonl", "dblp.jsonl"
_RESULT = "result.json"
_AT_ONCE = 50_000
_TITLE_WORDS, _VOCABULARY = 8, 5_000
_A_MONTH, _A_YEAR = 99_000, 12 * 99_000
_CITATIONS = pl.Schema({**CITATION_SCHEMA, "summary_id": pl.String()})


def arxiv_id(number: int) -> str:
    """Return the arXiv number of a generated paper."""
    year, rest = divmod(number, _A_YEAR)
    month, place = divmod(rest, _A_MONTH)
    return f"{15 + year:02d}{1 + month:02d}.{place:05d}"


def write_bibliographies(folder: Path, records: int) -> None:
    """Write both files: two thirds of all records into the first, one third into the second."""
    preprints = 2 * records // 3
    with (folder / _FILES[0]).open("w") as snapshot, (folder / _FILES[1]).open("w") as dblp:
        for number, title, people in _descriptions(preprints):
            doi = f"10.1000/{number}"
            item = {
                "id": arxiv_id(number),
                "title": title,
                "authors": " and ".join(people),
                "categories": "cs.LG",
                "doi": doi if number % 4 == 0 else None,
                "update_date": "2020-01-01",
            }
            snapshot.write(json.dumps(item) + "\n")
            if number % 2 == 0:
                authors = " and ".join(people).replace("Ada", "Ada" if number % 3 else "A.")
                published = {"key": f"conf/gen/P{number}", "title": title, "authors": authors}
                dblp.write(json.dumps({**published, "year": "2021", "doi": doi}) + "\n")


def _descriptions(count: int) -> Iterator[tuple[int, str, list[str]]]:
    """Yield number, title and authors of each paper: the same for whatever count."""
    words = [f"w{number:x}ord" for number in range(_VOCABULARY)]
    for start in range(0, count, _AT_ONCE):
        generator = np.random.default_rng(start)
        drawn = generator.integers(_VOCABULARY, size=(_AT_ONCE, _TITLE_WORDS + 2)).tolist()
        for number, row in zip(range(start, min(count, start + _AT_ONCE)), drawn, strict=False):
            title = " ".join(words[place] for place in row[:_TITLE_WORDS])
            yield number, title, [f"Ada {words[place].title()}" for place in row[_TITLE_WORDS:]]


def write_summaries(folder: Path, records: int, summaries: int) -> None:
    """Write what the stages before know of summaries: facts of their records, and citations."""
    generator = np.random.default_rng(1)
    # Papers that both bibliographies have, so that every kind of key is found.
    preprints = 2 * records // 3
    own, cited = generator.integers(preprints // 2, size=(2, summaries)) * 2
    keys = [_key(place, number) for place, number in enumerate(own.tolist())]
    ids = [f"{place:024x}" for place in range(summaries)]
    facts = pl.DataFrame({"summary_id": ids, "bibtex_key": keys})
    told = facts.with_columns(
        told_by=pl.when(pl.col("bibtex_key").is_not_null()).then(pl.lit("page"))
    )
    pl.concat([pl.DataFrame(schema=FACTS), told], how="diagonal").write_parquet(folder / "facts")
    mentions = pl.DataFrame(
        {
            "summary_id": ids,
            "kind": ["arxiv"] * summaries,
            "key": [arxiv_id(number) for number in cited.tolist()],
            "start": [900] * summaries,
            "confidence": [0.99] * summaries,
            "labelled": [False] * summaries,
            "own": [False] * summaries,
            "subject": [False] * summaries,
            "identified": pl.Series([None] * summaries, dtype=pl.String),
        }
    )
    described = [(title, people) for _, title, people in _descriptions(min(_AT_ONCE, preprints))]
    chosen = [described[place % len(described)] for place in range(0, summaries, 4)]
    references = mentions[::4].with_columns(
        kind=pl.lit("reference"),
        key=pl.lit("1"),
        title=pl.Series([title for title, _ in chosen]),
        authors=pl.Series([people for _, people in chosen]),
        start=pl.lit(2_000, pl.Int64),
    )
    parts = [part.cast({"start": pl.Int32}) for part in (mentions, references)]
    citations = pl.concat([pl.DataFrame(schema=_CITATIONS), *parts], how="diagonal")
    citations.write_parquet(folder / "citations")


def _key(place: int, number: int) -> str | None:
    forms = f"journals/corr/{arxiv_id(number)}", f"conf/gen/P{number}", f"10.1000/{number}", None
    return forms[place % len(forms)]


def index_files(folder: Path, clock: Clock) -> None:
    """Index both files, and leave the processor time there."""
    with clock:
        _indexes(folder)
    (folder / _RESULT).write_text(json.dumps({"seconds": time.process_time()}))


def _indexes(folder: Path) -> list[Index]:
    return [index_file(folder / name, name, folder / "cache") for name in _FILES]


def identify(folder: Path, clock: Clock) -> None:
    """Identify the papers, and leave there the time, and how many there are and have a title."""
    facts, citations = pl.read_parquet(folder / "facts"), pl.read_parquet(folder / "citations")
    with clock, tempfile.TemporaryDirectory(dir=folder) as scratch:
        started = time.process_time()
        engine = LocalEngine(1, Path(scratch))
        tasks, n_parts = engine.tasks, engine.n_parts(len(facts))
        frames = (
            Parts.dealt(frame, "summary_id", n_parts=n_parts, tasks=tasks)
            for frame in (facts, citations, NO_LINKS)
        )
        found = identify_papers(*frames, bibliography=_indexes(folder), settings=PaperSettings())
        papers = found.papers.collect()
        seconds = time.process_time() - started
    named = papers.filter(pl.col("identified_by") != "nothing")
    titled = len(named.drop_nulls("title")) / len(named)
    result = {"seconds": seconds, "papers": len(papers), "titled": titled}
    (folder / _RESULT).write_text(json.dumps(result))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size and print one line of a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="RECORDS:SUMMARIES")
    sizes = [tuple(map(int, size.split(":"))) for size in parser.parse_args(arguments).sizes]
    os.environ["POLARS_MAX_THREADS"] = "1"
    print("| records | summaries | papers | titled | index s | peak MiB | identify s | peak MiB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for records in dict.fromkeys(records for records, _ in sizes):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_bibliographies(folder, records)
            index_mib = measure(index_files, folder).peak_mib
            index_seconds = json.loads((folder / _RESULT).read_text())["seconds"]
            for summaries in (count for size, count in sizes if size == records):
                write_summaries(folder, records, summaries)
                peak_mib = measure(identify, folder).peak_mib
                found = json.loads((folder / _RESULT).read_text())
                print(
                    f"| {records:,} | {summaries:,} | {found['papers']:,} | {found['titled']:.1%}"
                    f" | {index_seconds:.1f} | {index_mib:,.0f}"
                    f" | {found['seconds']:.1f} | {peak_mib:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
