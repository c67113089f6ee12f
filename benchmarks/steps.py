"""The steps of a build, each fed with what earlier steps left in a folder.

A step is a function of that folder and of a clock that runs only while the pipeline's code does.
The folder holds `raw/` (the dumps), `frames/` (records and cleaned text per batch, for the parts
of a batch's work), `shards/`, and a pickle for each result that later steps need.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measuring import Clock
from shortscience.pipeline.batches import cut_batches
from shortscience.pipeline.cleaning.clean import clean
from shortscience.pipeline.cleaning.encoding import repair_all
from shortscience.pipeline.cleaning.language import detect_language
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.extraction.addresses import Link, addresses
from shortscience.pipeline.extraction.citations import citations
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.stage import Identified, identify_papers
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.release.validation import load_great_expectations, validate
from shortscience.pipeline.release.write import write_descriptions, write_results
from shortscience.pipeline.report.validation import write_validation
from shortscience.pipeline.scanner import Span, scan
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Shards, build_shards
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources

Step = Callable[[Path, Clock], None]
SETTINGS = Settings()


def inventory(folder: Path, clock: Clock) -> None:
    """Find and hash the dumps, and cut them into batches."""
    with clock:
        found = take_inventory([str(folder / "raw")], folder / "spool")
        batches = cut_batches(found.distinct)
    _save(folder, "inventory", found)
    _save(folder, "batches", batches)


# The parts of the work on a batch.


def sources(folder: Path, clock: Clock) -> None:
    """Parse the dumps into records."""
    (folder / "frames").mkdir()
    for number, batch in enumerate(_load(folder, "batches")):
        with clock:
            _, records = read_sources(batch.inputs, SETTINGS.sources)
        records.write_ipc(folder / "frames" / f"records-{number:05}.arrow")


def cleaning(folder: Path, clock: Clock) -> None:
    """Run the whole cleaning stage."""
    for number, records in enumerate(_frames(folder, "records")):
        with clock:
            cleaned, _ = clean(records)
        cleaned.write_ipc(folder / "frames" / f"cleaned-{number:05}.arrow")


def encoding_repair(folder: Path, clock: Clock) -> None:
    """Find the texts that may need a repair, and repair them."""
    for records in _frames(folder, "records"):
        bodies = records["body"].drop_nulls()
        with clock:
            repair_all(bodies.to_list())


def language(prose: str) -> tuple[str, float]:
    """Detect the language of prose; loading the detector's model counts."""
    return detect_language(prose, SETTINGS.cleaning)


def each_text(column: str, work: Callable[[str], object], folder: Path, clock: Clock) -> None:
    """Do some work on each cleaned text of a column."""
    for cleaned in _frames(folder, "cleaned"):
        texts = cleaned[column].to_list()
        with clock:
            _exhaust(map(work, texts))


def each_scanned(
    work: Callable[[str, list[Span]], Iterable[object]], folder: Path, clock: Clock
) -> None:
    """Do some work on each text whose code, math and addresses are marked already."""
    for scanned in _scanned(folder):
        with clock:
            _exhaust(item for text, spans in scanned for item in work(text, spans))


def extraction(folder: Path, clock: Clock) -> None:
    """Run the whole extraction stage."""
    for cleaned in _frames(folder, "cleaned"):
        with clock:
            extract(cleaned, map(scan, cleaned["text"]))


def citing(folder: Path, clock: Clock) -> None:
    """Find citations, mentions and reference lists."""
    for scanned in _scanned(folder):
        links = [
            [item for item in addresses(text, spans) if isinstance(item, Link)]
            for text, spans in scanned
        ]
        with clock:
            for (text, spans), linked in zip(scanned, links, strict=True):
                citations(text, spans, linked)


def signatures(folder: Path, clock: Clock) -> None:
    """Sign texts for the search for copies."""
    for cleaned in _frames(folder, "cleaned"):
        with clock:
            sign(cleaned, SETTINGS.signatures)


# The stages of a build, in order.


def shards(folder: Path, clock: Clock) -> None:
    """Do all the work of the batches, and write their shards."""
    batches, root = _load(folder, "batches"), folder / "shards"
    for batch in batches:
        with clock:
            build_shards(batch, SETTINGS, root)
    # A shard's name hashes the code, which may be edited before a later step asks for it.
    _save(folder, "shards", Shards.of(batches, SETTINGS, root))


def duplicates(folder: Path, clock: Clock) -> None:
    """Find the records that carry one summary."""
    built = _load(folder, "shards")
    with clock:
        found = find_copies(built, None, SETTINGS, _engine(folder))
    _save(folder, "outcomes", found.outcomes)


def papers(folder: Path, clock: Clock) -> None:
    """Identify the papers that are summarised and cited."""
    built, outcomes = _load(folder, "shards"), _load(folder, "outcomes")
    with clock:
        found = identify_papers(built, outcomes, [], [], SETTINGS, _engine(folder))
    _save(folder, "papers", [part.fetch() for part in found])


def tables(folder: Path, clock: Clock) -> None:
    """Assemble the tables and write them as Parquet."""
    inputs = _load(folder, "inventory").distinct
    built, outcomes, staging = _load(folder, "shards"), _load(folder, "outcomes"), _staging(folder)
    engine = _engine(folder)
    tasks = engine.tasks
    found = Identified(*(Parts.of(parts, tasks) for parts in _load(folder, "papers")))
    with clock:
        write_tables(inputs, built, outcomes, found, staging, engine)


def validation(folder: Path, clock: Clock) -> None:
    """Run every expectation; Great Expectations is imported before, as a build does meanwhile."""
    load_great_expectations()
    with clock:
        results = validate(_staging(folder))
    _save(folder, "results", results)


def metadata(folder: Path, clock: Clock) -> None:
    """Write everything beside the Parquet files, and make the folder a release."""
    results, store = _load(folder, "results"), Store(folder / "out")
    recipe = Recipe(_load(folder, "inventory"), (), SETTINGS)
    with clock:
        write_validation(results.report, _staging(folder), store.validation(recipe.release_id))
        write_descriptions(recipe, _staging(folder))
        write_results(recipe, results, recipe.inventory.problems, _staging(folder))
        store.commit(_staging(folder), recipe.release_id)


# What was found, to compare with what was planted.


def count_found(folder: Path) -> dict[str, int]:
    """Return how many records are copies of each kind, were repaired, and hold math."""
    outcomes: pl.DataFrame = _load(folder, "outcomes")
    cleaned = _load(folder, "shards").scan("cleaned").select(pl.col("repairs").list.len() > 0)
    relations = dict(outcomes["relation"].drop_nulls().value_counts().iter_rows())
    formulas = _load(folder, "shards").scan("equations").select(pl.col("record_id").n_unique())
    return {
        "records": len(outcomes),
        **{kind: relations.get(kind, 0) for kind in ("exact", "near", "truncated")},
        "mojibake": int(cleaned.sum().collect().item()),
        "math": int(formulas.collect().item()),
    }


def failed_expectations(folder: Path) -> list[str]:
    """Return the expectations that the tables did not meet."""
    return [str(failure) for failure in _load(folder, "results").failed]


def _engine(folder: Path) -> LocalEngine:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return LocalEngine(1, scratch)


def _staging(folder: Path) -> Path:
    path = folder / "staging"
    path.mkdir(exist_ok=True)
    return path


def _frames(folder: Path, name: str) -> Iterator[pl.DataFrame]:
    for path in sorted((folder / "frames").glob(f"{name}-*.arrow")):
        yield pl.read_ipc(path)


def _scanned(folder: Path) -> Iterator[list[tuple[str, list[Span]]]]:
    for cleaned in _frames(folder, "cleaned"):
        yield [(text, scan(text)) for text in cleaned["text"]]


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _save(folder: Path, name: str, value: object) -> None:
    with (folder / f"{name}.pickle").open("wb") as file:
        pickle.dump(value, file, protocol=5)


def _load(folder: Path, name: str) -> Any:
    with (folder / f"{name}.pickle").open("rb") as file:
        return pickle.load(file)
